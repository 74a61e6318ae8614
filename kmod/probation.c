// SPDX-License-Identifier: GPL-2.0-only
/*
 * The records of probation: how they begin, change and end; see probation.h.
 *
 * A record holds what taking back needs, from before the switch happens:
 * memory; a reference on each payload that may come on again; and the sites
 * of all patches, which stay attached as long as anything is on probation, so
 * that coming back needs nothing of ftrace.
 *
 * A record that has ended is not freed at once, since a witness (watch.c) may be
 * reading its text ranges: probation_reap() waits for those.
 *
 * Locking: registry_mutex for everything.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "probation.h"

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "batch.h"
#include "compat/compat.h"
#include "floor.h"
#include "patch.h"
#include "plan.h"
#include "probation_record.h"
#include "range.h"
#include "report.h"
#include "watch.h"

/* Sites stay attached for a moment longer, as after any switch. */
#define LINGER_MS	500

/* In the order in which they began. */
LIST_HEAD(probations);
static LIST_HEAD(ended);
static u64 last_id;
/* How many are to be taken back. */
u32 probation_urgent;

static void free_entries(struct list_head *entries)
{
	struct probation_entry *entry, *next;

	list_for_each_entry_safe(entry, next, entries, list) {
		list_del(&entry->list);
		kfree(entry);
	}
}

static void free_probation(struct probation *probation)
{
	free_entries(&probation->on);
	free_entries(&probation->off);
	kvfree(probation->text);
	kfree(probation);
}

/* Which of the patches that go on supersedes @patch? */
static const struct patch *superseder(const struct plan *plan, const struct patch *patch)
{
	u32 i;

	for (i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].to == PATCH_ON &&
		    patch_supersedes(plan->steps[i].patch, patch))
			return plan->steps[i].patch;
	return NULL;
}

static int add_entry(struct probation *probation, const struct plan *plan,
		     const struct plan_step *step)
{
	struct probation_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	unsigned long start, size;

	if (!entry)
		return -ENOMEM;
	entry->patch = step->patch;
	if (step->to != PATCH_ON) {
		if (step->to == PATCH_REPLACED)
			entry->by = superseder(plan, step->patch);
		list_add_tail(&entry->list, &probation->off);
		return 0;
	}
	list_add_tail(&entry->list, &probation->on);
	compat_module_text(step->patch->mod, &start, &size);
	return range_set_add(probation->text, start, start + size);
}

static struct probation *alloc_probation(const struct plan *plan)
{
	struct probation *probation = kzalloc(sizeof(*probation), GFP_KERNEL);
	int err = 0;
	u32 i;

	if (!probation)
		return NULL;
	INIT_LIST_HEAD(&probation->on);
	INIT_LIST_HEAD(&probation->off);
	watch_init_one(&probation->watch);
	probation->text = kvmalloc(range_set_bytes(plan->nr_steps), GFP_KERNEL);
	if (!probation->text)
		goto free;
	range_set_init(probation->text, plan->nr_steps);
	for (i = 0; i < plan->nr_steps && !err; i++)
		err = add_entry(probation, plan, &plan->steps[i]);
	if (err)
		goto free;
	range_set_seal(probation->text);
	return probation;
free:
	free_probation(probation);
	return NULL;
}

int probation_make(const struct plan *plan, u32 ms, struct probation **result,
		   struct mend_report *report)
{
	struct probation *probation;

	lockdep_assert_held(&registry_mutex);
	*result = NULL;
	probation = alloc_probation(plan);
	if (!probation)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory for probation");
	if (list_empty(&probation->on)) {
		free_probation(probation);
		return 0;
	}
	if (watch_reserve(&probation->watch)) {
		free_probation(probation);
		return report_fail(report, -ENOSPC, MEND_R_RANGE,
				   "too many switches are on probation; confirm some");
	}
	probation->ms = ms;
	probation->watch.text = probation->text;
	*result = probation;
	return 0;
}

