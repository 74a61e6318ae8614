/* SPDX-License-Identifier: MIT */
/*
 * A relocatable x86-64 object as all passes see it.
 *
 * Loading checks everything that the passes rely on: every offset lies in its
 * section, every relocation is of a known type and has a symbol, every name ends.
 * What a pass finds out is kept in the fields named after it.
 */
#ifndef MEND_DIFFER_OBJECT_H
#define MEND_DIFFER_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct section;

struct symbol {
	const char *name;
	unsigned int index;
	unsigned char bind, type;
	struct section *sec;	/* NULL: undefined, or absolute */
	bool absolute;
	uint64_t value, size;

	struct symbol *twin;	/* correlate: in the other object */
	bool contested;		/* correlate: its users disagree about the twin */
	bool ambiguous;		/* correlate: may or may not be one of the other object */
};

struct rela {
	uint64_t offset;
	uint32_t type;		/* R_X86_64_* */
	struct symbol *sym;
	int64_t addend;
};

/**
 * enum section_kind - how a section takes part
 * @SEC_IGNORED: not in memory, or made anew for the payload
 * @SEC_FUNC: one function (with its aliases) and nothing else
 * @SEC_TEXT: other code: several functions in one named section
 * @SEC_DATA: one variable
 * @SEC_SHARED: several variables in one named section
 * @SEC_CONST: constants without names: strings, literals; copied whole
 * @SEC_ONCE: flags of WARN_ONCE() and its like; copied whole
 * @SEC_PIECES: a table with pieces that belong to functions
 * @SEC_HOOK: what mend/diff.h makes: pointers to callbacks, and states
 */
enum section_kind {
	SEC_IGNORED, SEC_FUNC, SEC_TEXT, SEC_DATA, SEC_SHARED, SEC_CONST, SEC_ONCE, SEC_PIECES,
	SEC_HOOK,
};

/** struct piece - part of a table that goes with a function, or with who uses it */
struct piece {
	uint64_t start, size;
	struct section *owner;	/* NULL: belongs to whoever points to it */
	bool keep;
	uint64_t out;		/* its offset in the output */
};

struct table;

struct section {
	const char *name;
	unsigned int index;
	uint32_t type;
	uint64_t flags, size, align, entsize;
	const uint8_t *data;	/* NULL: no bytes in the file */
	struct rela *relas;	/* by offset */
	size_t nr_relas;
	struct symbol **syms;	/* named ones, by value */
	size_t nr_syms;

	enum section_kind kind;	/* classified at load */
	const struct table *table;
	struct piece *pieces;
	size_t nr_pieces;

	struct section *twin;	/* correlate */
	struct section *partner; /* correlate: foo and foo.cold */
	bool changed;		/* compare */
	bool include;		/* closure */
	unsigned int out;	/* emit: index in the output */
	uint64_t base;		/* anchor: where the shipped kernel has it */
	bool anchored;
};

struct object {
	const char *path;
	struct section *secs;	/* [0] is empty */
	size_t nr_secs;
	struct symbol *syms;	/* [0] is empty */
	size_t nr_syms;
};

/** object_load() - read and check; fails the program on anything malformed */
struct object *object_load(const char *path);

/** object_classify() - sections into kinds; for objects with a section a function */
void object_classify(struct object *obj);

/** reloc_width() - bytes that a relocation writes; -1: unknown type */
int reloc_width(uint32_t type);

bool reloc_is_pcrel(uint32_t type);

/** struct target - what a relocation refers to */
struct target {
	struct section *sec;	/* NULL: undefined */
	struct symbol *sym;
	int64_t offset;		/* into @sec, or from @sym; with the bias of the instruction */
};

struct target rela_target(const struct rela *r);

/**
 * exact_offset() - target.offset without what an instruction pointer is ahead by
 * @sec: the section of the relocation; immediates behind the field are rare, and ignored
 */
int64_t exact_offset(const struct section *sec, const struct rela *r);

/** rela_range() - the relocations of [start, start + size) of a section */
struct rela *rela_range(const struct section *sec, uint64_t start, uint64_t size, size_t *nr);

/** section_symbol() - the function or variable that the section is named for; or NULL */
struct symbol *section_symbol(const struct section *sec);

struct section *object_section(const struct object *obj, const char *name);

static inline bool section_is_code(const struct section *sec)
{
	return sec->flags & SHF_EXECINSTR;
}

static inline bool has_prefix(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return false;
	return true;
}

/** is_counted() - a name with a number that differs from compile to compile */
static inline bool is_counted(const char *name)
{
	return has_prefix(name, "__initcall__") || has_prefix(name, "__UNIQUE_ID_");
}

#endif /* MEND_DIFFER_OBJECT_H */
