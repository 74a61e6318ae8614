// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plan of a switch; see plan.h.
 *
 * The next table is always computed from the registry, from scratch: which
 * patches will be active, in the order in which they were switched on, the
 * last one on top at each site. Nothing is ever undone by remembering.
 *
 * Locking: registry_mutex. The steps are made under the switch mutex as well, so
 * that the set of active patches stands still for as long as they are valid; the
 * patches that they name are kept registered by a reference on their payload. The
 * rest is valid as long as registry_mutex is held, and afterwards if bind_epoch()
 * has not changed.
 */
#include "plan.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "arch/x86/text.h"
#include "authorize.h"
#include "bind.h"
#include "compat/compat.h"
#include "floor.h"
#include "plan_memory.h"
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

void plan_add_step(struct plan *plan, struct patch *patch, enum patch_state to, u64 seq)
{
	struct plan_step *step = &plan->steps[plan->nr_steps++];	/* room for every patch */

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

/* The payload must be loaded for good, or be switched on by its own init; and stay. */
static int get_payload(struct patch *patch, const struct module *loading,
		       struct mend_report *report)
{
	if ((patch->mod->state != MODULE_STATE_LIVE && patch->mod != loading) ||
	    !try_module_get(patch->mod))
		return report_fail(report, -EINVAL, MEND_R_STATE,
				   "the payload of '%s' is just being loaded or unloaded",
				   patch->name);
	return 0;
}

static bool goes_on(const struct plan *plan, const struct patch *patch)
{
	const struct plan_step *step = find_step(plan, patch);

	return step && step->to == PATCH_ON;
}

static void replace_others(struct plan *plan, const struct patch *patch)
{
	struct patch *other = NULL;

	while ((other = patch_next(other)))
		if (patch_supersedes(patch, other) && active_after(plan, other) &&
		    !find_step(plan, other))
			plan_add_step(plan, other, PATCH_REPLACED, 0);
}

/* Nobody may take over what it does not know, nor know less of it. */
static int check_state(const struct patch *patch, const struct patch *other,
		       const struct mend_state *old, struct mend_report *report)
{
	const struct mend_state *state = mend_get_state((struct mend_patch *)patch->desc, old->id);

	if (!state && patch_supersedes(patch, other))
		return report_fail(report, -EINVAL, MEND_R_STATES,
				   "'%s' would supersede '%s' and does not know its state %lu",
				   patch->name, other->name, old->id);
	if (state && state->version < old->version)
		return report_fail(report, -EINVAL, MEND_R_STATES,
				   "'%s' knows state %lu in version %u; '%s', which is on, has version %u",
				   patch->name, old->id, state->version, other->name,
				   old->version);
	return 0;
}

static int check_states(const struct plan *plan, const struct patch *patch,
			struct mend_report *report)
{
	struct patch *other = NULL;
	struct mend_state *old;
	int err;

	while ((other = patch_next(other))) {
		const struct plan_step *step = find_step(plan, other);

		if (other == patch || !patch_is_active(other) || (step && step->to == PATCH_OFF))
			continue;
		for (old = other->desc->states; old && old->id; old++) {
			err = check_state(patch, other, old, report);
			if (err)
				return err;
		}
	}
	return 0;
}

static int plan_on(struct plan *plan, const struct mend_op *op, const struct module *loading,
		   struct mend_report *report)
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
		err = check_states(plan, patch, report);
	if (!err)
		err = get_payload(patch, loading, report);
	if (err)
		return err;
	plan_add_step(plan, patch, PATCH_ON, ++last_seq);
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
		plan_add_step(plan, patch, PATCH_OFF, 0);
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

static u32 count_patches(void)
{
	struct patch *patch = NULL;
	u32 nr = 0;

	while ((patch = patch_next(patch)))
		nr++;
	return nr;
}

/* After all that go on are known: they do not supersede each other. */
static void plan_replaced(struct plan *plan)
{
	struct patch *patch = NULL;

	while ((patch = patch_next(patch)))
		if (goes_on(plan, patch))
			replace_others(plan, patch);
}

int plan_begin(struct plan *plan, bool back)
{
	lockdep_assert_held(&registry_mutex);
	plan->back = back;
	plan->steps = plan_alloc(plan, PLAN_STEPS,
				 array_size(count_patches() + 1, sizeof(*plan->steps)));
	return plan->steps ? 0 : -ENOMEM;
}

int plan_steps(struct plan *plan, const struct mend_op *ops, u32 nr_ops,
	       const struct module *loading, struct mend_report *report)
{
	int err = 0;
	u32 i;

	if (plan_begin(plan, false))
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	/* Off first: what is switched off by name is not "replaced". */
	for (i = 0; i < nr_ops && !err; i++)
		if (ops[i].action == MEND_OP_OFF)
			err = plan_off(plan, &ops[i], report);
	for (i = 0; i < nr_ops && !err; i++)
		if (ops[i].action == MEND_OP_ON)
			err = plan_on(plan, &ops[i], loading, report);
	if (!err)
		err = check_names(plan, report);
	if (!err)
		plan_replaced(plan);
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
			if (!object->bound)
				continue;
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
			if (!object->bound)
				continue;
			patch_for_each_func(object, func) {
				struct attach_site *site = attach_for(plan, func->ip);

				site->ip = func->ip;
				site->mod = object->mod;
			}
		}
	}
}

