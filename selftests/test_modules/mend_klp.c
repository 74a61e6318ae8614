// SPDX-License-Identifier: GPL-2.0-only
/*
 * A patch of the kernel's own livepatch, which owns target_plain() while it is on.
 * mendklp_plain.c is the same one for mend.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

#ifndef KLP_RETURNS
#define KLP_RETURNS	100
#endif

static int klp_target_plain(void)
{
	return KLP_RETURNS;
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

static int __init mend_klp_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit mend_klp_exit(void)
{
}

module_init(mend_klp_init);
module_exit(mend_klp_exit);
MODULE_DESCRIPTION("A livepatch in the way of mend's selftests");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
