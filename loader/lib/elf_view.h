/* SPDX-License-Identifier: MIT */
/*
 * A relocatable x86-64 ELF file as libelf shows it: sections, symbols, and
 * what a pointer in its data will point to. Inside libmend only.
 *
 * The file may be a stranger's. libelf checks what lies where; here the work is
 * bounded that a small file can ask for: sections do not overlap, and only so many
 * pointers are followed.
 */
#ifndef MEND_LIB_ELF_VIEW_H
#define MEND_LIB_ELF_VIEW_H

#include <gelf.h>

#include "bytes.h"
#include "err.h"

/** struct elf_place - a byte in a section; @section 0: nowhere */
struct elf_place {
	size_t section;
	uint64_t offset;
};

/** struct elf_pointer - a pointer at @at, as the relocation says that makes it one */
struct elf_pointer {
	struct elf_place at;
	GElf_Rela rela;
};

/**
 * struct elf_view - an opened file
 * @symbol_strings: section of the symbols' names
 * @pointers:	sorted by their place
 * @steps:	pointers that may still be followed; 0: all are taken for NULL
 */
struct elf_view {
	Elf *elf;
	size_t nr_sections;
	size_t shstrndx;
	Elf_Data *symbols;
	size_t symbol_strings;
	size_t nr_symbols;
	struct elf_pointer *pointers;
	size_t nr_pointers;
	size_t steps;
};

/** elf_view_open() - ET_REL, 64 bit, x86-64, with a symbol table; ends with elf_view_close() */
int elf_view_open(struct elf_view *v, struct bytes file, struct err *e);
void elf_view_close(struct elf_view *v);

/** elf_view_section() - index of the section of that name, 0 if there is none */
size_t elf_view_section(const struct elf_view *v, const char *name);

bool elf_view_header(const struct elf_view *v, size_t section, GElf_Shdr *shdr);

/** elf_view_relas() - relocations of section @rela, whose header is @shdr; 0: it has none */
size_t elf_view_relas(const struct elf_view *v, size_t rela, GElf_Shdr *shdr, Elf_Data **data);

/** elf_view_bytes() - a section's content; empty if it has none */
struct bytes elf_view_bytes(const struct elf_view *v, size_t section);

/** elf_view_symbol() - where a symbol is defined; section 0: not defined here */
struct elf_place elf_view_symbol(const struct elf_view *v, const char *name);

/**
 * elf_view_pointer() - what the 64-bit pointer at @at will point to
 *
 * Section 0 without a relocation there, or if it leads outside this file;
 * @external tells the two apart.
 */
struct elf_place elf_view_pointer(struct elf_view *v, struct elf_place at, bool *external);

/** elf_view_u64() - eight plain bytes, little endian; false if outside the section */
bool elf_view_u64(const struct elf_view *v, struct elf_place at, uint64_t *value);

/** elf_view_string() - a NUL-terminated string of at most @max bytes, or NULL */
const char *elf_view_string(const struct elf_view *v, struct elf_place at, size_t max);

#endif /* MEND_LIB_ELF_VIEW_H */
