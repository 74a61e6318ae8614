/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking one's own stack, frame by frame, as far as it can be read.
 *
 * For questions whose answer need not be reliable: a frame that the unwinder
 * does not find is missed, and that is all.
 */
#ifndef MEND_ARCH_X86_WALK_H
#define MEND_ARCH_X86_WALK_H

#include <linux/sched.h>
#include <asm/ptrace.h>
#include <asm/unwind.h>

/**
 * struct stack_walk - where a walk is
 * @state: the unwinder's
 * @ip: to be told first: the unwinder begins behind registers it is given; 0: told
 */
struct stack_walk {
	struct unwind_state state;
	unsigned long ip;
};

/**
 * stack_walk_begin() - of current
 * @regs: from there on, as an exception has saved them; NULL: from the caller on
 *
 * Context: any, NMI included.
 */
static __always_inline void stack_walk_begin(struct stack_walk *walk, struct pt_regs *regs)
{
	walk->ip = regs ? regs->ip : 0;
	unwind_start(&walk->state, current, regs, NULL);
}

/**
 * stack_walk_next() - the next address
 * @addr: out: 0 if there is a frame whose address is not kernel text
 *
 * Return: false: there is none, or the unwinder knows no further.
 */
static inline bool stack_walk_next(struct stack_walk *walk, unsigned long *addr)
{
	if (walk->ip) {
		*addr = walk->ip;
		walk->ip = 0;
		return true;
	}
	if (unwind_done(&walk->state))
		return false;
	*addr = unwind_get_return_address(&walk->state);
	unwind_next_frame(&walk->state);
	return true;
}

/**
 * stack_walk_out() - skip to what the interrupt that this runs in has interrupted
 *
 * Return: whether that is in the kernel; then it comes next.
 */
static inline bool stack_walk_out(struct stack_walk *walk)
{
	struct pt_regs *regs = NULL;

	for (; !unwind_done(&walk->state) && !regs; unwind_next_frame(&walk->state)) {
		regs = unwind_get_entry_regs(&walk->state, NULL);
		if (regs)
			walk->ip = regs->ip;
	}
	return regs && !user_mode(regs);
}

#endif /* MEND_ARCH_X86_WALK_H */
