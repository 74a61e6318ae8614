// SPDX-License-Identifier: GPL-2.0-only
/* Supersedes every other patch, of whatever name. */
#include "test_payload.h"

static int new_target_second(void)
{
	return 9;
}

static const struct mend_func funcs[] = {
	MEND_FUNC(target_second, new_target_second),
	{ }
};

static const struct mend_object objects[] = {
	{ .name = "mend_target", .funcs = funcs },
	{ }
};

static struct mend_patch patch = {
	.name = "test-replace",
	.generation = 1,
	.objs = objects,
	.unloadable = true,
	.replace = true,
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend selftest payload test-replace");
