// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one table: what is in is found, what is not is missed, and a lookup
 * always ends. The memory is allocated with exactly table_bytes(), so that
 * ASan sees a probe that runs off the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "table.h"
#include "unit_random.h"

/* Kernel text is aligned to 16 bytes; records sit at f or, behind ENDBR, f + 4. */
#define TEXT_BASE	0xffffffff81000000UL
#define TEXT_SIZE	0x01000000UL

static unsigned long random_ip(uint64_t *random)
{
	return TEXT_BASE + (unit_random_below(random, TEXT_SIZE) & ~15UL) +
	       4 * unit_random_below(random, 2);
}

static struct table *build(const struct site *sites, u32 nr, u64 seed)
{
	size_t bytes = table_bytes(nr);
	struct table *table = malloc(bytes);

	assert_non_null(table);
	memset(table, 0xa5, bytes);
	table_build(table, sites, nr, seed);
	return table;
}

static const struct site *find_site(const struct site *sites, u32 nr, unsigned long ip)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (sites[i].ip == ip)
			return &sites[i];
	}
	return NULL;
}

/* @nr random sites with distinct ips, as sites_collapse() leaves them. */
static struct site *random_sites(uint64_t *random, u32 nr)
{
	struct site *sites = calloc(nr ? nr : 1, sizeof(*sites));
	u32 i;

	assert_non_null(sites);
	for (i = 0; i < nr; i++) {
		do {
			sites[i].ip = random_ip(random);
		} while (find_site(sites, i, sites[i].ip));
		sites[i].to = 0xffffffffc0000000UL + i * 64;
		sites[i].seq = unit_random(random);
	}
	assert_int_equal(sites_collapse(sites, nr), nr);
	return sites;
}

static u32 used_slots(const struct table *table)
{
	u32 i, used = 0;

	for (i = 0; i < table->slots + table->nr + 1; i++)
		used += table->entries[i].ip != 0;
	return used;
}

/* The slots that looking up every entry once reads, counted from outside. */
static u32 count_probes(const struct table *table, const struct site *sites, u32 nr)
{
	u32 i, probes = 0;

	for (i = 0; i < nr; i++) {
		size_t slot = (((sites[i].ip * table->mul) >> 32) & table->mask) /
			      sizeof(struct table_entry);

		for (probes++; table->entries[slot].ip != sites[i].ip; slot++)
			probes++;
	}
	return probes;
}

static void check_table(const struct table *table, const struct site *sites, u32 nr,
			uint64_t *random)
{
	u32 i;

	assert_int_equal(table->nr, nr);
	assert_int_equal(table->mul & 1, 1);
	assert_int_equal(table->slots & (table->slots - 1), 0);
	assert_true(table->slots >= 8 * nr && table->slots >= 1);
	assert_int_equal(table->mask, (u64)(table->slots - 1) * sizeof(struct table_entry));
	assert_int_equal(used_slots(table), nr);
	assert_int_equal(count_probes(table, sites, nr), table->probes);

	for (i = 0; i < nr; i++)
		assert_int_equal(table_lookup(table, sites[i].ip), sites[i].to);
	for (i = 0; i < 2000; i++) {
		unsigned long ip = random_ip(random);
		const struct site *site = find_site(sites, nr, ip);

		assert_int_equal(table_lookup(table, ip), site ? site->to : 0);
	}
}

static void empty_table_misses_everything(void **state)
{
	struct table *table = build(NULL, 0, 1);
	uint64_t random = unit_random_start(1);
	u32 i;

	(void)state;
	assert_int_equal(table_lookup(table, 0), 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(table_lookup(table, unit_random(&random)), 0);
	free(table);
}

static void every_entry_is_found_and_others_miss(void **state)
{
	static const u32 sizes[] = { 1, 2, 3, 7, 8, 9, 64, 100, 257, 1000 };
	uint64_t random = unit_random_start(2);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct site *sites = random_sites(&random, sizes[i]);
		struct table *table = build(sites, sizes[i], unit_random(&random));

		check_table(table, sites, sizes[i], &random);
		free(table);
		free(sites);
	}
}

static void many_small_random_tables(void **state)
{
	uint64_t random = unit_random_start(3);
	int round;

	(void)state;
	for (round = 0; round < 300; round++) {
		u32 nr = unit_random_below(&random, 24);
		struct site *sites = random_sites(&random, nr);
		struct table *table = build(sites, nr, unit_random(&random));

		check_table(table, sites, nr, &random);
		free(table);
		free(sites);
	}
}

/* Neighbours of an entry, above all f for a record at f + 4, are not it. */
static void neighbours_miss(void **state)
{
	struct site site = { .ip = TEXT_BASE + 0x1234560 + 4, .to = 0xffffffffc0001000UL };
	struct table *table = build(&site, 1, 9);
	long offset;

	(void)state;
	for (offset = -64; offset <= 64; offset++)
		assert_int_equal(table_lookup(table, site.ip + offset), offset ? 0 : site.to);
	free(table);
}

