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

/** consistency_begin() - forget what an earlier check has found */
static inline void consistency_begin(struct consistency *check)
{
	check->tasks = 0;
	check->verdict = STACK_CLEAN;
}

/**
 * consistency_check_task() - walk one task's stack
 * @task: cannot run now, and its stack cannot be freed
 *
 * Context: any; no locks, no allocation, no printk.
 *
 * Return: true if it is not in the way; otherwise it is described in @check.
 */
bool consistency_check_task(struct consistency *check, struct task_struct *task);

/**
 * consistency_check_stopped() - the same with all CPUs stopped
 *
 * A task that is on a CPU then is a stopper thread: whoever else was running
 * has been switched out. The functions on their stacks cannot be patched.
 */
static inline bool consistency_check_stopped(struct consistency *check, struct task_struct *task)
{
	return READ_ONCE(task->on_cpu) || consistency_check_task(check, task);
}

/**
 * consistency_check_all() - walk the stack of every thread and idle task
 *
 * Stops at the first task in the way: the pause is not for counting.
 *
 * Context: inside stop_machine(), interrupts off on all CPUs.
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
