// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing relocations into a payload; see reloc.h.
 *
 * The payload's text is read-only already when it is COMING, so the bytes go
 * through text_poke_copy(), which writes through an alias. Since none of the
 * payload has run, no CPU needs to be kept out.
 */
#include "reloc.h"

#include <linux/module.h>
#include "arch/x86/text.h"
#include "compat/compat.h"
#include "compat/ksyms.h"
#include "reloc_math.h"
#include "report.h"

int reloc_write(struct module *mod, const struct mend_reloc *reloc, unsigned long symbol,
		const char *name, struct mend_report *report)
{
	u32 width = reloc_width(reloc->type);
	__le64 bytes;
	u64 value;
	int err;

	if (!width)
		return report_fail(report, -ENOEXEC, MEND_R_RELOC,
				   "relocation against %s has unknown type %u", name, reloc->type);
	if (!compat_module_holds(mod, reloc->place, width))
		return report_fail(report, -ENOEXEC, MEND_R_RELOC,
				   "relocation against %s would write outside the payload", name);
	err = reloc_compute(reloc->type, symbol, reloc->addend, reloc->place, &value);
	if (err)
		return report_fail(report, -ENOEXEC, MEND_R_RELOC,
				   "relocation of type %u against %s does not reach it",
				   reloc->type, name);
	bytes = cpu_to_le64(value);
	ksyms_text_poke_copy((void *)(unsigned long)reloc->place, &bytes, width);
	return 0;
}

void reloc_sync(void)
{
	arch_sync_cores();
}
