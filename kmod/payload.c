// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payload modules: from COMING to GOING; see payload.h.
 *
 * A payload that uses a symbol of a module keeps that module loaded from its
 * own COMING to its own GOING. These pins are in a list, protected by
 * pins_mutex, which is held only for list operations.
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

/** struct pin - @payload needs @target; one reference on @target */
struct pin {
	struct list_head list;
	struct module *payload;
	struct module *target;
};

static LIST_HEAD(pins);
static DEFINE_MUTEX(pins_mutex);

struct module *object_get(const char *name)
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

static bool is_pinned(const struct module *payload, const struct module *target)
{
	bool found = false;
	struct pin *pin;

	mutex_lock(&pins_mutex);
	list_for_each_entry(pin, &pins, list)
		if (pin->payload == payload && pin->target == target)
			found = true;
	mutex_unlock(&pins_mutex);
	return found;
}

/* Takes over the caller's reference on @target. */
static int pin_add(struct module *payload, struct module *target)
{
	struct pin *pin;

	/* Nobody else pins for this payload: it is being loaded, by us. */
	if (is_pinned(payload, target)) {
		module_put(target);
		return 0;
	}
	pin = kmalloc(sizeof(*pin), GFP_KERNEL);

	if (!pin)
		return -ENOMEM;
	pin->payload = payload;
	pin->target = target;
	mutex_lock(&pins_mutex);
	list_add(&pin->list, &pins);
	mutex_unlock(&pins_mutex);
	return 0;
}

void payload_going(struct module *mod)
{
	struct pin *pin, *next;

	mutex_lock(&pins_mutex);
	list_for_each_entry_safe(pin, next, &pins, list) {
		if (pin->payload != mod)
			continue;
		list_del(&pin->list);
		module_put(pin->target);
		kfree(pin);
	}
	mutex_unlock(&pins_mutex);
}

static bool is_vmlinux(const char *object)
{
	return !strcmp(object, "vmlinux");
}

/* The module behind an object's name; pinned until the payload goes. */
static int object_for(struct module *payload, const char *object, struct module **target,
		      struct mend_report *report)
{
	int err;

	*target = NULL;
	if (is_vmlinux(object))
		return 0;
	*target = object_get(object);
	if (!*target)
		return report_fail(report, -ENOENT, MEND_R_NO_OBJECT,
				   "the payload needs module %s, which is not loaded", object);
	err = pin_add(payload, *target);
	if (err) {
		module_put(*target);
		return report_fail(report, err, MEND_R_NOMEM, "out of memory while pinning %s",
				   object);
	}
	return 0;
}

static int apply_one(struct module *mod, const struct mend_reloc *reloc,
		     struct mend_report *report)
{
	const char *object = payload_string(mod, reloc->object, MEND_OBJECT_LEN);
	struct symbol_ref ref = {
		.object = payload_string(mod, reloc->symbol_object, MEND_OBJECT_LEN),
		.name = payload_string(mod, reloc->symbol, MEND_SYMBOL_LEN),
		.sympos = reloc->sympos,
	};
	struct module *owner;
	unsigned long addr;
	int err;

	if (!object || !ref.object || !ref.name)
		return report_fail(report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				   "a relocation's strings are not inside the payload");
	err = object_for(mod, object, &owner, report);
	if (!err)
		err = object_for(mod, ref.object, &ref.mod, report);
	if (!err)
		err = symbol_resolve(&ref, &addr, report);
	if (!err)
		err = reloc_write(mod, reloc, addr, ref.name, report);
	return err;
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
	const struct mend_reloc *reloc, *end;
	int err;

	BUILD_BUG_ON(sizeof(struct mend_reloc) != MEND_RELOC_SIZE);

	err = check_descriptor(mod, desc, report);
	if (err)
		return err;
	end = (const void *)(unsigned long)desc->relocs_end;
	for (reloc = (const void *)(unsigned long)desc->relocs; reloc < end && !err; reloc++)
		err = apply_one(mod, reloc, report);
	if (err)
		payload_going(mod);
	else
		reloc_sync();
	return err;
}
