/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The switch: any set of patches, at one instant, or nothing.
 */
#ifndef MEND_SWITCH_H
#define MEND_SWITCH_H

#include <linux/types.h>
#include <uapi/linux/mend.h>

struct module;

/**
 * struct switch_request - what is wanted
 * @ops: names NUL-terminated, actions and flags of a known shape
 * @nr_ops: 1 .. MEND_SWITCH_OPS_MAX
 * @timeout_ms: how long to wait for tasks to leave; 0: one attempt
 * @force: switch after that time whoever is inside; see MEND_SWITCH_FORCE
 * @probation_ms: 0: confirmed at once
 * @loading: the payload in whose init this is called; NULL: none
 */
struct switch_request {
	const struct mend_op *ops;
	u32 nr_ops;
	u32 timeout_ms;
	bool force;
	u32 probation_ms;
	const struct module *loading;
};

/**
 * switch_run() - turn patches on and off
 * @out: every field marked "out" in struct mend_switch is filled in
 *
 * Context: sleeps. Serialized against other switches. Must not be called from
 * a module notifier.
 *
 * Return: 0, or a negative errno with @out->report; then nothing has changed.
 */
int switch_run(const struct switch_request *request, struct mend_switch *out);

/**
 * switch_back() - take a switch back that is on probation
 * @id: from probation_next_due()
 * @restore: what it superseded comes on again
 * @out: as in switch_run()
 *
 * Context: sleeps, for a little longer than @timeout_ms at most.
 *
 * Return: 0; -ENOENT: it is over already; or as switch_run().
 */
int switch_back(u64 id, u32 timeout_ms, bool restore, struct mend_switch *out);

/** switch_one() - switch_run() for a single patch, for callers without a report */
int switch_one(const char *name, u64 generation, u32 action, u32 timeout_ms);

/**
 * switch_forbid() - from now on every switch is refused, with MEND_R_SUSPEND
 *
 * Returns when the one under way, if any, has given up or happened. Sleeps.
 */
void switch_forbid(void);

/** switch_allow() - the reverse */
void switch_allow(void);

/** switch_wait() - until no switch is under way; sleeps */
void switch_wait(void);

/**
 * switch_walk_all - look at every task inside the stop window
 *
 * A module parameter: the reference that the dirty set is measured against.
 * May change at any time; a switch under way keeps to what it began with.
 */
extern bool switch_walk_all;

#endif /* MEND_SWITCH_H */
