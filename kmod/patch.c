// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry; see patch.h for the locks.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "patch.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "authorize.h"
#include "bind.h"
#include "custody.h"
#include "describe.h"
#include "main.h"
#include "payload.h"
#include "probation.h"
#include "report.h"
#include "switch.h"
#include "sysfs.h"
#include "trace.h"

/* A payload that switches itself on waits that long for tasks to leave. */
#define ENABLE_TIMEOUT_MS	10000

DEFINE_MUTEX(registry_mutex);
static LIST_HEAD(patches);

struct patch *patch_find(const char *name, u64 generation)
{
	struct patch *patch;

	lockdep_assert_held(&registry_mutex);
	list_for_each_entry(patch, &patches, list)
		if (patch->generation == generation && !strcmp(patch->name, name))
			return patch;
	return NULL;
}

struct patch *patch_find_active(const char *name)
{
	struct patch *patch;

	lockdep_assert_held(&registry_mutex);
	list_for_each_entry(patch, &patches, list)
		if (patch_is_active(patch) && !strcmp(patch->name, name))
			return patch;
	return NULL;
}

struct patch *patch_next(struct patch *patch)
{
	lockdep_assert_held(&registry_mutex);
	patch = patch ? list_next_entry(patch, list) :
			list_first_entry(&patches, struct patch, list);
	return list_entry_is_head(patch, &patches, list) ? NULL : patch;
}

void patch_set_state(struct patch *patch, enum patch_state state)
{
	lockdep_assert_held(&registry_mutex);
	WARN_ON_ONCE(!state_may_move(patch->state, state));
	WRITE_ONCE(patch->state, state);
}

/* A patch that is not on as it should be: tell everybody. */
static void tell_degraded(struct patch *patch)
{
	trace_mend_degraded(patch->name, patch->generation, state_name(patch->state),
			    patch->why.text);
	sysfs_patch_changed(patch);
}

void patch_degrade(struct patch *patch, const struct mend_report *why)
{
	pr_err("patch '%s' generation %llu is degraded: %s\n", patch->name, patch->generation,
	       why->text);
	if (patch->state != PATCH_ON)
		return;
	patch->why = *why;
	patch_set_state(patch, PATCH_DEGRADED);
	tell_degraded(patch);
}

void patch_block_rollback(struct patch *patch, const struct mend_report *why)
{
	bool news = strcmp(patch->why.text, why->text);

	patch->why = *why;
	if (patch->state != PATCH_ROLLBACK_BLOCKED)
		patch_set_state(patch, PATCH_ROLLBACK_BLOCKED);
	else if (!news)
		return;
	pr_err("patch '%s' generation %llu cannot be taken back yet: %s\n", patch->name,
	       patch->generation, why->text);
	tell_degraded(patch);
}

void patch_recover(struct patch *patch)
{
	pr_info("patch '%s' generation %llu is on as it should be again\n", patch->name,
		patch->generation);
	report_clear(&patch->why);
	patch_set_state(patch, PATCH_ON);
	tell_degraded(patch);
}

static int registry_add(struct patch *patch, struct mend_report *report)
{
	int err;

	mutex_lock(&registry_mutex);
	if (patch_find(patch->name, patch->generation))
		err = report_fail(report, -EEXIST, MEND_R_DUPLICATE,
				  "patch '%s' generation %llu is registered already",
				  patch->name, patch->generation);
	else
		/* From here on, modules that come find it in the registry. */
		err = bind_present(patch, report);
	if (!err)
		list_add_tail(&patch->list, &patches);
	mutex_unlock(&registry_mutex);
	return err;
}

static void registry_del(struct patch *patch)
{
	mutex_lock(&registry_mutex);
	probation_patch_gone(patch);
	list_del(&patch->list);
	mutex_unlock(&registry_mutex);
}

/* @desc: NULL: any of that payload. */
static struct patch *patch_of(const struct module *mod, const struct mend_patch *desc)
{
	struct patch *patch = NULL;

	mutex_lock(&registry_mutex);
	while ((patch = patch_next(patch)))
		if (patch->mod == mod && (!desc || patch->desc == desc))
			break;
	mutex_unlock(&registry_mutex);
	return patch;
}

static int register_patch(struct mend_patch *desc, struct authorization *auth,
			  struct mend_report *report)
{
	struct patch *patch = describe_patch(desc, auth, report);
	int err;

