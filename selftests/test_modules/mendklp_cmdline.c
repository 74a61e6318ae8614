// SPDX-License-Identifier: GPL-2.0-only
/* The simplest livepatch: a function of vmlinux. */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int klp_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s was here\n", THIS_MODULE->name);
	return 0;
}

static struct klp_func funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = klp_cmdline_proc_show },
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init mendklp_cmdline_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit mendklp_cmdline_exit(void)
{
}

module_init(mendklp_cmdline_init);
module_exit(mendklp_cmdline_exit);
MODULE_DESCRIPTION("mend selftest: a livepatch of /proc/cmdline");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
