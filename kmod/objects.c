// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that come and go; see objects.h.
 *
 * When a module arrives, its objects in all registered patches are bound, in the
 * order in which the patches were registered; those of active patches are
 * attached and join the table. Nobody can be inside functions that have never
 * run, and when a module leaves nobody is inside functions that have returned
 * for the last time: there is nothing to check, and no blocker to wait for. The
 * machine is stopped all the same, since that is what makes the old table free.
 *
 * Locking: registry_mutex from the beginning to the end. A switch that waits for
 * a blocker does not hold it; it notices by bind_epoch() that what it has worked
 * out is stale.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "objects.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <linux/workqueue.h>
#include "batch.h"
#include "bind.h"
#include "callbacks.h"
#include "patch.h"
#include "plan.h"
#include "plan_memory.h"
#include "redirect.h"
#include "report.h"
#include "rollcall.h"
#include "switch.h"

#define OFF_TIMEOUT_MS	1000
#define OFF_RETRY_MS	1000

/* All registered objects of a module; registry_mutex held. */
#define for_each_object_of(mod, patch, object)					\
	for ((patch) = NULL; ((patch) = patch_next(patch)); )			\
		patch_for_each_object(patch, object)				\
			if (strcmp((object)->name, (mod)->name)) {} else

static void off_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(off_work, off_work_fn);

/* A patch that is no good without the module that could not be patched. */
static struct patch *find_off_wanted(char *name, u64 *generation)
{
	struct patch *patch = NULL;

	mutex_lock(&registry_mutex);
	while ((patch = patch_next(patch)))
		if (patch->off_wanted && patch_is_active(patch))
			break;
	if (patch) {
		strscpy(name, patch->name, MEND_NAME_LEN);
		*generation = patch->generation;
	}
	mutex_unlock(&registry_mutex);
	return patch;
}

static void off_work_fn(struct work_struct *work)
{
	char name[MEND_NAME_LEN];
	u64 generation;

	while (find_off_wanted(name, &generation)) {
		if (switch_one(name, generation, MEND_OP_OFF, OFF_TIMEOUT_MS)) {
			mod_delayed_work(system_unbound_wq, &off_work,
					 msecs_to_jiffies(OFF_RETRY_MS));
			return;
		}
	}
}

static void object_fail(struct patch_object *object, const struct mend_report *why)
{
	struct patch *patch = object->patch;
	struct mend_report report;

	object->failed = true;
	if (!patch_is_active(patch)) {
		pr_warn("patch '%s' does not fit module %s: %s\n", patch->name, object->name,
			why->text);
		return;
	}
	report_fail(&report, 0, why->reason, "module %s was loaded unpatched: %.180s", object->name,
		    why->text);
	patch_degrade(patch, &report);
	if (object->desc.required) {
		patch->off_wanted = true;
		mod_delayed_work(system_unbound_wq, &off_work, 0);
	}
}

/* Make ftrace call the handler at the object's functions. */
static int attach_object(struct patch_object *object, struct mend_report *report)
{
	struct attach_site *sites;
	struct patch_func *func;
	u32 nr = 0;
	int err;

	patch_for_each_func(object, func)
		nr++;
	sites = kvcalloc(nr + 1, sizeof(*sites), GFP_KERNEL);
	if (!sites)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	nr = 0;
	patch_for_each_func(object, func)
		sites[nr++] = (struct attach_site){ .ip = func->ip, .mod = object->mod };
	err = batch_attach(sites, nr, report);
	kvfree(sites);
	return err;
}

static void bring_object(struct patch_object *object, struct module *mod)
{
	struct mend_report report;
	int err;

	report_clear(&report);
	err = object_bind(object, mod, &report);
	if (!err && patch_is_active(object->patch)) {
		err = callback_pre_patch(object, &report);
		if (!err)
			err = attach_object(object, &report);
		if (err) {
			callback_post_unpatch(object);
			object_unbind(object);
		}
	}
	if (err)
		object_fail(object, &report);
}

/**
 * struct republish - one visit to the stop window without a check
 * @next: the table
 * @calls: at_switch callbacks
 * @nr_calls: their number
 */
struct republish {
	const struct table *next;
	const struct at_switch *calls;
	u32 nr_calls;
};

static int republish_window(void *data)
{
	const struct republish *republish = data;

	redirect_publish(republish->next);
	callbacks_at_switch(republish->calls, republish->nr_calls);
	return 0;
}

/* The table of what is active and bound now. */
static int publish_registry(struct plan *plan, const struct at_switch *calls, u32 nr_calls,
			    struct mend_report *report)
{
	const struct table *old = redirect_current();
	struct republish republish = { .calls = calls, .nr_calls = nr_calls };
	int err = plan_work_out(plan, report);

	if (err)
		return err;
	republish.next = plan->next;
	/* Or a CPU that is caught in a loop would freeze all others. */
	rollcall_wait();
	err = stop_machine(republish_window, &republish, NULL);
	if (err)
		return report_fail(report, -EIO, MEND_R_INTERNAL,
				   "stop_machine() failed with error %d", err);
	plan_published(plan);
	kvfree(old);
	return 0;
}

static bool is_brought(const struct patch_object *object, const struct module *mod)
{
	return object->bound && object->mod == mod && patch_is_active(object->patch);
}

