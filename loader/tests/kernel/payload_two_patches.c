// SPDX-License-Identifier: MIT
/* Two struct mend_patch: which one is meant cannot be told. */
#define TEST_MODULE	"mend_two"
#include <mend/patch.h>

static int my_first(int n)
{
	return n + 1;
}

static const struct mend_func funcs[] = {
	MEND_FUNC(first, my_first),
	{ }
};

static const struct mend_object objects[] = {
	{ .funcs = funcs },
	{ }
};

static struct mend_patch patch = {
	.objs = objects,
};

struct mend_patch other_patch = {
	.name = "other",
	.objs = objects,
};

MEND_PATCH(patch);
