/* SPDX-License-Identifier: MIT */
/*
 * Writing a relocatable object: collected in memory, then written in one go and in
 * the order of collection, so that the same input gives the same bytes.
 */
#ifndef MEND_DIFFER_WRITER_H
#define MEND_DIFFER_WRITER_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out_symbol {
	const char *name;
	unsigned char bind, type;
	unsigned int section;	/* 0: undefined */
	uint64_t value, size;
	unsigned int index;	/* when written */
};

struct out_rela {
	uint64_t offset;
	uint32_t type;
	struct out_symbol *sym;
	int64_t addend;
};

struct out_section {
	const char *name;
	uint32_t type;
	uint64_t flags, align, entsize, size;
	uint8_t *data;		/* NULL: no bytes */
	struct out_rela *relas;
	size_t nr_relas;
	struct out_symbol *symbol;	/* the section's own */
};

struct writer {
	struct out_section **secs;	/* [0] is section 1 of the file */
	size_t nr_secs;
	struct out_symbol **syms;
	size_t nr_syms;
};

/** writer_section() - a new section; its number is writer->nr_secs afterwards */
struct out_section *writer_section(struct writer *w, const char *name, uint32_t type,
				   uint64_t flags, uint64_t align, uint64_t entsize);

/** writer_append() - more content; NULL: zeroes. Return: its offset */
uint64_t writer_append(struct out_section *sec, const void *data, uint64_t size);

struct out_symbol *writer_symbol(struct writer *w, const char *name, unsigned char bind,
				 unsigned char type, unsigned int section, uint64_t value,
				 uint64_t size);

/** writer_undefined() - the symbol of that name that is not defined here; made once */
struct out_symbol *writer_undefined(struct writer *w, const char *name);

void writer_rela(struct out_section *sec, uint64_t offset, uint32_t type,
		 struct out_symbol *sym, int64_t addend);

/** writer_write() - to a file that appears complete or not at all */
void writer_write(struct writer *w, const char *path);

#endif /* MEND_DIFFER_WRITER_H */
