/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of address ranges: what no task may be inside of at the switch.
 *
 * Pure: also compiled in userspace for the unit tests.
 */
#ifndef MEND_RANGE_H
#define MEND_RANGE_H

#include "pure.h"

/** struct addr_range - addresses from @start to below @end */
struct addr_range {
	unsigned long start;
	unsigned long end;
};

/**
 * struct range_set - sorted and disjoint after range_set_seal()
 * @nr: ranges in use
 * @max: room
 */
struct range_set {
	u32 nr;
	u32 max;
	struct addr_range ranges[];
};

static inline size_t range_set_bytes(u32 max)
{
	return sizeof(struct range_set) + (size_t)max * sizeof(struct addr_range);
}

/** range_set_init() - empty set in range_set_bytes(@max) bytes of memory */
void range_set_init(struct range_set *set, u32 max);

/** range_set_add() - -ENOSPC without room; empty ranges are dropped */
int range_set_add(struct range_set *set, unsigned long start, unsigned long end);

/** range_set_seal() - sort and merge; to be called once, before lookups */
void range_set_seal(struct range_set *set);

/**
 * range_set_contains() - binary search in a sealed set
 *
 * Context: any. Called with all CPUs stopped, once per stack frame.
 */
bool range_set_contains(const struct range_set *set, unsigned long addr);

#endif /* MEND_RANGE_H */
