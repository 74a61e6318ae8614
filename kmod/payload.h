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
 * payload_coming() - check a payload's descriptor and apply its relocations
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

/** object_get() - a loaded module with a reference, or NULL */
struct module *object_get(const char *name);

#endif /* MEND_PAYLOAD_INTERNAL_H */
