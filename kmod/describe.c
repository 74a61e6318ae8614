// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a payload's description to a struct patch; see describe.h.
 *
 * The description is data of a payload that has been authorized, so it is not
 * hostile; it may be wrong. Every pointer is checked to lie in the payload,
 * every name in vmlinux is resolved (those in modules when the module is there:
 * bind.c), and everything must agree with the manifest that the admin was shown.
 *
 * No locks: nobody else knows the patch yet.
 */
#include "describe.h"

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <mend/bundle.h>
#include "authorize.h"
#include "bind.h"
#include "compat/compat.h"
#include "manifest.h"
#include "payload.h"
#include "report.h"
#include "symbols.h"
#include "sysfs.h"
#include "text_copy.h"

static int mismatch(struct mend_report *report, const char *what)
{
	return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_MISMATCH,
			   "the payload's %s is not the one in the manifest", what);
}

static int outside(struct mend_report *report, const char *what)
{
	return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
			   "the payload's %s is missing or not inside the payload", what);
}

/* A payload without a name of its own is called as its module. */
static void name_from_module(struct patch *patch)
{
	char *c;

	strscpy(patch->name, patch->mod->name, sizeof(patch->name));
	for (c = patch->name; *c; c++)
		if (*c == '_')
			*c = '-';
}

static bool is_patch_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (c > name && *c >= '0' && *c <= '9') ||
		      (c > name && *c == '-')))
			return false;
	return c > name;
}

static int describe_identity(struct patch *patch, struct mend_report *report)
{
	const struct mend_patch *desc = patch->desc;
	const char *name = NULL;

	if (desc->name) {
		name = payload_string(patch->mod, (unsigned long)desc->name, MEND_NAME_LEN);
		if (!name)
			return outside(report, "name");
		strscpy(patch->name, name, sizeof(patch->name));
	} else {
		name_from_module(patch);
	}
	if (!is_patch_name(patch->name))
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "'%s' is no patch name: lower-case letters, digits and '-', a letter first",
				   patch->name);
	patch->generation = desc->generation;
	patch->unloadable = desc->unloadable;
	if (!patch->auth) {
		if (!patch->generation)
			patch->generation = 1;
		return 0;
	}
	if (strcmp(patch->name, authorization_name(patch->auth)))
		return mismatch(report, "name");
	if (patch->generation && patch->generation != authorization_generation(patch->auth))
		return mismatch(report, "generation");
	patch->generation = authorization_generation(patch->auth);
	return 0;
}

/* Is this function in the manifest that the admin was shown? */
static bool manifest_names(const struct authorization *auth, const struct patch_object *object,
			   const struct patch_func *func)
{
	struct manifest_funcs iter;
	struct manifest_func line;

	authorization_funcs(auth, &iter);
	while (manifest_func_next(&iter, &line))
		if (line.sympos == func->sympos && !strcmp(line.symbol, func->name) &&
		    !strcmp(line.object, object->name))
			return true;
	return false;
}

static int describe_code(const struct symbol_ref *ref, unsigned long addr, struct code *code,
			 struct mend_report *report)
{
	return symbol_parts(ref, addr, &code->parts, &code->nr, report);
}

static int describe_new(struct patch *patch, struct patch_func *func,
			struct mend_report *report)
{
	unsigned long start, size;
	char name[KSYM_NAME_LEN];
	struct symbol_ref ref = {
		.mod = patch->mod,
		.object = patch->mod->name,
		.name = name,
	};

	compat_module_text(patch->mod, &start, &size);
	if (func->new_addr < start || func->new_addr >= start + size)
		return outside(report, "replacement function");
	if (!module_symbol_name(patch->mod, func->new_addr, name, sizeof(name)))
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "the replacement of %s has no symbol; was the payload stripped of its symbol table?",
				   func->name);
	return describe_code(&ref, func->new_addr, &func->new_code, report);
}