void probation_drop(struct probation *probation)
{
	lockdep_assert_held(&registry_mutex);
	if (!probation)
		return;
	watch_disarm(&probation->watch);
	free_probation(probation);
}

struct probation_entry *probation_find_entry(const struct list_head *entries,
					     const struct patch *patch)
{
	struct probation_entry *entry;

	list_for_each_entry(entry, entries, list)
		if (entry->patch == patch)
			return entry;
	return NULL;
}

struct probation *probation_find(u64 id)
{
	struct probation *probation;

	lockdep_assert_held(&registry_mutex);
	list_for_each_entry(probation, &probations, list)
		if (probation->id == id)
			return probation;
	return NULL;
}

/* The record that decides over an active patch. */
struct probation *probation_find_on(const struct patch *patch)
{
	struct probation *probation;

	list_for_each_entry(probation, &probations, list)
		if (probation_find_entry(&probation->on, patch) && patch_is_active(patch))
			return probation;
	return NULL;
}

/* It will not be brought back. */
void probation_drop_off(struct probation_entry *entry)
{
	list_del(&entry->list);
	module_put(entry->patch->mod);
	kfree(entry);
}

/* Nothing is on probation by it any more. */
void probation_end(struct probation *probation)
{
	struct probation_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &probation->off, list)
		probation_drop_off(entry);
	if (probation->why.reason)
		WRITE_ONCE(probation_urgent, probation_urgent - 1);
	watch_disarm(&probation->watch);
	list_move_tail(&probation->list, &ended);
	batch_release_unused(LINGER_MS);
	watch_kick();	/* somebody has to reap it */
}

/* A patch has left: what it had superseded is not coming back either. */
static void leave(struct probation *probation, struct probation_entry *leaving)
{
	const struct patch *patch = leaving->patch;
	struct probation_entry *entry, *next;

	list_del(&leaving->list);
	kfree(leaving);
	list_for_each_entry_safe(entry, next, &probation->off, list)
		if (entry->by == patch)
			probation_drop_off(entry);
	if (list_empty(&probation->on))
		probation_end(probation);
}

static void forget_on(const struct patch *patch)
{
	struct probation *probation, *next;
	struct probation_entry *entry;

	list_for_each_entry_safe(probation, next, &probations, list) {
		entry = probation_find_entry(&probation->on, patch);
		if (entry)
			leave(probation, entry);
	}
}

void probation_forget_off(const struct patch *patch)
{
	struct probation *probation;
	struct probation_entry *entry;

	list_for_each_entry(probation, &probations, list) {
		entry = probation_find_entry(&probation->off, patch);
		if (entry)
			probation_drop_off(entry);
	}
}

static void begin(struct probation *probation)
{
	struct probation_entry *entry;

	/* They have still the reference that they had while they were on. */
	list_for_each_entry(entry, &probation->off, list)
		__module_get(entry->patch->mod);
	probation->id = ++last_id;
	probation->deadline = ktime_get_boottime_ns() + (u64)probation->ms * NSEC_PER_MSEC;
	list_add_tail(&probation->list, &probations);
	batch_hold();
	watch_arm(&probation->watch);
	list_for_each_entry(entry, &probation->on, list)
		pr_info("patch '%s' generation %llu is on probation for %u ms\n",
			entry->patch->name, entry->patch->generation, probation->ms);
	if (probation->watch.locked_up)
		pr_warn("a CPU has been stuck before (softlockup): if one is again, nobody will notice\n");
	if (!watch_sees_warnings())
		pr_warn("this kernel does not tell of warnings: they will not be noticed\n");
}

void probation_switched(const struct plan *plan, struct probation *probation)
{
	const struct plan_step *step;

	lockdep_assert_held(&registry_mutex);
	for (step = plan->steps; step < plan->steps + plan->nr_steps; step++) {
		if (step->to == PATCH_ON)
			probation_forget_off(step->patch);
		/* What goes off by a switch on probation may come back to its own. */
		if (step->to == PATCH_ON || !probation)
			forget_on(step->patch);
	}
	if (probation)
		begin(probation);
}