static struct at_switch *collect_calls(struct module *mod, u32 *nr)
{
	struct patch_object *object;
	struct at_switch *calls;
	struct patch *patch;
	u32 max = 1;

	for_each_object_of(mod, patch, object)
		max++;
	*nr = 0;
	calls = kvcalloc(max, sizeof(*calls), GFP_KERNEL);
	if (!calls)
		return NULL;
	for_each_object_of(mod, patch, object)
		if (is_brought(object, mod) && object->desc.callbacks.at_switch)
			calls[(*nr)++] = (struct at_switch){ .object = object, .on = true };
	return calls;
}

/* Everything of the module is bound and attached: let it join the table. */
static int join_table(struct module *mod, struct mend_report *report)
{
	struct at_switch *calls;
	struct plan plan = {};
	u32 nr_calls;
	int err;

	calls = collect_calls(mod, &nr_calls);
	if (!calls)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	err = publish_registry(&plan, calls, nr_calls, report);
	plan_free(&plan);
	kvfree(calls);
	return err;
}

static bool any_brought(struct module *mod)
{
	struct patch_object *object;
	struct patch *patch;

	for_each_object_of(mod, patch, object)
		if (is_brought(object, mod))
			return true;
	return false;
}

static void bring_all(struct module *mod)
{
	struct patch_object *object;
	struct mend_report report;
	struct patch *patch;
	int err = 0;

	report_clear(&report);
	batch_hold();
	for_each_object_of(mod, patch, object)
		if (!object->bound)
			bring_object(object, mod);
	if (any_brought(mod))
		err = join_table(mod, &report);
	for_each_object_of(mod, patch, object) {
		if (!is_brought(object, mod))
			continue;
		if (!err) {
			callback_post_patch(object);
			pr_info("patch '%s': module %s is patched\n", patch->name, mod->name);
			continue;
		}
		callback_post_unpatch(object);
		object_unbind(object);
		object_fail(object, &report);
	}
	batch_release_unused(0);
}

static bool is_wanted(struct module *mod)
{
	struct patch_object *object;
	struct patch *patch;

	for_each_object_of(mod, patch, object)
		if (!object->bound)
			return true;
	return false;
}

void objects_coming(struct module *mod)
{
	mutex_lock(&registry_mutex);
	bind_module_here(mod);
	bind_changed();
	if (is_wanted(mod))
		bring_all(mod);
	mutex_unlock(&registry_mutex);
}

/*
 * Loading it began before mend.ko was told of modules, and the patch came in
 * between. It runs already, so it cannot be patched without looking at tasks.
 */
static void missed(struct module *mod)
{
	struct patch_object *object;
	struct mend_report report;
	struct patch *patch;

	report_fail(&report, 0, MEND_R_STATE,
		    "its loading began before mend.ko; switch the patch off and on again");
	for_each_object_of(mod, patch, object)
		if (!object->bound && !object->failed && patch_is_active(patch))
			object_fail(object, &report);
}

void objects_live(struct module *mod)
{
	mutex_lock(&registry_mutex);
	if (!bind_module_arrived(mod))
		missed(mod);
	mutex_unlock(&registry_mutex);
}

static void leave_table(struct module *mod)
{
	struct plan plan = { .must = true };
	struct mend_report report;
	int err;

	report_clear(&report);
	err = publish_registry(&plan, NULL, 0, &report);
	plan_free(&plan);
	/* Its entries stay in the table: no call arrives at them any more. */
	WARN(err, "mend: module %s cannot leave the table: %s\n", mod->name, report.text);
}

/* A patch that was degraded because of this module only is as it should be again. */
static void forget_failure(struct patch_object *object)
{
	struct patch *patch = object->patch;
	struct patch_object *other;

	object->failed = false;
	patch_for_each_object(patch, other)
		if (other->failed)
			return;
	patch->off_wanted = false;
	if (patch->state == PATCH_DEGRADED && patch->why.reason != MEND_R_INTEGRITY)
		patch_recover(patch);
}

static void let_all_go(struct module *mod)
{
	struct patch_object *object;
	struct patch *patch;
	bool active = false;

	for_each_object_of(mod, patch, object) {
		active |= is_brought(object, mod);
		callback_pre_unpatch(object);
	}
	for_each_object_of(mod, patch, object) {
		if (object->bound && object->mod == mod)
			object->bound = false;	/* left out of the table */
	}
	if (active)
		leave_table(mod);
	batch_module_going(mod);
	for_each_object_of(mod, patch, object) {
		callback_post_unpatch(object);
		if (object->mod == mod) {
			object_unbind(object);
			pr_info("patch '%s': module %s is gone\n", patch->name, mod->name);
		}
		if (object->failed)
			forget_failure(object);
	}
}

static bool is_known(struct module *mod)
{
	struct patch_object *object;
	struct patch *patch;

	for_each_object_of(mod, patch, object)
		return true;
	return false;
}

void objects_going(struct module *mod)
{
	mutex_lock(&registry_mutex);
	bind_module_arrived(mod);
	bind_changed();
	if (is_known(mod))
		let_all_go(mod);
	else
		batch_module_going(mod);
	mutex_unlock(&registry_mutex);
}

void objects_exit(void)
{
	cancel_delayed_work_sync(&off_work);
}
