/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test payloads know of mend_target, the module they patch.
 *
 * Version numbers: 0 is the code that mend_target came with; 1 and 2 are the
 * generations of the payloads that replace it. Every function returns the
 * number of the version that ran, so that a reader sees which one it was.
 */
#ifndef MEND_TEST_TARGET_H
#define MEND_TEST_TARGET_H

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#define TARGET_VERSIONS		3
/* How long an outer that naps stays inside the function */
#define TARGET_NAP_US		1500

/* The compiler must neither fold the result into a caller nor clone it. */
#define TARGET_FN		__attribute__((__noipa__)) noinline

/**
 * struct target_counters - what the load on target_outer() saw
 * @entered: first thing in each version of target_outer()
 * @mixed: calls of an outer that met an inner of another version: the proof
 *	that a switch happened while a task was between the two
 */
struct target_counters {
	atomic_long_t entered[TARGET_VERSIONS];
	atomic_long_t mixed;
};

extern struct target_counters target_counters;
DECLARE_PER_CPU(int, target_percpu);

int target_inner(void);

/** target_met_another() - count a mixed call; who made the first one goes to the log */
void target_met_another(int version, int before, int after, bool nap);

/*
 * The body of every version of target_outer(). Both calls of target_inner()
 * go through its fentry site, so they reach the version that is current.
 */
static __always_inline int target_outer_body(int version, bool nap)
{
	int before, after;

	atomic_long_inc(&target_counters.entered[version]);
	before = target_inner();
	if (nap)
		usleep_range(TARGET_NAP_US, 2 * TARGET_NAP_US);
	else if (in_task())	/* not from the load's timer */
		cond_resched();
	after = target_inner();
	if (before != version || after != version)
		target_met_another(version, before, after, nap);
	return version;
}

#endif /* MEND_TEST_TARGET_H */
