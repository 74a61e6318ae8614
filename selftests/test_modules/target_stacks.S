/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks that mislead the unwinder, as the kernel itself has them for an instruction or
 * two; here somebody can sleep in them.
 */
#include <linux/linkage.h>
#include <linux/version.h>
#include <asm/asm.h>
#include <asm/smap.h>
#include <asm/unwind_hints.h>

/*
 * Marked as the kernel marks the first code of a stack, and before 6.4 also some that is
 * called like any other.
 */
SYM_FUNC_START(target_behind_end)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	UNWIND_HINT_END_OF_STACK
#else
	UNWIND_HINT_EMPTY
#endif
	call target_hold
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(target_behind_end)

/*
 * About to return into the entry of a function, as the thunk of an indirect call and
 * ftrace's trampoline are. Reads *%rdi, which may fault and sleep.
 */
SYM_FUNC_START(target_before_entry)
	leaq	target_entry(%rip), %rax
	push	%rax
	UNWIND_HINT_FUNC
	ASM_STAC
1:	movb	(%rdi), %al
2:	ASM_CLAC
	RET
	_ASM_EXTABLE_UA(1b, 2b)
SYM_FUNC_END(target_before_entry)

/* Without padding: in front of target_entry() is code whose frame the unwinder believes. */
SYM_FUNC_START_NOALIGN(target_in_front)
	jmp	target_hold
SYM_FUNC_END(target_in_front)

SYM_FUNC_START_NOALIGN(target_entry)
	xorl	%eax, %eax
	RET
SYM_FUNC_END(target_entry)