static int describe_func(struct patch *patch, struct patch_object *object,
			 struct patch_func *func, struct mend_report *report)
{
	if (patch->auth && !manifest_names(patch->auth, object, func))
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_MISMATCH,
				   "the payload replaces %s:%s,%lu, which the manifest does not name",
				   object->name, func->name, func->sympos);
	return describe_new(patch, func, report);
}

static int add_func(struct patch *patch, struct patch_object *object,
		    const struct mend_func *desc, struct mend_report *report)
{
	struct patch_func *func;

	if (patch->nr_funcs == MEND_FUNCS_MAX)
		return report_fail(report, -E2BIG, MEND_R_RANGE,
				   "the payload replaces more than %u functions", MEND_FUNCS_MAX);
	func = kzalloc(sizeof(*func), GFP_KERNEL);
	if (!func)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	func->patch = patch;
	sysfs_func_init(func);
	list_add_tail(&func->list, &object->funcs);
	patch->nr_funcs++;

	func->name = payload_string(patch->mod, (unsigned long)desc->old_name, MEND_SYMBOL_LEN);
	if (!func->name)
		return outside(report, "function name");
	func->sympos = desc->old_sympos;
	func->new_addr = (unsigned long)desc->new_func;
	return describe_func(patch, object, func, report);
}

static int add_funcs(struct patch *patch, struct patch_object *object,
		     const struct mend_func *desc, struct mend_report *report)
{
	int err;

	for (;; desc++) {
		if (!compat_module_holds(patch->mod, (unsigned long)desc, sizeof(*desc)))
			return outside(report, "list of functions");
		if (!desc->old_name)
			return 0;
		err = add_func(patch, object, desc, report);
		if (err)
			return err;
	}
}

static int name_object(struct patch *patch, struct patch_object *object,
		       const struct mend_object *desc, struct mend_report *report)
{
	const char *name = "vmlinux";

	if (desc->name)
		name = payload_string(patch->mod, (unsigned long)desc->name, MEND_OBJECT_LEN);
	if (!name)
		return outside(report, "object name");
	strscpy(object->name, name, sizeof(object->name));
	if (!strcmp(name, "vmlinux"))
		return 0;
	if (sysfs_is_attribute(name))
		return report_fail(report, -EINVAL, MEND_R_UNPATCHABLE,
				   "a module called %s cannot be shown in sysfs beside the file of that name",
				   name);
	return 0;
}

/* mend.ko calls them: they must at least be code of the payload. */
static int check_callbacks(struct patch_object *object, struct mend_report *report)
{
	const struct mend_callbacks *callbacks = &object->desc.callbacks;
	const void *all[] = {
		callbacks->pre_patch, callbacks->post_patch, callbacks->pre_unpatch,
		callbacks->post_unpatch, callbacks->at_switch,
	};
	unsigned long start, size;
	u32 i;

	compat_module_text(object->patch->mod, &start, &size);
	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i] && ((unsigned long)all[i] < start ||
			       (unsigned long)all[i] >= start + size))
			return outside(report, "callback");
	return 0;
}

static int add_object(struct patch *patch, const struct mend_object *desc,
		      struct mend_report *report)
{
	struct patch_object *object, *other;
	int err;

	object = kzalloc(sizeof(*object), GFP_KERNEL);
	if (!object)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	object->patch = patch;
	INIT_LIST_HEAD(&object->funcs);
	sysfs_object_init(object);
	list_add_tail(&object->list, &patch->objects);

	object->desc = *desc;
	object->desc.mod = NULL;
	err = name_object(patch, object, desc, report);
	if (!err)
		err = check_callbacks(object, report);
	if (err)
		return err;
	patch_for_each_object(patch, other)
		if (other != object && !strcmp(other->name, object->name))
			return report_fail(report, -EINVAL, MEND_R_DUPLICATE,
					   "the payload lists object %s twice", object->name);
	err = add_funcs(patch, object, desc->funcs, report);
	if (!err && object_is_vmlinux(object))
		err = object_bind(object, NULL, report);
	return err;
}

