// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payload modules: from COMING to GOING; see payload.h.
 *
 * A relocation belongs to an object, its owner: the payload's code for vmlinux
 * is relocated when the payload is COMING, that for a module whenever that module
 * is bound to the payload's patch (bind.c). A symbol of a third module keeps that
 * module loaded meanwhile: until the payload goes, or the owner. These pins are
 * in a list, protected by pins_mutex, which is held only for list operations.
 */
#include "payload.h"

#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include "compat/compat.h"
#include "compat/ksyms.h"
#include "reloc.h"
#include "report.h"
#include "symbols.h"

/** struct pin - @payload's code for @owner needs @target; one reference on it */
struct pin {
	struct list_head list;
	struct module *payload;
	struct module *target;
	char owner[MEND_OBJECT_LEN];
};

static LIST_HEAD(pins);
static DEFINE_MUTEX(pins_mutex);

/* A loaded module with a reference, or NULL. */
static struct module *get_module(const char *name)
{
	struct module *mod;

	preempt_disable();
	mod = ksyms_find_module(name);
	if (mod && (mod->state != MODULE_STATE_LIVE || !try_module_get(mod)))
		mod = NULL;
	preempt_enable();
	return mod;
}

const struct mend_payload *payload_find(struct module *mod)
{
	return (const struct mend_payload *)module_symbol_addr(mod, MEND_PAYLOAD_SYMBOL);
}

const char *payload_string(struct module *mod, u64 addr, size_t max)
{
	size_t len;

	for (len = 0; len < max; len++) {
		if (!compat_module_holds(mod, addr + len, 1))
			return NULL;
		if (!*((const char *)(unsigned long)addr + len))
			return (const char *)(unsigned long)addr;
	}
	return NULL;
}

static bool is_pinned(const struct module *payload, const char *owner,
		      const struct module *target)
{
	bool found = false;
	struct pin *pin;

	mutex_lock(&pins_mutex);
	list_for_each_entry(pin, &pins, list)
		if (pin->payload == payload && pin->target == target &&
		    !strcmp(pin->owner, owner))
			found = true;
	mutex_unlock(&pins_mutex);
	return found;
}

/* Takes over the caller's reference on @target. */
static int pin_add(struct module *payload, const char *owner, struct module *target)
{
	struct pin *pin;

	/* Nobody else pins for this payload and owner meanwhile: we relocate it. */
	if (is_pinned(payload, owner, target)) {
		module_put(target);
		return 0;
	}
	pin = kmalloc(sizeof(*pin), GFP_KERNEL);
	if (!pin)
		return -ENOMEM;
	pin->payload = payload;
	pin->target = target;
	strscpy(pin->owner, owner, sizeof(pin->owner));
	mutex_lock(&pins_mutex);
	list_add(&pin->list, &pins);
	mutex_unlock(&pins_mutex);
	return 0;
}

/* @owner: NULL: all of the payload's. */
static void unpin(struct module *payload, const char *owner)
{
	struct pin *pin, *next;

	mutex_lock(&pins_mutex);
	list_for_each_entry_safe(pin, next, &pins, list) {
		if (pin->payload != payload || (owner && strcmp(pin->owner, owner)))
			continue;
		list_del(&pin->list);
		module_put(pin->target);
		kfree(pin);
	}
	mutex_unlock(&pins_mutex);
}

void payload_going(struct module *mod)
{
	unpin(mod, NULL);
}

void payload_unrelocate(struct module *mod, const char *owner)
{
	unpin(mod, owner);
}

static bool is_vmlinux(const char *object)
{
	return !strcmp(object, "vmlinux");
}

/* The module behind a third object's name; pinned for @owner. */
static int third_module(struct module *payload, const char *owner, const char *object,
			struct module **target, struct mend_report *report)
{
	int err;

	*target = get_module(object);
	if (!*target)
		return report_fail(report, -ENOENT, MEND_R_NO_OBJECT,
				   "the payload needs module %s for %s, and it is not loaded",
				   object, owner);
	err = pin_add(payload, owner, *target);
	if (err) {
		module_put(*target);
		return report_fail(report, err, MEND_R_NOMEM, "out of memory while pinning %s",
				   object);
	}
	return 0;
}

