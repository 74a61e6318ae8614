// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plan of a switch; see plan.h.
 *
 * The next table is always computed from the registry, from scratch: which
 * patches will be active, in the order in which they were switched on, the
 * last one on top at each site. Nothing is ever undone by remembering.
 *
 * Locking: plan_make() runs under the switch mutex, so that the set of active
 * patches stands still; the patches it reads beyond that are kept registered
 * by registry_mutex or by a reference on their payload.
 */
#include "plan.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "arch/x86/text.h"
#include "authorize.h"
#include "compat/compat.h"
#include "floor.h"
#include "redirect.h"
#include "report.h"

/* Only ever grows; protected by the switch mutex. */
static u64 last_seq;

static struct plan_step *find_step(const struct plan *plan, const struct patch *patch)
{
	u32 i;

	for (i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].patch == patch)
			return &plan->steps[i];
	return NULL;
}

static bool active_after(const struct plan *plan, const struct patch *patch)
{
	const struct plan_step *step = find_step(plan, patch);

	return state_is_active(step ? step->to : patch->state);
}

static void add_step(struct plan *plan, struct patch *patch, enum patch_state to, u64 seq)
{
	struct plan_step *step = &plan->steps[plan->nr_steps++];

	step->patch = patch;
	step->to = to;
	step->seq = seq;
}

/* An unsigned payload has no authorization that would know its floor. */
static int check_unsigned(const struct patch *patch, struct mend_report *report)
{
	u64 floor = floor_get(patch->name);

	if (patch->generation >= floor)
		return 0;
	return report_fail(report, -ESTALE, MEND_R_FLOOR,
			   "\"%s\" generation %llu is older than %llu, which was on and confirmed",
			   patch->name, patch->generation, floor);
}

/* May this patch be switched on today? */
static int check_on(const struct patch *patch, struct mend_report *report)
{
	if (floor_prepare(patch->name))
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	return patch->auth ? authorization_check_now(patch->auth, report) :
			     check_unsigned(patch, report);
}

/* The payload must be loaded for good, and stay. */
static int get_payload(struct patch *patch, struct mend_report *report)
{
	if (patch->mod->state != MODULE_STATE_LIVE || !try_module_get(patch->mod))
		return report_fail(report, -EINVAL, MEND_R_STATE,
				   "the payload of '%s' is just being loaded or unloaded",
				   patch->name);
	return 0;
}

/* At most one generation of a name is active: the others are replaced. */
static void replace_others(struct plan *plan, const struct patch *patch)
{
	struct patch *other = NULL;

	while ((other = patch_next(other)))
		if (other != patch && !strcmp(other->name, patch->name) &&
		    active_after(plan, other) && !find_step(plan, other))
			add_step(plan, other, PATCH_REPLACED, 0);
}

static int plan_on(struct plan *plan, const struct mend_op *op, struct mend_report *report)
{
	struct patch *patch = patch_find(op->name, op->generation);
	int err;

	if (!patch)
		return report_fail(report, -ENOENT, MEND_R_NO_PATCH,
				   "no patch '%s' generation %llu is registered; load its payload first",
				   op->name, op->generation);
	if (find_step(plan, patch))
		return report_fail(report, -EINVAL, MEND_R_DUPLICATE,
				   "'%s' generation %llu is named twice", op->name,
				   op->generation);
	if (patch_is_active(patch))
		return 0;
	err = check_on(patch, report);
	if (!err)
		err = get_payload(patch, report);
	if (err)
		return err;
	add_step(plan, patch, PATCH_ON, ++last_seq);
	replace_others(plan, patch);
	return 0;
}

