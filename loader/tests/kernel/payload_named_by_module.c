// SPDX-License-Identifier: MIT
/* Leaves name and generation to the manifest; one function. */
#define TEST_MODULE	"mend_plain"
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

MEND_PATCH(patch);
