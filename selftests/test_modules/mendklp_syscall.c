// SPDX-License-Identifier: GPL-2.0-only
/*
 * A system call, for threads that hammer on it: getpid() of the process "victim"
 * returns NEW, everybody else's what it should.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/sched.h>

#define NEW	0x6d656e64

static int victim;
module_param(victim, int, 0444);

static asmlinkage long klp_sys_getpid(const struct pt_regs *regs)
{
	return task_tgid_nr(current) == victim ? NEW : task_tgid_vnr(current);
}

static struct klp_func funcs[] = {
	{ .old_name = "__x64_sys_getpid", .new_func = klp_sys_getpid },
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

static int __init mendklp_syscall_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit mendklp_syscall_exit(void)
{
}

module_init(mendklp_syscall_init);
module_exit(mendklp_syscall_exit);
MODULE_DESCRIPTION("mend selftest: a livepatch of a system call");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
