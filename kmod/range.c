// SPDX-License-Identifier: GPL-2.0-only
/* Sets of address ranges; see range.h. Pure: no locks, no allocation. */
#include "range.h"

void range_set_init(struct range_set *set, u32 max)
{
	set->nr = 0;
	set->max = max;
}

int range_set_add(struct range_set *set, unsigned long start, unsigned long end)
{
	if (start >= end)
		return 0;
	if (set->nr == set->max)
		return -ENOSPC;
	set->ranges[set->nr].start = start;
	set->ranges[set->nr].end = end;
	set->nr++;
	return 0;
}

/* Insertion sort: a few hundred ranges at most, mostly in order already. */
static void range_set_sort(struct range_set *set)
{
	u32 i, j;

	for (i = 1; i < set->nr; i++) {
		struct addr_range tmp = set->ranges[i];

		for (j = i; j > 0 && set->ranges[j - 1].start > tmp.start; j--)
			set->ranges[j] = set->ranges[j - 1];
		set->ranges[j] = tmp;
	}
}

void range_set_seal(struct range_set *set)
{
	u32 i, kept = 0;

	range_set_sort(set);
	for (i = 0; i < set->nr; i++) {
		struct addr_range *last = kept ? &set->ranges[kept - 1] : NULL;

		if (last && set->ranges[i].start <= last->end) {
			if (set->ranges[i].end > last->end)
				last->end = set->ranges[i].end;
			continue;
		}
		set->ranges[kept++] = set->ranges[i];
	}
	set->nr = kept;
}

bool range_set_contains(const struct range_set *set, unsigned long addr)
{
	u32 low = 0, high = set->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (addr < set->ranges[mid].start)
			high = mid;
		else if (addr >= set->ranges[mid].end)
			low = mid + 1;
		else
			return true;
	}
	return false;
}