static int plan_off(struct plan *plan, const struct mend_op *op, struct mend_report *report)
{
	struct patch *patch, *any = NULL;

	patch = op->generation ? patch_find(op->name, op->generation) :
				 patch_find_active(op->name);
	if (!patch && !op->generation)
		while ((any = patch_next(any)))
			if (!strcmp(any->name, op->name))
				return 0;
	if (!patch)
		return report_fail(report, -ENOENT, MEND_R_NO_PATCH,
				   "no patch '%s' is registered", op->name);
	if (find_step(plan, patch))
		return report_fail(report, -EINVAL, MEND_R_DUPLICATE,
				   "'%s' is named twice, or is replaced by the same switch",
				   op->name);
	if (patch_is_active(patch))
		add_step(plan, patch, PATCH_OFF, 0);
	return 0;
}

/* Two generations of one name cannot both end up active. */
static int check_names(const struct plan *plan, struct mend_report *report)
{
	u32 i, j;

	for (i = 0; i < plan->nr_steps; i++)
		for (j = 0; j < i; j++)
			if (plan->steps[i].to == PATCH_ON && plan->steps[j].to == PATCH_ON &&
			    !strcmp(plan->steps[i].patch->name, plan->steps[j].patch->name))
				return report_fail(report, -EINVAL, MEND_R_DUPLICATE,
						   "two generations of '%s' cannot be switched on together",
						   plan->steps[i].patch->name);
	return 0;
}

static int plan_steps(struct plan *plan, const struct mend_op *ops, u32 nr_ops,
		      struct mend_report *report)
{
	int err = 0;
	u32 i;

	/* Each op makes one step and replaces one other generation at most. */
	plan->steps = kcalloc(2 * nr_ops, sizeof(*plan->steps), GFP_KERNEL);
	if (!plan->steps)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	/* Off first: what is switched off by name is not "replaced". */
	for (i = 0; i < nr_ops && !err; i++)
		if (ops[i].action == MEND_OP_OFF)
			err = plan_off(plan, &ops[i], report);
	for (i = 0; i < nr_ops && !err; i++)
		if (ops[i].action == MEND_OP_ON)
			err = plan_on(plan, &ops[i], report);
	if (!err)
		err = check_names(plan, report);
	if (!err && !plan->nr_steps)
		err = report_fail(report, -EALREADY, MEND_R_STATE,
				  "nothing to do: everything is in the wanted state already");
	return err;
}

/* Funcs of all patches that are active now or will be. */
static u32 count_funcs(const struct plan *plan)
{
	struct patch *patch = NULL;
	u32 nr = 0;

	while ((patch = patch_next(patch)))
		if (patch_is_active(patch) || active_after(plan, patch))
			nr += patch->nr_funcs;
	return nr;
}

static u64 seq_after(const struct plan *plan, const struct patch *patch)
{
	const struct plan_step *step = find_step(plan, patch);

	return step ? step->seq : patch->seq;
}

static void collect_sites(struct plan *plan)
{
	struct patch *patch = NULL;
	struct patch_object *object;
	struct patch_func *func;

	while ((patch = patch_next(patch))) {
		if (!active_after(plan, patch))
			continue;
		patch_for_each_object(patch, object) {
			patch_for_each_func(object, func) {
				struct site *site = &plan->sites[plan->nr_sites++];

				site->ip = func->ip;
				site->to = func->new_addr;
				site->seq = seq_after(plan, patch);
			}
		}
	}
	plan->nr_sites = sites_collapse(plan->sites, plan->nr_sites);
}