static void free_work(struct plan *plan)
{
	plan_release(plan, plan->sites);
	plan_release(plan, plan->attach);
	plan_release(plan, plan->next);
	plan_release(plan, plan->ranges);
	plan_release(plan, plan->calls);
	plan->sites = NULL;
	plan->attach = NULL;
	plan->next = NULL;
	plan->ranges = NULL;
	plan->calls = NULL;
	plan->nr_sites = 0;
	plan->nr_calls = 0;
}

static int plan_table(struct plan *plan, struct mend_report *report)
{
	u32 nr = count_funcs(plan);

	plan->sites = plan_alloc(plan, PLAN_WORK, array_size(nr + 1, sizeof(*plan->sites)));
	if (!plan->sites)
		goto nomem;
	collect_sites(plan);
	plan->attach = plan_alloc(plan, PLAN_WORK, array_size(nr + 1, sizeof(*plan->attach)));
	plan->next = plan_alloc(plan, PLAN_TABLE, table_bytes(plan->nr_sites));
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

	patch_for_each_object(patch, object) {
		if (!object->bound)
			continue;
		patch_for_each_func(object, func)
			add_func_ranges(plan, func);
	}
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

	plan->ranges = plan_alloc(plan, PLAN_WORK, range_set_bytes(nr));
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

static bool calls_at_switch(const struct plan_step *step, const struct patch_object *object)
{
	return object->bound && object->desc.callbacks.at_switch && step->to != PATCH_REPLACED;
}

static int plan_calls(struct plan *plan, struct mend_report *report)
{
	struct patch_object *object;
	struct plan_step *step;
	u32 nr = 0;

	plan_for_each_object(plan, step, object)
		nr += calls_at_switch(step, object);
	plan->calls = plan_alloc(plan, PLAN_WORK, array_size(nr + 1, sizeof(*plan->calls)));
	if (!plan->calls)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	plan_for_each_object(plan, step, object)
		if (calls_at_switch(step, object))
			plan->calls[plan->nr_calls++] = (struct at_switch){
				.object = object,
				.on = step->to == PATCH_ON,
			};
	return 0;
}

static int bind_steps(struct plan *plan, struct mend_report *report)
{
	struct plan_step *step;
	int err = 0;

	for (step = plan->steps; step < plan->steps + plan->nr_steps && !err; step++) {
		if (step->to != PATCH_ON)
			continue;
		err = bind_present(step->patch, report);
		if (!err)
			err = bind_required(step->patch, report);
	}
	return err;
}

int plan_work_out(struct plan *plan, struct mend_report *report)
{
	int err;

	lockdep_assert_held(&registry_mutex);
	free_work(plan);
	plan->epoch = bind_epoch();
	err = bind_steps(plan, report);
	if (!err)
		err = plan_table(plan, report);
	if (!err)
		err = plan_ranges(plan, report);
	if (!err)
		err = plan_calls(plan, report);
	return err;
}

void plan_free(struct plan *plan)
{
	u32 i;

	for (i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].to == PATCH_ON && !patch_is_active(plan->steps[i].patch))
			module_put(plan->steps[i].patch->mod);
	free_work(plan);
	plan_release(plan, plan->steps);
}
