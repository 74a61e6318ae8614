/* SPDX-License-Identifier: GPL-2.0-only */
/* Code as bytes: what differs between architectures. */
#ifndef MEND_ARCH_X86_TEXT_H
#define MEND_ARCH_X86_TEXT_H

#include <linux/ftrace.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>
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

/* What the kernel rewrites in running text: lengths of instructions, in bytes. */

#define ARCH_KPROBE_BYTES	5	/* an optimized kprobe is a jump */
#define ARCH_STATIC_CALL_BYTES	5

/* A jump label is a jump or a NOP, of either length. */
static inline u32 arch_jump_label_bytes(const u8 *insn)
{
	bool is_short = insn[0] == 0xeb || (insn[0] == 0x66 && insn[1] == 0x90);

	return is_short ? 2 : 5;
}

/* Of a static call that is a tail call, the compiler may have made a Jcc. */
static inline u32 arch_static_call_bytes(const u8 *insn)
{
	bool is_jcc = insn[0] == 0x0f && (insn[1] & 0xf0) == 0x80;

	return is_jcc ? ARCH_STATIC_CALL_BYTES + 1 : ARCH_STATIC_CALL_BYTES;
}

/* With one CPU the kernel makes LOCK prefixes harmless ones of segments. */
static inline bool arch_is_lock_prefix(u8 a, u8 b)
{
	return (a == 0xf0 && b == 0x3e) || (a == 0x3e && b == 0xf0);
}

static inline unsigned long arch_branch_target(unsigned long ip, u8 opcode)
{
	u8 insn[MCOUNT_INSN_SIZE];
	s32 offset;

	if (copy_from_kernel_nofault(insn, (const void *)ip, sizeof(insn)) || insn[0] != opcode)
		return 0;
	memcpy(&offset, insn + 1, sizeof(offset));
	return ip + sizeof(insn) + offset;
}

/**
 * arch_call_target() - where does the call at @ip go?
 *
 * Return: its target; 0: there is no call.
 */
static inline unsigned long arch_call_target(unsigned long ip)
{
	return arch_branch_target(ip, 0xe8);
}

/** arch_jump_target() - the same of a jump */
static inline unsigned long arch_jump_target(unsigned long ip)
{
	return arch_branch_target(ip, 0xe9);
}

#endif /* MEND_ARCH_X86_TEXT_H */
