// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probation: why, when and how a switch is taken back; see probation.h.
 *
 * Locking: registry_mutex for everything; @probation_urgent is read without.
 */
#define pr_fmt(fmt) "mend: " fmt

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/timekeeping.h>
#include "patch.h"
#include "plan.h"
#include "probation.h"
#include "probation_record.h"
#include "report.h"
#include "watch.h"

/* Soft lockups are looked for that often, and whatever else was missed. */
#define LOOK_MS		500

/* From now on it is only a matter of time. */
static void condemn(struct probation *probation, u32 reason, const char *text)
{
	struct probation_entry *entry;

	if (probation->why.reason)
		return;
	report_fail(&probation->why, 0, reason, "%s", text);
	WRITE_ONCE(probation_urgent, probation_urgent + 1);
	list_for_each_entry(entry, &probation->on, list)
		if (patch_is_active(entry->patch))
			pr_err("patch '%s' generation %llu is to be taken back: %s\n",
			       entry->patch->name, entry->patch->generation, text);
}

static const char *reason_text(u32 reason)
{
	switch (reason) {
	case MEND_R_OOPS:
		return "an oops with its code on the stack";
	case MEND_R_WARN:
		return "a warning of the kernel with its code on the stack";
	case MEND_R_SOFTLOCKUP:
		return "a CPU was stuck in the kernel (softlockup)";
	case MEND_R_HEALTH:
		return "the health check has failed";
	default:
		return "it was not confirmed before its deadline";
	}
}

int probation_condemn(const char *name, u64 generation, u32 reason, struct mend_report *report)
{
	struct probation *probation;
	int err = 0;

	mutex_lock(&registry_mutex);
	if (*name) {
		err = probation_find_named(name, generation, &probation, report);
		if (!err)
			condemn(probation, reason, reason_text(reason));
	} else if (list_empty(&probations)) {
		err = probation_none(report);
	}
	if (!*name)
		list_for_each_entry(probation, &probations, list)
			condemn(probation, reason, reason_text(reason));
	mutex_unlock(&registry_mutex);
	return err;
}

static int still_condemned(const struct probation *probation, struct mend_report *report)
{
	struct probation_entry *entry;

	list_for_each_entry(entry, &probation->on, list)
		if (patch_is_active(entry->patch))
			return report_fail(report, -EBUSY, MEND_R_BUSY,
					   "'%s' is not taken back yet and will be: %.180s",
					   entry->patch->name, entry->patch->why.text);
	return report_fail(report, -EBUSY, MEND_R_BUSY, "it is not taken back yet and will be");
}

int probation_still_condemned(const char *name, u64 generation, struct mend_report *report)
{
	struct probation *probation;
	int err = 0;

	report_clear(report);
	mutex_lock(&registry_mutex);
	if (*name) {
		err = probation_find_named(name, generation, &probation, NULL);
		err = !err && probation->why.reason ? still_condemned(probation, report) : 0;
	} else {
		list_for_each_entry(probation, &probations, list)
			if (probation->why.reason)
				err = still_condemned(probation, report);
	}
	mutex_unlock(&registry_mutex);
	return err;
}

/* What do the witnesses say? */
void probation_look(struct probation *probation)
{
	int seen = atomic_read(&probation->watch.seen);
	u32 reason = 0;

	if (seen & WATCH_OOPS)
		reason = MEND_R_OOPS;
	else if (seen & WATCH_WARN)
		reason = MEND_R_WARN;
	else if (watch_soft_lockup(&probation->watch))
		reason = MEND_R_SOFTLOCKUP;
	else if (ktime_get_boottime_ns() >= probation->deadline)
		reason = MEND_R_DEADLINE;
	if (reason)
		condemn(probation, reason, reason_text(reason));
}

u64 probation_next_due(u64 after)
{
	struct probation *probation;
	u64 id = 0;

	mutex_lock(&registry_mutex);
	list_for_each_entry(probation, &probations, list)
		probation_look(probation);
	/*
	 * The first one first: what it would bring back may be what a later one
	 * has replaced, which is due as well and brings it back then, at once.
	 */
	list_for_each_entry(probation, &probations, list) {
		if (!probation->why.reason || probation->id <= after)
			continue;
		id = probation->id;
		break;
	}
	mutex_unlock(&registry_mutex);
	return id;
}

