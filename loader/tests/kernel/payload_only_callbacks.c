// SPDX-License-Identifier: MIT
/*
 * Replaces nothing. The decoy is no patch: an object with neither functions nor
 * callbacks.
 */
#define TEST_MODULE	"mend_only_1"
#include <mend/patch.h>

static int prepare(struct mend_object *obj)
{
	return obj->mod ? 0 : -1;
}

static const struct mend_func no_funcs[] = { { } };

static const struct mend_object objects[] = {
	{ .funcs = no_funcs, .callbacks.pre_patch = prepare },
	{ }
};

static const struct mend_object decoy_objects[] = {
	{ .funcs = no_funcs },
	{ }
};

struct mend_patch decoy = {
	.name = "decoy",
	.objs = decoy_objects,
};

static struct mend_patch patch = {
	.name = "only",
	.objs = objects,
};

MEND_PATCH(patch);
