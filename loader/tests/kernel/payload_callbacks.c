// SPDX-License-Identifier: MIT
/*
 * Objects with callbacks: one with a function as well, one without, whose empty
 * array is constant, and one whose empty array is not. All that a patch can have.
 */
#define TEST_MODULE	"mend_callbacks_2"
#include <mend/patch.h>

static int my_first(int n)
{
	return n + 1;
}

static int prepare(struct mend_object *obj)
{
	return obj->mod ? 0 : -1;
}

static void convert(struct mend_object *obj, bool on)
{
	obj->required = on;
}

static const struct mend_func funcs[] = {
	MEND_FUNC(first, my_first),
	{ }
};

static const struct mend_func no_funcs[] = { { } };
static struct mend_func no_funcs_either[1];

static const struct mend_object objects[] = {
	{ .name = "ext4", .funcs = no_funcs, .callbacks.pre_patch = prepare, .required = true },
	{ .funcs = funcs, .callbacks = { .pre_patch = prepare, .at_switch = convert } },
	{ .name = "xfs", .funcs = no_funcs_either, .callbacks.at_switch = convert },
	{ }
};

static struct mend_state states[] = {
	{ .id = 1, .version = 2 },
	{ }
};

static struct mend_patch patch = {
	.name = "callbacks",
	.generation = 2,
	.objs = objects,
	.replace = true,
	.states = states,
};

MEND_PATCH(patch);