static struct attach_site *attach_for(struct plan *plan, unsigned long ip)
{
	u32 low = 0, high = plan->nr_sites;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (plan->sites[mid].ip == ip)
			return &plan->attach[mid];
		if (plan->sites[mid].ip < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void collect_attach(struct plan *plan)
{
	struct patch *patch = NULL;
	struct patch_object *object;
	struct patch_func *func;

	while ((patch = patch_next(patch))) {
		if (!active_after(plan, patch))
			continue;
		patch_for_each_object(patch, object) {
			patch_for_each_func(object, func) {
				struct attach_site *site = attach_for(plan, func->ip);

				site->ip = func->ip;
				site->mod = object->mod;
			}
		}
	}
}

static int plan_table(struct plan *plan, struct mend_report *report)
{
	u32 nr = count_funcs(plan);

	plan->sites = kvcalloc(nr, sizeof(*plan->sites), GFP_KERNEL);
	if (!plan->sites)
		goto nomem;
	collect_sites(plan);
	plan->attach = kvcalloc(nr, sizeof(*plan->attach), GFP_KERNEL);
	plan->next = kvmalloc(table_bytes(plan->nr_sites), GFP_KERNEL);
	if (!plan->attach || !plan->next)
		goto nomem;
	collect_attach(plan);
	table_build(plan->next, plan->sites, plan->nr_sites, get_random_u64());
	return 0;
nomem:
	return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory for a table of %u functions",
			   nr);
}

static void add_code(struct range_set *set, const struct code *code)
{
	u32 i;

	for (i = 0; i < code->nr; i++)
		WARN_ON_ONCE(range_set_add(set, code->parts[i].start, code->parts[i].end));
}

/*
 * What is current at a changed site must be free of tasks: the original or a
 * replacement, and in both cases ftrace's call itself, in which a task may
 * have been preempted after the handler chose.
 */
static void add_func_ranges(struct plan *plan, const struct patch_func *func)
{
	unsigned long now = table_lookup(redirect_current(), func->ip);
	unsigned long after = table_lookup(plan->next, func->ip);
	unsigned long entry = arch_site_return_address(func->ip);

	if (now == after)
		return;
	WARN_ON_ONCE(range_set_add(plan->ranges, entry, entry + 1));
	if (!now)
		add_code(plan->ranges, &func->old_code);
	else if (now == func->new_addr)
		add_code(plan->ranges, &func->new_code);
}

static void add_patch_ranges(struct plan *plan, struct patch *patch)
{
	struct patch_object *object;
	struct patch_func *func;
	unsigned long start, size;

	patch_for_each_object(patch, object)
		patch_for_each_func(object, func)
			add_func_ranges(plan, func);
	/* A payload that goes away may be unloaded: nobody may be anywhere in it. */
	if (patch_is_active(patch) && !active_after(plan, patch)) {
		compat_module_text(patch->mod, &start, &size);
		WARN_ON_ONCE(range_set_add(plan->ranges, start, start + size));
	}
}

static u32 count_ranges(const struct plan *plan)
{
	struct patch *patch = NULL;
	struct patch_object *object;
	struct patch_func *func;
	u32 nr = plan->nr_steps;

	while ((patch = patch_next(patch)))
		patch_for_each_object(patch, object)
			patch_for_each_func(object, func)
				nr += 1 + func->old_code.nr + func->new_code.nr;
	return nr;
}

static int plan_ranges(struct plan *plan, struct mend_report *report)
{
	struct patch *patch = NULL;
	u32 nr = count_ranges(plan);

	plan->ranges = kvmalloc(range_set_bytes(nr), GFP_KERNEL);
	if (!plan->ranges)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory for %u ranges",
				   nr);
	range_set_init(plan->ranges, nr);
	while ((patch = patch_next(patch)))
		if (patch_is_active(patch) || active_after(plan, patch))
			add_patch_ranges(plan, patch);
	range_set_seal(plan->ranges);
	return 0;
}

int plan_make(struct plan *plan, const struct mend_op *ops, u32 nr_ops,
	      struct mend_report *report)
{
	int err;

	mutex_lock(&registry_mutex);
	err = plan_steps(plan, ops, nr_ops, report);
	if (!err)
		err = plan_table(plan, report);
	if (!err)
		err = plan_ranges(plan, report);
	mutex_unlock(&registry_mutex);
	return err;
}

void plan_free(struct plan *plan)
{
	u32 i;

	for (i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].to == PATCH_ON && !patch_is_active(plan->steps[i].patch))
			module_put(plan->steps[i].patch->mod);
	kfree(plan->steps);
	kvfree(plan->sites);
	kvfree(plan->attach);
	kvfree(plan->next);
	kvfree(plan->ranges);
}
