/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan of a switch: what changes, the next table and the ranges that must
 * be free of tasks, worked out and allocated before anything is touched.
 */
#ifndef MEND_PLAN_H
#define MEND_PLAN_H

#include "batch.h"
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
 * struct plan
 * @steps: what changes
 * @nr_steps: their number
 * @sites: the next table's content
 * @nr_sites: its size
 * @attach: the same sites with their modules, for batch_attach()
 * @next: the next table; plan_free() frees it unless it was taken
 * @ranges: what no task may be inside of, sealed
 */
struct plan {
	struct plan_step *steps;
	u32 nr_steps;
	struct site *sites;
	u32 nr_sites;
	struct attach_site *attach;
	struct table *next;
	struct range_set *ranges;
};

/**
 * plan_make() - from wishes to a plan
 * @plan: zeroed
 *
 * Context: switch mutex held; takes registry_mutex; sleeps.
 *
 * Return: 0; -EALREADY if there is nothing to do; or what is wrong with the
 * wishes, in @report. plan_free() is due in every case.
 */
int plan_make(struct plan *plan, const struct mend_op *ops, u32 nr_ops,
	      struct mend_report *report);

/** plan_free() - drops references of patches that did not go on */
void plan_free(struct plan *plan);

#endif /* MEND_PLAN_H */
