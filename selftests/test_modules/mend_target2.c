// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second module to be patched, so that one can come and go while a task is
 * asleep in the first. /proc/mend_target2 holds what target2_plain() returned.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

int target2_plain(void);

__attribute__((__noipa__)) noinline int target2_plain(void)
{
	return 0;
}

static int show_plain(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", target2_plain());
	return 0;
}

static int __init target2_init(void)
{
	return proc_create_single("mend_target2", 0400, NULL, show_plain) ? 0 : -ENOMEM;
}

static void __exit target2_exit(void)
{
	remove_proc_entry("mend_target2", NULL);
}

module_init(target2_init);
module_exit(target2_exit);
MODULE_DESCRIPTION("A function for mend's selftests to patch");
MODULE_LICENSE("GPL");
