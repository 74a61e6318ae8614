// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects and modules; see bind.h.
 *
 * Which modules are here? Those that the kernel calls live; and those that are
 * COMING and whose notification we have had, since everything that comes before
 * it (ftrace has enabled the module's records) is done then. The latter are in a
 * list of our own. A module that is GOING and has not told us yet is not here.
 *
 * Locking: registry_mutex, for everything in this file.
 */
#include "bind.h"

#include <linux/list.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include "compat/ksyms.h"
#include "payload.h"
#include "report.h"
#include "symbols.h"

/** struct arrival - a module between COMING and live */
struct arrival {
	struct list_head list;
	struct module *mod;
};

static LIST_HEAD(arrivals);
static u64 epoch;

u64 bind_epoch(void)
{
	lockdep_assert_held(&registry_mutex);
	return epoch;
}

void bind_changed(void)
{
	lockdep_assert_held(&registry_mutex);
	epoch++;
}

static bool is_arriving(const struct module *mod)
{
	struct arrival *arrival;

	list_for_each_entry(arrival, &arrivals, list)
		if (arrival->mod == mod)
			return true;
	return false;
}

void bind_module_here(struct module *mod)
{
	/* A few bytes; and a module must not be refused for want of them. */
	struct arrival *arrival = kmalloc(sizeof(*arrival), GFP_KERNEL | __GFP_NOFAIL);

	lockdep_assert_held(&registry_mutex);
	arrival->mod = mod;
	list_add(&arrival->list, &arrivals);
}

bool bind_module_arrived(struct module *mod)
{
	struct arrival *arrival;

	lockdep_assert_held(&registry_mutex);
	list_for_each_entry(arrival, &arrivals, list) {
		if (arrival->mod != mod)
			continue;
		list_del(&arrival->list);
		kfree(arrival);
		return true;
	}
	return false;
}

/*
 * No reference is taken: a module that is here now has its GOING notification
 * before it, and that waits for registry_mutex.
 */
static struct module *find_module_here(const char *name)
{
	struct module *mod;

	preempt_disable();
	mod = ksyms_find_module(name);
	if (mod && mod->state != MODULE_STATE_LIVE && !is_arriving(mod))
		mod = NULL;
	preempt_enable();
	return mod;
}

static void unbind_func(struct patch_func *func)
{
	kfree(func->old_code.parts);
	func->old_code.parts = NULL;
	func->old_code.nr = 0;
	func->ip = 0;
}

static int bind_func(struct patch_object *object, struct patch_func *func, struct module *mod,
		     struct mend_report *report)
{
	struct symbol_ref ref = {
		.mod = mod,
		.object = object->name,
		.name = func->name,
		.sympos = func->sympos,
	};
	struct patch_func *other;
	unsigned long addr;
	int err;

	err = symbol_resolve(&ref, &addr, report);
	if (!err)
		err = symbol_check_patchable(&ref, addr, &func->ip, report);
	if (!err)
		err = symbol_parts(&ref, addr, &func->old_code.parts, &func->old_code.nr, report);
	if (err)
		return err;
	patch_for_each_func(object, other)
		if (other != func && other->ip == func->ip)
			return report_fail(report, -EINVAL, MEND_R_DUPLICATE,
					   "the payload replaces %s:%s twice", object->name,
					   func->name);
	return 0;
}

int object_bind(struct patch_object *object, struct module *mod, struct mend_report *report)
{
	struct patch_func *func;
	int err = 0;

	if (mod)
		err = payload_relocate(object->patch->mod, object->name, mod, report);
	patch_for_each_func(object, func) {
		if (err)
			break;
		err = bind_func(object, func, mod, report);
	}
	if (err) {
		object_unbind(object);
		return err;
	}
	object->mod = mod;
	object->desc.mod = mod;
	object->bound = true;
	object->failed = false;
	return 0;
}

void object_unbind(struct patch_object *object)
{
	struct patch_func *func;

	patch_for_each_func(object, func)
		unbind_func(func);
	/* vmlinux stays: its relocations' pins go with the payload. */
	if (!object_is_vmlinux(object))
		payload_unrelocate(object->patch->mod, object->name);
	object->bound = false;
	object->mod = NULL;
	object->desc.mod = NULL;
}

int bind_present(struct patch *patch, struct mend_report *report)
{
	struct patch_object *object;
	struct module *mod;
	int err;

	lockdep_assert_held(&registry_mutex);
	patch_for_each_object(patch, object) {
		mod = object->bound ? NULL : find_module_here(object->name);
		if (!mod)
			continue;
		err = object_bind(object, mod, report);
		if (err)
			return err;
	}
	return 0;
}

int bind_required(const struct patch *patch, struct mend_report *report)
{
	struct patch_object *object;

	lockdep_assert_held(&registry_mutex);
	patch_for_each_object(patch, object)
		if (object->desc.required && !object->bound)
			return report_fail(report, -ENOENT, MEND_R_NO_OBJECT,
					   "patch '%s' requires module %s, which is not loaded; load it first",
					   patch->name, object->name);
	return 0;
}
