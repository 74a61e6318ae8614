// SPDX-License-Identifier: MIT
/*
 * A vmlinux that holds nothing but kallsyms, for what the tests' objects use and do
 * not define.
 *
 * usage: fake_kernel OUT [TYPE:NAME:ADDRESS]...
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "make_kallsyms.h"

int main(int argc, char **argv)
{
	struct made_symbol syms[64] = {
		{ 0xffffffff83000000ULL, "D__init_begin" }, { 0xffffffff83100000ULL, "D__init_end" },
	};
	Elf64_Ehdr ehdr = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_phoff = sizeof(ehdr), .e_ehsize = sizeof(ehdr),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1,
	};
	Elf64_Phdr phdr = { .p_type = PT_LOAD, .p_offset = sizeof(ehdr) + sizeof(phdr),
			    .p_vaddr = 0xffffffff82000000ULL, .p_flags = PF_R };
	size_t size, nr = 2;
	uint8_t *table;
	char *second;
	FILE *f;
	int i;

	for (i = 2; i < argc && nr < 64; i++) {
		second = strchr(argv[i] + 2, ':');
		if (argv[i][1] != ':' || !second)
			return 64;
		syms[nr].addr = strtoull(second + 1, NULL, 0);
		*second = 0;
		/* "t:name" becomes "tname". */
		argv[i][1] = argv[i][0];
		syms[nr++].name = argv[i] + 1;
	}
	table = make_kallsyms(syms, nr, KALLSYMS_NEW, &size);
	phdr.p_filesz = phdr.p_memsz = size;
	f = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (!f || fwrite(&ehdr, sizeof(ehdr), 1, f) != 1 ||
	    fwrite(&phdr, sizeof(phdr), 1, f) != 1 || fwrite(table, size, 1, f) != 1 || fclose(f))
		return 1;
	free(table);
	return 0;
}
