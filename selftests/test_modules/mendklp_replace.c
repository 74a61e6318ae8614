// SPDX-License-Identifier: GPL-2.0-only
/* Another function of vmlinux; replace=1 makes it supersede all other patches. */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static bool replace;
module_param(replace, bool, 0444);

static int klp_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s was here\n", THIS_MODULE->name);
	return 0;
}

static struct klp_func funcs[] = {
	{ .old_name = "version_proc_show", .new_func = klp_version_proc_show },
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

static int __init mendklp_replace_init(void)
{
	patch.replace = replace;
	return klp_enable_patch(&patch);
}

static void __exit mendklp_replace_exit(void)
{
}

module_init(mendklp_replace_init);
module_exit(mendklp_replace_exit);
MODULE_DESCRIPTION("mend selftest: a livepatch of /proc/version");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
