/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is any task inside what is about to change?
 */
#ifndef MEND_CONSISTENCY_H
#define MEND_CONSISTENCY_H

#include <uapi/linux/mend.h>
#include "range.h"
#include "stack.h"

/**
 * struct consistency - one check of all tasks
 * @ranges: in: sealed; set by the caller
 * @tasks: out: tasks looked at
 * @verdict: out: of the task that ended the check
 * @pid: out: that task
 * @tgid: out: its process
 * @comm: out: its name
 * @hit: out: the address inside
 * @trace: out: its stack
 *
 * Filled in with all CPUs stopped, hence plain values and no strings to be
 * made up: consistency_describe() does that later.
 */
struct consistency {
	const struct range_set *ranges;
	u32 tasks;
	enum stack_verdict verdict;
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	unsigned long hit;
	struct stack_trace_copy trace;
};

/**
 * consistency_check_all() - walk the stack of every thread and idle task
 *
 * Stops at the first task in the way: the pause is not for counting.
 *
 * Context: inside stop_machine(), interrupts off on all CPUs. No locks, no
 * allocation, no printk.
 *
 * Return: true if no task is inside the ranges.
 */
bool consistency_check_all(struct consistency *check);

/** consistency_describe() - the blocker in words; after the machine goes on */
void consistency_describe(const struct consistency *check, struct mend_blocker *blocker);

#ifdef CONFIG_MEND_SELFTEST
/** consistency_skip - test builds only: pretend that every check is clean */
extern bool consistency_skip;
#endif

#endif /* MEND_CONSISTENCY_H */