void probation_patch_gone(struct patch *patch)
{
	lockdep_assert_held(&registry_mutex);
	probation_forget_off(patch);
	forget_on(patch);
}

u64 probation_left_ms(const struct patch *patch)
{
	const struct probation *probation;
	u64 now = ktime_get_boottime_ns();

	lockdep_assert_held(&registry_mutex);
	probation = probation_find_on(patch);
	if (!probation || probation->deadline <= now)
		return 0;
	return div_u64(probation->deadline - now + NSEC_PER_MSEC - 1, NSEC_PER_MSEC);
}

static void confirm(struct probation *probation)
{
	struct probation_entry *entry, *next;

	list_for_each_entry(entry, &probation->on, list) {
		/* It may have been replaced by a switch that is on probation still. */
		if (!patch_is_active(entry->patch))
			continue;
		floor_raise(entry->patch->name, entry->patch->generation);
		pr_info("patch '%s' generation %llu is confirmed\n", entry->patch->name,
			entry->patch->generation);
	}
	/* Replaced for good: out of whatever records they are on probation by. */
	list_for_each_entry_safe(entry, next, &probation->off, list)
		forget_on(entry->patch);
	probation_end(probation);
}

/*
 * The record that a name means. Return: 0; -ENOENT; -EALREADY: it is known and
 * not on probation.
 */
int probation_find_named(const char *name, u64 generation, struct probation **found,
		      struct mend_report *report)
{
	struct patch *patch = generation ? patch_find(name, generation) : patch_find_active(name);
	struct patch *any = NULL;

	*found = patch ? probation_find_on(patch) : NULL;
	if (*found)
		return 0;
	while (!patch && !generation && (any = patch_next(any)))
		if (!strcmp(any->name, name))
			patch = any;
	if (!patch)
		return report_fail(report, -ENOENT, MEND_R_NO_PATCH,
				   "no patch '%s' is registered", name);
	return report_fail(report, -EALREADY, MEND_R_STATE, "patch '%s' is not on probation",
			   name);
}

int probation_none(struct mend_report *report)
{
	return report_fail(report, -EALREADY, MEND_R_STATE, "nothing is on probation");
}

static int too_late(const struct probation *probation, struct mend_report *report)
{
	return report_fail(report, -EBUSY, probation->why.reason,
			   "too late to confirm, it is being taken back: %.180s",
			   probation->why.text);
}

static int confirm_all(struct mend_report *report)
{
	struct probation *probation, *next;
	bool found = false;
	int err = 0;

	do {
		/* Each one that is confirmed may end others, hence from the beginning. */
		next = NULL;
		list_for_each_entry(probation, &probations, list) {
			found = true;
			if (probation->why.reason)
				err = too_late(probation, report);
			else
				next = probation;
		}
		if (next)
			confirm(next);
	} while (next);
	return found ? err : probation_none(report);
}

int probation_confirm(const char *name, u64 generation, struct mend_report *report)
{
	struct probation *probation;
	int err;

	mutex_lock(&registry_mutex);
	/* What has happened before the confirmation counts. */
	list_for_each_entry(probation, &probations, list)
		probation_look(probation);
	if (!*name) {
		err = confirm_all(report);
	} else {
		err = probation_find_named(name, generation, &probation, report);
		if (!err && probation->why.reason)
			err = too_late(probation, report);
		if (!err)
			confirm(probation);
	}
	mutex_unlock(&registry_mutex);
	return err;
}

void probation_reap(void)
{
	struct probation *probation, *next;
	LIST_HEAD(reaped);

	mutex_lock(&registry_mutex);
	list_splice_init(&ended, &reaped);
	mutex_unlock(&registry_mutex);
	if (list_empty(&reaped))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(probation, next, &reaped, list)
		free_probation(probation);
}