static bool has_object(const void *data, const char *name)
{
	const struct patch *patch = data;
	struct patch_object *object;

	patch_for_each_object(patch, object)
		if (!strcmp(object->name, name))
			return true;
	return false;
}

static bool has_callbacks(const struct patch *patch)
{
	struct patch_object *object;

	patch_for_each_object(patch, object)
		if (memchr_inv(&object->desc.callbacks, 0, sizeof(object->desc.callbacks)))
			return true;
	return false;
}

static int add_objects(struct patch *patch, struct mend_report *report)
{
	const struct mend_object *desc = patch->desc->objs;
	int err;

	for (;; desc++) {
		if (!compat_module_holds(patch->mod, (unsigned long)desc, sizeof(*desc)))
			return outside(report, "list of objects");
		if (!desc->funcs)
			break;
		err = add_object(patch, desc, report);
		if (err)
			return err;
	}
	if (!patch->nr_funcs && !has_callbacks(patch))
		return report_fail(report, -EINVAL, MEND_R_PAYLOAD_FORMAT,
				   "the payload replaces nothing");
	if (patch->auth &&
	    patch->nr_funcs != authorization_manifest(patch->auth)->payload.nr_funcs)
		return mismatch(report, "number of functions");
	return payload_check_owners(patch->mod, has_object, patch, report);
}

/* The states are the author's to change; only their place is looked at. */
static int check_states(struct patch *patch, struct mend_report *report)
{
	const struct mend_state *state = patch->desc->states;

	for (; state; state++) {
		if (!compat_module_holds(patch->mod, (unsigned long)state, sizeof(*state)))
			return outside(report, "list of states");
		if (!state->id)
			break;
	}
	return 0;
}

static int copy_text(struct patch *patch, struct mend_report *report)
{
	patch->text = text_copy_make(patch->mod);
	return patch->text ? 0 : report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
}

struct patch *describe_patch(const struct mend_patch *desc, struct authorization *auth,
			     struct mend_report *report)
{
	struct patch *patch = kzalloc(sizeof(*patch), GFP_KERNEL);
	int err;

	if (!patch) {
		report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
		return ERR_PTR(-ENOMEM);
	}
	INIT_LIST_HEAD(&patch->list);
	INIT_LIST_HEAD(&patch->objects);
	patch->state = PATCH_REGISTERED;
	patch->desc = desc;
	patch->mod = desc->mod;
	patch->auth = auth;
	sysfs_patch_init(patch);

	err = describe_identity(patch, report);
	if (!err)
		err = add_objects(patch, report);
	if (!err)
		err = check_states(patch, report);
	if (!err)
		err = copy_text(patch, report);
	if (err) {
		patch->auth = NULL;	/* stays the caller's */
		describe_free(patch);
		return ERR_PTR(err);
	}
	return patch;
}

static void free_func(struct patch_func *func)
{
	list_del(&func->list);
	kfree(func->new_code.parts);
	kobject_put(&func->kobj);
}

static void free_object(struct patch_object *object)
{
	struct patch_func *func, *next;

	object_unbind(object);
	list_for_each_entry_safe(func, next, &object->funcs, list)
		free_func(func);
	list_del(&object->list);
	kobject_put(&object->kobj);
}

void describe_free(struct patch *patch)
{
	struct patch_object *object, *next;

	list_for_each_entry_safe(object, next, &patch->objects, list)
		free_object(object);
	if (patch->auth)
		authorization_put(patch->auth);
	patch->auth = NULL;
	text_copy_free(patch->text);
	/*
	 * Wait, since the release functions are in mend.ko and nothing else
	 * keeps that loaded once the payload is gone.
	 */
	kobject_put(&patch->kobj);
	wait_for_completion(&patch->released);
	kfree(patch);
}