u32 probation_look_again_ms(void)
{
	const struct probation *probation;
	u64 now = ktime_get_boottime_ns();
	u32 ms = 0;

	mutex_lock(&registry_mutex);
	if (!list_empty(&probations))
		ms = LOOK_MS;
	list_for_each_entry(probation, &probations, list)
		if (!probation->why.reason && probation->deadline > now)
			ms = min_t(u64, ms, div_u64(probation->deadline - now, NSEC_PER_MSEC) + 1);
	mutex_unlock(&registry_mutex);
	return ms;
}

bool probation_is_on(void)
{
	lockdep_assert_held(&registry_mutex);
	return !list_empty(&probations);
}

bool probation_is_urgent(void)
{
	return READ_ONCE(probation_urgent);
}

/* An active patch that stays, and that @patch must not be on together with. */
static const struct patch *survivor_over(const struct probation *probation,
					 const struct patch *patch)
{
	struct patch *other = NULL;

	while ((other = patch_next(other)))
		if (patch_is_active(other) && other != patch &&
		    !probation_find_entry(&probation->on, other) &&
		    (!strcmp(other->name, patch->name) ||
		     (patch_supersedes(other, patch) && other->seq > patch->seq)))
			return other;
	return NULL;
}

int probation_plan(u64 id, struct plan *plan, bool restore, struct mend_report *why)
{
	struct probation *probation = probation_find(id);
	struct probation_entry *entry;
	int err;

	if (!probation)
		return -ENOENT;
	*why = probation->why;
	err = plan_begin(plan, true);
	if (err)
		return err;
	list_for_each_entry(entry, &probation->on, list)
		if (patch_is_active(entry->patch))
			plan_add_step(plan, entry->patch, PATCH_ROLLED_BACK, 0);
	list_for_each_entry(entry, &probation->off, list) {
		if (!restore || survivor_over(probation, entry->patch))
			continue;
		/* As after any plan: it is let go of unless it goes on. */
		__module_get(entry->patch->mod);
		plan_add_step(plan, entry->patch, PATCH_ON, entry->patch->seq);
	}
	return 0;
}

void probation_blocked(u64 id, const char *what)
{
	struct probation *probation = probation_find(id);
	struct mend_report why;
	struct probation_entry *entry;

	if (!probation)
		return;
	report_fail(&why, 0, probation->why.reason, "%s; it waits: %.180s", probation->why.text,
		    what);
	list_for_each_entry(entry, &probation->on, list)
		if (patch_is_active(entry->patch))
			patch_block_rollback(entry->patch, &why);
}

/*
 * Something that stays is in the way of what was to come back. If that is on
 * probation itself, it brings it back, should it be taken back later.
 */
static void pass_on(struct probation *probation, struct probation_entry *entry)
{
	const struct patch *survivor = survivor_over(probation, entry->patch);
	struct probation *heir = survivor ? probation_find_on(survivor) : NULL;

	if (!heir || heir == probation || probation_find_entry(&heir->off, entry->patch)) {
		probation_drop_off(entry);
		return;
	}
	entry->by = survivor;
	list_move_tail(&entry->list, &heir->off);
}

static bool plan_has(const struct plan *plan, const struct patch *patch)
{
	u32 i;

	for (i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].patch == patch)
			return true;
	return false;
}

/*
 * A patch of this record that was replaced by a switch which is on probation
 * itself must not come back by that.
 */
static void forget_dormant(const struct probation *probation)
{
	struct probation_entry *entry;

	list_for_each_entry(entry, &probation->on, list)
		if (!patch_is_active(entry->patch))
			probation_forget_off(entry->patch);
}

void probation_taken_back(u64 id, const struct plan *plan)
{
	struct probation *probation = probation_find(id);
	struct probation_entry *entry, *next;

	/* Its payloads may just have been removed by force. */
	if (!probation)
		return;
	list_for_each_entry_safe(entry, next, &probation->off, list) {
		if (plan_has(plan, entry->patch))
			probation_drop_off(entry);
		else
			pass_on(probation, entry);
	}
	forget_dormant(probation);
	probation_end(probation);
}
