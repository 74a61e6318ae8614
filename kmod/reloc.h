/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing one relocation into a payload. */
#ifndef MEND_RELOC_H
#define MEND_RELOC_H

#include <mend/payload.h>
#include <uapi/linux/mend.h>

struct module;

/**
 * reloc_write() - write one relocation
 * @mod: the payload; nothing of it has run yet
 * @symbol: the address it refers to
 * @name: the symbol's name, for messages
 *
 * Context: may sleep.
 *
 * Return: 0; -ENOEXEC with MEND_R_RELOC if the place is not in the payload,
 * the type is unknown or the value does not fit.
 */
int reloc_write(struct module *mod, const struct mend_reloc *reloc, unsigned long symbol,
		const char *name, struct mend_report *report);

/** reloc_sync() - after the last reloc_write(), before the code may run */
void reloc_sync(void);

#endif /* MEND_RELOC_H */
