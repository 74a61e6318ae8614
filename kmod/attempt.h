/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One attempt of a switch: look at tasks, stop the machine, publish; or find out
 * why not.
 */
#ifndef MEND_ATTEMPT_H
#define MEND_ATTEMPT_H

#include "consistency.h"
#include "plan.h"

/**
 * struct attempt - one visit to the stop window
 * @check: the task check, in and out
 * @plan: what to publish
 * @old: out: what was published before
 * @force: whatever the check says
 * @walk: look at all tasks in the window; otherwise the dirty set is armed
 * @armed_ns: since when
 * @called_ns: when stop_machine() was called; CLOCK_MONOTONIC
 * @begin_ns: the window's begin as seen by the CPU that works in it
 * @end_ns: and its end
 * @done: published
 */
struct attempt {
	struct consistency check;
	const struct plan *plan;
	const struct table *old;
	bool force;
	bool walk;
	u64 armed_ns;
	u64 called_ns;
	u64 begin_ns;
	u64 end_ns;
	bool done;
};

/**
 * attempt_once() - look, and if nobody is in the way stop, look again and publish
 * @out: attempts, tasks and times
 *
 * Context: switch mutex held; sleeps. On success registry_mutex is kept: nothing
 * may come between the switch and its commit.
 *
 * Return: 0; -EBUSY: somebody is in the way, see @attempt->check; -EAGAIN: a module
 * came or went since the plan was made; -EIO.
 */
int attempt_once(struct attempt *attempt, struct mend_switch *out);

/** attempt_by_force() - the same, whoever is inside; who that is, is reported all the same */
int attempt_by_force(struct attempt *attempt, struct mend_switch *out);

/** attempt_blocked() - report who is in the way. Return: -EBUSY; -EINVAL: the caller is. */
int attempt_blocked(struct attempt *attempt, struct mend_switch *out);

/** attempt_delay_us() - how long to wait before the next one, after @tries of them */
unsigned int attempt_delay_us(const struct attempt *attempt, u32 tries, u64 left_ns);

/** attempt_arm() - watch the scheduler; otherwise the machine is stopped to walk all tasks */
int attempt_arm(struct attempt *attempt, struct mend_switch *out);

/** attempt_disarm() - the reverse; nothing if it is not armed. Waits for RCU. */
void attempt_disarm(struct attempt *attempt);

/** attempt_anew() - after one that failed: has it to begin from the beginning? */
bool attempt_anew(struct attempt *attempt, struct mend_switch *out);

#endif /* MEND_ATTEMPT_H */