/* All in the same slot, and that the last one: the longest probe there is. */
static void a_probe_ends_in_the_spare_slots(void **state)
{
	enum { NR = 12 };
	struct table *table = malloc(table_bytes(NR));
	unsigned long ip = 1;
	u32 i, slots = 1;

	(void)state;
	assert_non_null(table);
	while (slots < 8 * NR)
		slots <<= 1;
	memset(table, 0, table_bytes(NR));
	/* mul 1: the slot number stands in bits 36 and up of the ip. */
	table->mul = 1;
	table->slots = slots;
	table->mask = (u64)(slots - 1) * sizeof(struct table_entry);
	table->nr = NR;
	ip = (unsigned long)(slots - 1) << 36;
	for (i = 0; i < NR; i++) {
		table->entries[slots - 1 + i].ip = ip + i;
		table->entries[slots - 1 + i].to = 100 + i;
	}
	for (i = 0; i < NR; i++)
		assert_int_equal(table_lookup(table, ip + i), 100 + i);
	assert_int_equal(table_lookup(table, ip + NR), 0);
	free(table);
}

/*
 * What the trial of multipliers is for: small tables have no collision at all,
 * large ones clearly fewer than one multiplier taken at random gives (3 to
 * 7 % of extra probes at this density).
 */
static void the_hash_is_good_enough(void **state)
{
	static const struct { u32 nr; u32 permille; } limits[] = {
		{ 1, 1000 }, { 8, 1000 }, { 16, 1000 }, { 64, 1020 }, { 256, 1040 },
	};
	uint64_t random = unit_random_start(4);
	size_t i;
	int round;

	(void)state;
	for (round = 0; round < 40; round++) {
		for (i = 0; i < ARRAY_SIZE(limits); i++) {
			u32 nr = limits[i].nr;
			struct site *sites = random_sites(&random, nr);
			struct table *table = build(sites, nr, unit_random(&random));

			assert_in_range(table->probes, nr, nr * limits[i].permille / 1000);
			free(table);
			free(sites);
		}
	}
}

static void the_result_depends_on_the_seed_in_nothing_but_the_hash(void **state)
{
	uint64_t random = unit_random_start(5);
	struct site *sites = random_sites(&random, 50);
	u64 seed;

	(void)state;
	for (seed = 0; seed < 50; seed++) {
		struct table *one = build(sites, 50, seed), *two = build(sites, 50, seed);

		check_table(one, sites, 50, &random);
		assert_memory_equal(one, two, table_bytes(50));
		free(one);
		free(two);
	}
	free(sites);
}

static void collapse_keeps_the_highest_seq(void **state)
{
	struct site sites[] = {
		{ .ip = 30, .to = 1, .seq = 5 }, { .ip = 10, .to = 2, .seq = 1 },
		{ .ip = 30, .to = 3, .seq = 9 }, { .ip = 20, .to = 4, .seq = 0 },
		{ .ip = 10, .to = 5, .seq = 2 }, { .ip = 30, .to = 6, .seq = 7 },
	};

	(void)state;
	assert_int_equal(sites_collapse(sites, ARRAY_SIZE(sites)), 3);
	assert_int_equal(sites[0].ip, 10);
	assert_int_equal(sites[0].to, 5);
	assert_int_equal(sites[1].ip, 20);
	assert_int_equal(sites[1].to, 4);
	assert_int_equal(sites[2].ip, 30);
	assert_int_equal(sites[2].to, 3);
}

static void collapse_of_nothing_is_nothing(void **state)
{
	struct site site = { .ip = 1, .to = 2, .seq = 3 };

	(void)state;
	assert_int_equal(sites_collapse(NULL, 0), 0);
	assert_int_equal(sites_collapse(&site, 1), 1);
	assert_int_equal(site.to, 2);
}

/* Against the slow way: for each ip, look through all of them. */
static void collapse_agrees_with_brute_force(void **state)
{
	uint64_t random = unit_random_start(6);
	int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		struct site before[48], after[48];
		u32 nr = unit_random_below(&random, ARRAY_SIZE(before) + 1);
		u32 i, j, kept, distinct = 0;

		for (i = 0; i < nr; i++) {
			before[i].ip = 1 + unit_random_below(&random, 20);
			before[i].to = 1000 + i;
			before[i].seq = (u64)i * 7919 % 48 + (i & 1 ? 1ULL << 40 : 0);
		}
		memcpy(after, before, sizeof(before));
		kept = sites_collapse(after, nr);
		for (i = 0; i < nr; i++) {
			const struct site *site = find_site(after, kept, before[i].ip);
			bool first = true;

			assert_non_null(site);
			assert_true(site->seq >= before[i].seq);
			for (j = 0; j < i; j++)
				first &= before[j].ip != before[i].ip;
			distinct += first;
			if (site->seq == before[i].seq)
				assert_int_equal(site->to, before[i].to);
		}
		assert_int_equal(kept, distinct);
		for (i = 1; i < kept; i++)
			assert_true(after[i - 1].ip < after[i].ip);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_table_misses_everything),
		cmocka_unit_test(every_entry_is_found_and_others_miss),
		cmocka_unit_test(many_small_random_tables),
		cmocka_unit_test(neighbours_miss),
		cmocka_unit_test(a_probe_ends_in_the_spare_slots),
		cmocka_unit_test(the_hash_is_good_enough),
		cmocka_unit_test(the_result_depends_on_the_seed_in_nothing_but_the_hash),
		cmocka_unit_test(collapse_keeps_the_highest_seq),
		cmocka_unit_test(collapse_of_nothing_is_nothing),
		cmocka_unit_test(collapse_agrees_with_brute_force),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