	if (IS_ERR(patch))
		return PTR_ERR(patch);
	err = registry_add(patch, report);
	if (err)
		goto free_patch;
	err = sysfs_patch_add(patch);
	if (err) {
		report_fail(report, err, MEND_R_NOMEM, "cannot create the entries in sysfs: error %d",
			    err);
		goto del_patch;
	}
	if (!auth) {
		pr_warn("patch '%s' is not signed; the kernel is tainted\n", patch->name);
		add_taint(TAINT_UNSIGNED_MODULE, LOCKDEP_STILL_OK);
	}
	pr_info("patch '%s' generation %llu registered: %u functions\n", patch->name,
		patch->generation, patch->nr_funcs);
	return 0;

del_patch:
	registry_del(patch);
free_patch:
	patch->auth = NULL;	/* stays the caller's */
	describe_free(patch);
	return err;
}

/* @is_signed: out, on success */
static int register_payload(struct mend_patch *desc, bool *is_signed)
{
	struct authorization *auth;
	struct mend_report report;
	int err;

	report_clear(&report);
	if (!payload_find(desc->mod)) {
		/* Its relocations were not applied: it must not run. */
		pr_err("module '%s' is no payload: it has no " MEND_PAYLOAD_SYMBOL "; was its symbol table stripped?\n",
		       desc->mod->name);
		return -ENOEXEC;
	}
	auth = custody_claim(desc->mod, &report);
	if (IS_ERR(auth)) {
		pr_err("module '%s' may not register a patch: %s\n", desc->mod->name, report.text);
		return PTR_ERR(auth);
	}
	*is_signed = auth;
	err = register_patch(desc, auth, &report);
	if (!err)
		return 0;
	pr_err("payload '%s' refused: %s\n", desc->mod->name, report.text);
	if (auth) {
		authorization_set_report(auth, &report);
		authorization_put(auth);
	}
	return err;
}

int mend_register(struct mend_patch *desc)
{
	bool is_signed;

	return register_payload(desc, &is_signed);
}
EXPORT_SYMBOL_GPL(mend_register);

static int enable_from_init(const struct patch *patch)
{
	struct mend_op op = { .generation = patch->generation, .action = MEND_OP_ON };
	struct switch_request request = {
		.ops = &op,
		.nr_ops = 1,
		.timeout_ms = ENABLE_TIMEOUT_MS,
		.loading = patch->mod,
	};
	struct mend_switch *out = kzalloc(sizeof(*out), GFP_KERNEL);
	int err;

	if (!out)
		return -ENOMEM;
	strscpy(op.name, patch->name, sizeof(op.name));
	err = switch_run(&request, out);
	kfree(out);
	return err;
}

int mend_enable(struct mend_patch *desc)
{
	struct patch *patch;
	bool is_signed;
	int err = register_payload(desc, &is_signed);

	if (err)
		return err;
	patch = patch_of(desc->mod, desc);
	patch->by_enable = true;
	if (is_signed)
		return 0;
	err = enable_from_init(patch);
	if (err)
		mend_unregister(desc);
	return err;
}
EXPORT_SYMBOL_GPL(mend_enable);

/*
 * While a payload is unloaded in good order, nobody holds a reference on it;
 * rmmod -f does not care.
 */
static bool removed_by_force(const struct patch *patch)
{
	return module_refcount(patch->mod) >= 0;
}

/*
 * Only a forced rmmod gets here with a patch that is on. Its code is about to
 * be freed, so there is no choice but to wait until it can be switched off.
 */
static void force_off(struct patch *patch)
{
	pr_crit("payload of patch '%s', which is on, is being removed by force; waiting until it can be switched off\n",
		patch->name);
	while (patch_is_active(patch)) {
		if (switch_one(patch->name, patch->generation, MEND_OP_OFF, 1000))
			msleep(100);
	}
}

static void unregister_patch(struct patch *patch)
{
	if (patch_is_active(patch))
		force_off(patch);
	/* A switch that has just switched it off may still be talking about it. */
	if (removed_by_force(patch))
		switch_wait();
	/* Before the name is free for another one. */
	sysfs_patch_del(patch);
	registry_del(patch);
	pr_info("patch '%s' generation %llu unregistered\n", patch->name, patch->generation);
	describe_free(patch);
}

void mend_unregister(struct mend_patch *desc)
{
	struct patch *patch = patch_of(desc->mod, desc);

	if (!WARN_ON(!patch))
		unregister_patch(patch);
}
EXPORT_SYMBOL_GPL(mend_unregister);

void patch_going(struct module *mod)
{
	struct patch *patch = patch_of(mod, NULL);

	if (!patch)
		return;
	if (!patch->by_enable)
		pr_err("payload '%s' goes and has not unregistered its patch; its init or exit is wrong\n",
		       mod->name);
	unregister_patch(patch);
}

/*
 * What MEND_EXTERN() points to before mend.ko has filled it in. A payload's
 * code does not run before that.
 */
void mend_unresolved(void)
{
	WARN_ONCE(1, "mend: a payload called a symbol that was never resolved\n");
}
EXPORT_SYMBOL_GPL(mend_unresolved);
