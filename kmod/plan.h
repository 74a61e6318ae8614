/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan of a switch: what changes, the next table and the ranges that must
 * be free of tasks, worked out and allocated before anything is touched.
 */
#ifndef MEND_PLAN_H
#define MEND_PLAN_H

#include "batch.h"
#include "callbacks.h"
#include "patch.h"
#include "range.h"
#include "table.h"

/**
 * struct plan_step - one patch that changes
 * @patch: an active one, or one whose payload the plan holds a reference on
 * @to: its next state
 * @seq: its place in the stacking order, if it goes on
 */
struct plan_step {
	struct patch *patch;
	enum patch_state to;
	u64 seq;
};

/**
 * struct plan - plan_steps() sets what is wanted, once; plan_work_out() the rest,
 * again whenever a module came or went
 * @steps: what changes
 * @nr_steps: their number
 * @epoch: bind_epoch() of when the rest was worked out
 * @must: allocations cannot fail: a module goes, and nobody can say no
 * @back: it takes a switch back: its memory may come from plan_reserve()
 * @sites: the next table's content
 * @nr_sites: its size
 * @attach: the same sites with their modules, for batch_attach()
 * @next: the next table; plan_free() frees it unless it was taken
 * @ranges: what no task may be inside of, sealed
 * @calls: callbacks for the stop window
 * @nr_calls: their number
 */
struct plan {
	struct plan_step *steps;
	u32 nr_steps;
	u64 epoch;
	bool must;
	bool back;
	struct site *sites;
	u32 nr_sites;
	struct attach_site *attach;
	struct table *next;
	struct range_set *ranges;
	struct at_switch *calls;
	u32 nr_calls;
};

/**
 * plan_steps() - from wishes to steps
 * @plan: zeroed
 * @loading: the payload in whose init this is called; NULL: none
 *
 * Context: switch mutex and registry_mutex held; sleeps.
 *
 * Return: 0; -EALREADY if there is nothing to do; or what is wrong with the
 * wishes, in @report. plan_free() is due in every case.
 */
int plan_steps(struct plan *plan, const struct mend_op *ops, u32 nr_ops,
	       const struct module *loading, struct mend_report *report);

/**
 * plan_begin() - a plan whose steps are added one by one
 * @plan: zeroed
 *
 * Context as plan_steps(). Return: 0; -ENOMEM. plan_free() is due in every case.
 */
int plan_begin(struct plan *plan, bool back);

/**
 * plan_add_step() - after plan_begin(), for each patch once
 * @patch: if it goes on, the plan takes over a reference on its payload
 */
void plan_add_step(struct plan *plan, struct patch *patch, enum patch_state to, u64 seq);

/**
 * plan_work_out() - the next table and the ranges, from the registry as it is now
 * @plan: with its steps; without any, the result is the current state
 *
 * Binds objects of patches that go on to modules that are there. May be called
 * again. Context: registry_mutex held; sleeps.
 */
int plan_work_out(struct plan *plan, struct mend_report *report);

/** plan_free() - drops references of patches that did not go on */
void plan_free(struct plan *plan);

/** plan_for_each_object() - of all patches that change; registry_mutex held */
#define plan_for_each_object(plan, step, object)				\
	for ((step) = (plan)->steps; (step) < (plan)->steps + (plan)->nr_steps; (step)++) \
		patch_for_each_object((step)->patch, object)

#endif /* MEND_PLAN_H */
