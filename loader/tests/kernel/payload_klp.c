// SPDX-License-Identifier: MIT
/* Written in the API of kernel/livepatch; two objects, a state, and no name. */
#define TEST_MODULE	"mend_klp"
#include <linux/livepatch.h>

static int klp_first(int n)
{
	return n + (klp_shadow_get(&n, 1) ? 1 : 2);
}

static int pre_patch(struct klp_object *obj)
{
	return klp_get_prev_state(7) || obj->mod ? -EINVAL : 0;
}

static struct klp_func vmlinux_funcs[] = {
	{ .old_name = "first", .new_func = klp_first, .old_sympos = 2 }, { }
};

static struct klp_func ext4_funcs[] = {
	{ .old_name = "second", .new_func = klp_first, }, { }
};

static struct klp_object objs[] = {
	{ .name = NULL, .funcs = vmlinux_funcs, .callbacks = { .pre_patch = pre_patch, }, },
	{ .name = "ext4", .funcs = ext4_funcs, },
	{ }
};

static struct klp_state states[] = { { .id = 7, .version = 1, }, { } };

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
	.replace = true,
};

static int klp_init(void)
{
	struct klp_object *obj;
	struct klp_func *func;
	int n = 0;

	klp_for_each_object_static(&patch, obj)
		klp_for_each_func_static(obj, func)
			n++;
	return n == 2 ? klp_enable_patch(&patch) : -EINVAL;
}

static void klp_exit(void)
{
}

module_init(klp_init);
module_exit(klp_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
MODULE_INFO(other, "as it was");
