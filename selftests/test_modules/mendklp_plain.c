// SPDX-License-Identifier: GPL-2.0-only
/* A function of a module, which need not be loaded. */
#include <linux/livepatch.h>
#include <linux/module.h>

static int klp_target_plain(void)
{
	return 50;
}

static struct klp_func funcs[] = {
	{ .old_name = "target_plain", .new_func = klp_target_plain },
	{ }
};

static struct klp_object objs[] = {
	{ .name = "mend_target", .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init mendklp_plain_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit mendklp_plain_exit(void)
{
}

module_init(mendklp_plain_init);
module_exit(mendklp_plain_exit);
MODULE_DESCRIPTION("mend selftest: a livepatch of a module");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
