/* SPDX-License-Identifier: MIT */
/*
 * The kernel's tables about code: which section, what an entry looks like, whose it is.
 *
 * The size of an entry is not written down here: kernels differ. It follows from
 * the number of relocations in an entry, which does not, and every entry is held
 * against it.
 */
#ifndef MEND_DIFFER_TABLES_H
#define MEND_DIFFER_TABLES_H

#include "object.h"

/**
 * struct table - one kind of table
 * @name: the section; ends in '*': a prefix
 * @relas: relocations in an entry
 * @owner: which of them points into the function that the entry belongs to
 * @mask, @mask_len: bytes that do not count when entries are compared
 * @flags: TABLE_*
 */
struct table {
	const char *name;
	unsigned int relas, owner;
	unsigned int mask, mask_len;
	unsigned int flags;
};

#define TABLE_MCOUNT	(1U << 0)	/* calls of ftrace */
#define TABLE_JUMP	(1U << 1)	/* jump labels: site, target, key */
#define TABLE_ALT	(1U << 2)	/* alternatives: original, replacement */
#define TABLE_PATCHED	(1U << 3)	/* other code that is rewritten when loaded */
#define TABLE_SYMBOLS	(1U << 4)	/* pieces are symbols, of whoever points to them */

const struct table *table_find(const char *name);

/** tables_split() - cut all tables into pieces; fails the program on what is no table */
void tables_split(struct object *obj);

/** piece_at() - the piece that holds @offset, or NULL */
struct piece *piece_at(const struct section *sec, int64_t offset);

/**
 * piece_meant() - the piece that a relocation refers to
 * @user: the section of the relocation
 *
 * Return: NULL: it is at the edge of all pieces, or means a replacement of no bytes, which
 * is where the next one is.
 */
struct piece *piece_meant(const struct section *user, const struct rela *r);

/**
 * jump_label_nop() - is there a jump of a jump label that objtool makes a NOP?
 * @offset: where, in @sec
 *
 * Return: its length, 0: no
 */
unsigned int jump_label_nop(const struct object *obj, const struct section *sec,
			    uint64_t offset);

#endif /* MEND_DIFFER_TABLES_H */
