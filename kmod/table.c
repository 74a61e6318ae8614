// SPDX-License-Identifier: GPL-2.0-only
/* Building the one table; see table.h. Pure: no locks, no allocation. */
#include "table.h"

#define TABLE_SPARSENESS	8

static u32 table_slots(u32 nr)
{
	u32 slots = 1;

	while (slots < nr * TABLE_SPARSENESS)
		slots <<= 1;
	return slots;
}

size_t table_bytes(u32 nr)
{
	return sizeof(struct table) +
	       ((size_t)table_slots(nr) + nr + 1) * sizeof(struct table_entry);
}

/* splitmix64: any seed, zero included, gives a usable sequence. */
static u64 next_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Returns the number of slots that looking up every entry once would read. */
static u32 table_fill(struct table *table, const struct site *sites, u32 nr, u64 mul)
{
	u32 i, probes = 0;

	table->mul = mul;
	memset(table->entries, 0,
	       ((size_t)table->slots + nr + 1) * sizeof(struct table_entry));
	for (i = 0; i < nr; i++) {
		size_t slot = (((sites[i].ip * mul) >> 32) & table->mask) /
			      sizeof(struct table_entry);

		for (probes++; table->entries[slot].ip; slot++)
			probes++;
		table->entries[slot].ip = sites[i].ip;
		table->entries[slot].to = sites[i].to;
	}
	return probes;
}

void table_build(struct table *table, const struct site *sites, u32 nr, u64 seed)
{
	u32 best = U32_MAX;
	u64 best_mul = 1;
	int try;

	table->slots = table_slots(nr);
	table->mask = (u64)(table->slots - 1) * sizeof(struct table_entry);
	table->nr = nr;

	for (try = 0; try < TABLE_TRIES && best > nr; try++) {
		u64 mul = next_random(&seed) | 1;
		u32 probes = table_fill(table, sites, nr, mul);

		if (probes < best) {
			best = probes;
			best_mul = mul;
		}
	}
	table->probes = table_fill(table, sites, nr, best_mul);
}

static bool site_before(const struct site *a, const struct site *b)
{
	if (a->ip != b->ip)
		return a->ip < b->ip;
	return a->seq > b->seq;
}

/* Heap sort: the kernel's sort() does not exist in userspace. */
static void sift_down(struct site *sites, u32 root, u32 nr)
{
	struct site tmp;
	u32 child;

	while ((child = 2 * root + 1) < nr) {
		if (child + 1 < nr && site_before(&sites[child], &sites[child + 1]))
			child++;
		if (!site_before(&sites[root], &sites[child]))
			return;
		tmp = sites[root];
		sites[root] = sites[child];
		sites[child] = tmp;
		root = child;
	}
}

static void sites_sort(struct site *sites, u32 nr)
{
	struct site tmp;
	u32 i;

	for (i = nr / 2; i-- > 0;)
		sift_down(sites, i, nr);
	for (i = nr; i-- > 1;) {
		tmp = sites[0];
		sites[0] = sites[i];
		sites[i] = tmp;
		sift_down(sites, 0, i);
	}
}

u32 sites_collapse(struct site *sites, u32 nr)
{
	u32 i, kept = 0;

	sites_sort(sites, nr);
	for (i = 0; i < nr; i++) {
		if (kept && sites[kept - 1].ip == sites[i].ip)
			continue;
		sites[kept++] = sites[i];
	}
	return kept;
}
