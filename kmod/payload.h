/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payload modules: from COMING to GOING.
 */
#ifndef MEND_PAYLOAD_INTERNAL_H
#define MEND_PAYLOAD_INTERNAL_H

#include <linux/types.h>
#include <mend/payload.h>
#include <uapi/linux/mend.h>

struct module;

/** payload_find() - a module's payload descriptor; NULL: it is not a payload */
const struct mend_payload *payload_find(struct module *mod);

/**
 * payload_coming() - check a payload's descriptor and apply the relocations that
 * vmlinux owns: those for all of its code that does not need a module's presence
 * @mod: COMING, and nobody has looked into its tables yet
 *
 * Context: module notifier; sleeps. Takes no lock that a switch holds while
 * it waits.
 *
 * Return: 0; -ENOEXEC (MEND_R_PAYLOAD_FORMAT, MEND_R_RELOC), -ENOENT,
 * -EINVAL, -ENOMEM. On failure nothing is held.
 */
int payload_coming(struct module *mod, const struct mend_payload *desc,
		   struct mend_report *report);

/** payload_going() - let go of what payload_coming() took; any module may be passed */
void payload_going(struct module *mod);

/**
 * payload_string() - a string that the payload points to
 *
 * Return: @addr as a string if it lies in @mod with its NUL and is shorter
 * than @max; otherwise NULL.
 */
const char *payload_string(struct module *mod, u64 addr, size_t max);

/**
 * payload_relocate() - apply the relocations that an object owns
 * @mod: the payload; none of its code for that object can be running
 * @owner: the object
 * @owner_mod: its module, which the caller keeps loaded; NULL: vmlinux
 *
 * May be done again, after payload_unrelocate(), when the object is back at
 * another address. Context: sleeps. Return: as payload_coming().
 */
int payload_relocate(struct module *mod, const char *owner, struct module *owner_mod,
		     struct mend_report *report);

/** payload_unrelocate() - let go of modules whose symbols only @owner needed */
void payload_unrelocate(struct module *mod, const char *owner);

/**
 * payload_check_owners() - is every relocation owned by vmlinux or a known object?
 * @known: is there an object of that name?
 *
 * Return: 0; -ENOEXEC with MEND_R_PAYLOAD_FORMAT.
 */
int payload_check_owners(struct module *mod, bool (*known)(const void *data, const char *name),
			 const void *data, struct mend_report *report);

#endif /* MEND_PAYLOAD_INTERNAL_H */
