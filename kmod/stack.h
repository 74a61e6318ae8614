/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a task's stack, reliably or not at all. Implemented per
 * architecture, in arch/.
 */
#ifndef MEND_STACK_H
#define MEND_STACK_H

#include <linux/sched.h>
#include "range.h"

#define STACK_DEPTH	40

enum stack_verdict {
	STACK_CLEAN,		/* no address of the stack is in the ranges */
	STACK_INSIDE,		/* one is */
	STACK_UNRELIABLE,	/* cannot be read to its end: treated as inside */
	STACK_STUCK,		/* not looked at: it does not leave its CPU */
};

/**
 * struct stack_trace_copy - what a walk has seen, for the person to be told
 * @nr: addresses stored
 * @addr: from the innermost frame outwards
 */
struct stack_trace_copy {
	u32 nr;
	unsigned long addr[STACK_DEPTH];
};

/**
 * stack_check() - is a task inside one of the ranges?
 * @task: not running: stopped with its CPU, or scheduled out and kept so
 * @ranges: sealed
 * @hit: out: the address found inside; 0 if the verdict is not STACK_INSIDE
 * @trace: out: the addresses walked; all of the stack if the task is inside
 *
 * Clean means: every frame from the innermost to user mode, or to the task's
 * first function, was found and none is inside.
 *
 * Context: all CPUs stopped, or the task's locks held with interrupts off: no locks, no
 * allocation, no printk.
 */
enum stack_verdict stack_check(struct task_struct *task, const struct range_set *ranges,
			       unsigned long *hit, struct stack_trace_copy *trace);

/**
 * stack_copy_interrupted() - what has the interrupt interrupted that this runs in?
 * @trace: out: its stack in the kernel, as far as it can be read; empty: it was in
 *	user mode
 */
void stack_copy_interrupted(struct stack_trace_copy *trace);

#endif /* MEND_STACK_H */
