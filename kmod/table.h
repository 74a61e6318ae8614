/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table: which function entry goes where.
 *
 * Everything that mend redirects hangs on one immutable hash table {site ip ->
 * new address}. A switch builds the next table aside and publishes it with
 * one pointer store (redirect.c); nobody ever changes a published table.
 *
 * Shape: open addressing, linear probing, never more than one eighth full,
 * with as many spare empty slots behind the last one as there are entries, so
 * that a probe runs off the end into empty slots and needs no wrap test. The
 * multiplier is chosen by trial when the table is built: a few random odd
 * numbers usually give a table without a single collision.
 *
 * Pure: also compiled in userspace for the unit tests.
 */
#ifndef MEND_TABLE_H
#define MEND_TABLE_H

#include "pure.h"

#define TABLE_TRIES	256

/**
 * struct table_entry - one slot
 * @ip: the ftrace record's address; 0: empty
 * @to: where a call that arrives at @ip continues
 */
struct table_entry {
	unsigned long ip;
	unsigned long to;
};

/**
 * struct table - set once by table_build(), never changed afterwards
 * @mul: odd multiplier of the hash
 * @mask: (slots - 1) * sizeof(struct table_entry): a byte offset
 * @slots: a power of two; @entries has @slots + @nr + 1 elements
 * @nr: entries in use
 * @probes: sum over all entries of the slots a lookup reads; @nr is perfect
 */
struct table {
	u64 mul;
	u64 mask;
	u32 slots;
	u32 nr;
	u32 probes;
	struct table_entry entries[];
};

/**
 * struct site - what one patch wants at one function entry
 * @ip: the ftrace record's address, not 0
 * @to: the patch's replacement
 * @seq: when that patch was switched on; the highest wins
 */
struct site {
	unsigned long ip;
	unsigned long to;
	u64 seq;
};

/**
 * sites_collapse() - which replacement is on top at each site
 * @sites: any order, with repeated ips; sorted and shortened in place
 * @nr: their number
 *
 * Return: how many are left: one per ip, that with the highest @seq, by
 * ascending ip.
 */
u32 sites_collapse(struct site *sites, u32 nr);

/** table_bytes() - how much memory table_build() needs for @nr sites */
size_t table_bytes(u32 nr);

/**
 * table_build() - fill a table
 * @table: table_bytes(@nr) bytes, content irrelevant
 * @sites: distinct ips, as left by sites_collapse()
 * @nr: their number
 * @seed: random; only the quality of the hash depends on it
 */
void table_build(struct table *table, const struct site *sites, u32 nr, u64 seed);

/**
 * table_find() - the way of a call
 * @table: a built table
 * @ip: a function's ftrace record
 * @to: out: where to continue
 *
 * Return: whether @ip is redirected.
 *
 * Context: any, NMI included; the caller keeps the table alive. Inlined into
 * the ftrace handler, hence no calls; and every call of every patched function
 * comes here, hence the care for single instructions.
 */
static inline __attribute__((__always_inline__))
bool table_find(const struct table *table, unsigned long ip, unsigned long *to)
{
	const struct table_entry *entry = (const void *)((const char *)table->entries +
							 (((ip * table->mul) >> 32) & table->mask));

	/* Ends: the slot behind the last possible entry is always empty. */
	for (;; entry++) {
		if (likely(entry->ip == ip)) {
			*to = entry->to;
			return true;
		}
		/* So that the comparison above needs no register: it is read again below. */
		asm("" : "+r" (entry));
		if (!entry->ip)
			return false;
	}
}

/** table_lookup() - table_find() where 0 says that @ip is not redirected */
static inline unsigned long table_lookup(const struct table *table, unsigned long ip)
{
	unsigned long to;

	return table_find(table, ip, &to) ? to : 0;
}

#endif /* MEND_TABLE_H */
