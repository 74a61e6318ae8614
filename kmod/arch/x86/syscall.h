/* SPDX-License-Identifier: GPL-2.0-only */
/* Which system call is current in? */
#ifndef MEND_ARCH_SYSCALL_H
#define MEND_ARCH_SYSCALL_H

#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <uapi/linux/audit.h>

/**
 * arch_in_finit_module() - in a 64-bit finit_module()?
 * @flags: out: its flags argument
 *
 * The number alone would not do: int 0x80 has other numbers, and x32 sets a
 * bit in them. Context: a user task in a system call.
 */
static inline bool arch_in_finit_module(u32 *flags)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long args[6];

	if (syscall_get_arch(current) != AUDIT_ARCH_X86_64 ||
	    syscall_get_nr(current, regs) != __NR_finit_module)
		return false;
	syscall_get_arguments(current, regs, args);
	*flags = args[2];
	return true;
}

#endif /* MEND_ARCH_SYSCALL_H */