static int relocate_one(struct module *mod, const struct mend_reloc *reloc, const char *owner,
			struct module *owner_mod, struct mend_report *report)
{
	struct symbol_ref ref = {
		.object = payload_string(mod, reloc->symbol_object, MEND_OBJECT_LEN),
		.name = payload_string(mod, reloc->symbol, MEND_SYMBOL_LEN),
		.sympos = reloc->sympos,
	};
	unsigned long addr;
	int err = 0;

	if (!ref.object || !ref.name)
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "a relocation's strings are not inside the payload");
	if (!strcmp(ref.object, owner))
		ref.mod = owner_mod;
	else if (!is_vmlinux(ref.object))
		err = third_module(mod, owner, ref.object, &ref.mod, report);
	if (!err)
		err = symbol_resolve(&ref, &addr, report);
	if (!err)
		err = reloc_write(mod, reloc, addr, ref.name, report);
	return err;
}

/* The descriptor has been checked. Anything but 0 from @fn ends the walk. */
static int for_each_reloc(struct module *mod, void *data, struct mend_report *report,
			  int (*fn)(struct module *mod, const struct mend_reloc *reloc,
				    const char *owner, void *data, struct mend_report *report))
{
	const struct mend_payload *desc = payload_find(mod);
	const struct mend_reloc *reloc = (const void *)(unsigned long)desc->relocs;
	const struct mend_reloc *end = (const void *)(unsigned long)desc->relocs_end;
	int err = 0;

	for (; reloc < end && !err; reloc++) {
		const char *owner = payload_string(mod, reloc->object, MEND_OBJECT_LEN);

		if (!owner)
			return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
					   "a relocation's strings are not inside the payload");
		err = fn(mod, reloc, owner, data, report);
	}
	return err;
}

/** struct owner - whose relocations are to be applied */
struct owner {
	const char *name;
	struct module *mod;
};

static int relocate_if_owned(struct module *mod, const struct mend_reloc *reloc,
			     const char *owner, void *data, struct mend_report *report)
{
	const struct owner *wanted = data;

	if (strcmp(owner, wanted->name))
		return 0;
	return relocate_one(mod, reloc, owner, wanted->mod, report);
}

int payload_relocate(struct module *mod, const char *owner, struct module *owner_mod,
		     struct mend_report *report)
{
	struct owner wanted = { .name = owner, .mod = owner_mod };
	int err = for_each_reloc(mod, &wanted, report, relocate_if_owned);

	if (err)
		unpin(mod, owner);
	else
		reloc_sync();
	return err;
}

/** struct known - who knows the objects of a patch */
struct known {
	bool (*known)(const void *data, const char *name);
	const void *data;
};

static int check_owner(struct module *mod, const struct mend_reloc *reloc, const char *owner,
		       void *data, struct mend_report *report)
{
	const struct known *objects = data;

	if (is_vmlinux(owner) || objects->known(objects->data, owner))
		return 0;
	return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
			   "the payload has relocations for %s, in which it changes nothing: they would never be applied",
			   owner);
}

int payload_check_owners(struct module *mod, bool (*known)(const void *data, const char *name),
			 const void *data, struct mend_report *report)
{
	struct known objects = { .known = known, .data = data };

	return for_each_reloc(mod, &objects, report, check_owner);
}

static int check_descriptor(struct module *mod, const struct mend_payload *desc,
			    struct mend_report *report)
{
	u64 size;

	if (!compat_module_holds(mod, (unsigned long)desc, sizeof(*desc)) ||
	    desc->magic != MEND_PAYLOAD_MAGIC)
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "%s has no usable payload descriptor", mod->name);
	if (desc->version != MEND_PAYLOAD_VERSION)
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "payload format %u is not the one of this mend.ko (%u); update mend",
				   desc->version, MEND_PAYLOAD_VERSION);
	size = desc->relocs_end - desc->relocs;
	if (desc->relocs_end < desc->relocs || size % sizeof(struct mend_reloc) ||
	    size / sizeof(struct mend_reloc) > MEND_RELOCS_MAX ||
	    (size && !compat_module_holds(mod, desc->relocs, size)))
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "the payload's relocations are not inside the payload");
	return 0;
}

int payload_coming(struct module *mod, const struct mend_payload *desc,
		   struct mend_report *report)
{
	int err;

	BUILD_BUG_ON(sizeof(struct mend_reloc) != MEND_RELOC_SIZE);

	err = check_descriptor(mod, desc, report);
	return err ?: payload_relocate(mod, "vmlinux", NULL, report);
}
