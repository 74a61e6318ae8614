// SPDX-License-Identifier: GPL-2.0-only
/* Callbacks for vmlinux only; replace=1 makes it supersede all other patches. */
#include "mendklp.h"

static bool replace;
module_param(replace, bool, 0444);

static int pre_patch(struct klp_object *obj)
{
	record("pre_patch", obj);
	return 0;
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

static struct klp_func no_funcs[] = { { } };

static struct klp_object objs[] = {
	{
		.funcs = no_funcs,
		.callbacks = {
			.pre_patch = pre_patch, .post_patch = post_patch,
			.pre_unpatch = pre_unpatch, .post_unpatch = post_unpatch,
		},
	},
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init mendklp_callbacks2_init(void)
{
	patch.replace = replace;
	return klp_enable_patch(&patch);
}

static void __exit mendklp_callbacks2_exit(void)
{
}

module_init(mendklp_callbacks2_init);
module_exit(mendklp_callbacks2_exit);
MODULE_DESCRIPTION("mend selftest: callbacks of a second livepatch");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
