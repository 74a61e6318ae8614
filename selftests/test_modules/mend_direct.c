// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend_direct: a direct call at target_plain(), as BPF's fentry programs have one. Its
 * trampoline does nothing, and it shares the function with whoever redirects it.
 */
#include <linux/ftrace.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/ibt.h>

void mend_direct_trampoline(void);

asm("	.pushsection .text, \"ax\", @progbits\n"
    "	.type mend_direct_trampoline, @function\n"
    "	.globl mend_direct_trampoline\n"
    "mend_direct_trampoline:\n"
    ASM_ENDBR
    ASM_RET
    "	.size mend_direct_trampoline, .-mend_direct_trampoline\n"
    "	.popsection\n");

static int share(struct ftrace_ops *ops, unsigned long ip, enum ftrace_ops_cmd cmd)
{
	return 0;
}

static struct ftrace_ops direct = { .ops_func = share };
static char function[] = "target_plain";

static int __init direct_init(void)
{
	int err = ftrace_set_filter(&direct, function, strlen(function), 1);

	if (!err)
		err = register_ftrace_direct(&direct, (unsigned long)mend_direct_trampoline);
	if (err)
		ftrace_free_filter(&direct);
	return err;
}

static void __exit direct_exit(void)
{
	unregister_ftrace_direct(&direct, (unsigned long)mend_direct_trampoline, true);
}

module_init(direct_init);
module_exit(direct_exit);
MODULE_DESCRIPTION("A direct call in the way of mend's selftests");
MODULE_LICENSE("GPL");
