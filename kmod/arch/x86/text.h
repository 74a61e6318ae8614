/* SPDX-License-Identifier: GPL-2.0-only */
/* Code as bytes: what differs between architectures. */
#ifndef MEND_ARCH_X86_TEXT_H
#define MEND_ARCH_X86_TEXT_H

#include <linux/ftrace.h>
#include <linux/smp.h>
#include <asm/sync_core.h>

/*
 * The address that ftrace's call at @ip returns to. A task that was preempted
 * in ftrace's trampoline has it on its stack, whichever function was chosen.
 */
static inline unsigned long arch_site_return_address(unsigned long ip)
{
	return ip + MCOUNT_INSN_SIZE;
}

/* ftrace's record is at the function's first byte, or behind an ENDBR. */
#define ARCH_ENDBR_BYTES	4

static inline bool arch_site_is_entry(unsigned long ip, unsigned long function)
{
	return ip == function || ip == function + ARCH_ENDBR_BYTES;
}

static inline void arch_sync_core_local(void *unused)
{
	sync_core();
}

/* Make every CPU forget instructions it may have fetched ahead. May sleep. */
static inline void arch_sync_cores(void)
{
	on_each_cpu(arch_sync_core_local, NULL, 1);
}

#endif /* MEND_ARCH_X86_TEXT_H */
