// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks for vmlinux and for two modules; of the latter one has a function
 * to replace, in which a task may be asleep. pre_patch_ret is what the next
 * pre_patch callback returns.
 */
#include "mendklp.h"

static int pre_patch_ret;
module_param(pre_patch_ret, int, 0644);

static int pre_patch(struct klp_object *obj)
{
	record("pre_patch", obj);
	return pre_patch_ret;
}

static void post_patch(struct klp_object *obj)
{
	record("post_patch", obj);
}

static void pre_unpatch(struct klp_object *obj)
{
	record("pre_unpatch", obj);
}

static void post_unpatch(struct klp_object *obj)
{
	record("post_unpatch", obj);
}

static int klp_target_hold(void)
{
	return 60;
}

static struct klp_func no_funcs[] = { { } };

static struct klp_func target_funcs[] = {
	{ .old_name = "target_hold", .new_func = klp_target_hold },
	{ }
};

#define CALLBACKS {							\
	.pre_patch = pre_patch, .post_patch = post_patch,		\
	.pre_unpatch = pre_unpatch, .post_unpatch = post_unpatch,	\
}

static struct klp_object objs[] = {
	{ .funcs = no_funcs, .callbacks = CALLBACKS },
	{ .name = "mendklp_mod", .funcs = no_funcs, .callbacks = CALLBACKS },
	{ .name = "mend_target", .funcs = target_funcs, .callbacks = CALLBACKS },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init mendklp_callbacks_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit mendklp_callbacks_exit(void)
{
}

module_init(mendklp_callbacks_init);
module_exit(mendklp_callbacks_exit);
MODULE_DESCRIPTION("mend selftest: callbacks of livepatches");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
