// SPDX-License-Identifier: MIT
/* Debug information of an object; see debuginfo.h. */
#include "debuginfo.h"

#include <elfutils/libdwfl.h>

#include "fail.h"

static int no_other_file(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base,
			 const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)mod, (void)data, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)found;
	return -1;
}

/* libdwfl, because in an object file the debug information has relocations. */
Dwarf *debuginfo_open(const char *path)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = no_other_file,
		.section_address = dwfl_offline_section_address,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *mod = NULL;
	Dwarf *dwarf = NULL;
	Dwarf_Addr bias;

	if (dwfl) {
		mod = dwfl_report_offline(dwfl, path, path, -1);
		dwfl_report_end(dwfl, NULL, NULL);
	}
	if (mod)
		dwarf = dwfl_module_getdwarf(mod, &bias);
	if (!dwarf)
		fail("%s: types are compared by debug information, and there is none: %s", path,
		     dwfl_errmsg(-1));
	return dwarf;
}
