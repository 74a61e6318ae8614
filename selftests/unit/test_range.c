// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of address ranges, compared with a bitmap of every address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "range.h"
#include "unit_random.h"

static struct range_set *set_new(u32 max)
{
	struct range_set *set = malloc(range_set_bytes(max));

	assert_non_null(set);
	memset(set, 0xa5, range_set_bytes(max));
	range_set_init(set, max);
	return set;
}

static void check_sealed(const struct range_set *set)
{
	u32 i;

	assert_true(set->nr <= set->max);
	for (i = 0; i < set->nr; i++) {
		assert_true(set->ranges[i].start < set->ranges[i].end);
		/* Touching ranges are merged: fewer steps in the stop window. */
		if (i)
			assert_true(set->ranges[i - 1].end < set->ranges[i].start);
	}
}

static void empty_set_contains_nothing(void **state)
{
	struct range_set *set = set_new(0);

	(void)state;
	range_set_seal(set);
	assert_int_equal(set->nr, 0);
	assert_false(range_set_contains(set, 0));
	assert_false(range_set_contains(set, ULONG_MAX));
	free(set);
}

static void start_is_inside_and_end_is_not(void **state)
{
	struct range_set *set = set_new(1);

	(void)state;
	assert_int_equal(range_set_add(set, 0x1000, 0x1010), 0);
	range_set_seal(set);
	assert_false(range_set_contains(set, 0xfff));
	assert_true(range_set_contains(set, 0x1000));
	assert_true(range_set_contains(set, 0x100f));
	assert_false(range_set_contains(set, 0x1010));
	free(set);
}

static void one_address_and_the_whole_space(void **state)
{
	struct range_set *set = set_new(2);

	(void)state;
	assert_int_equal(range_set_add(set, 7, 8), 0);
	range_set_seal(set);
	assert_true(range_set_contains(set, 7));
	assert_false(range_set_contains(set, 6));
	assert_false(range_set_contains(set, 8));

	range_set_init(set, 2);
	assert_int_equal(range_set_add(set, 0, ULONG_MAX), 0);
	range_set_seal(set);
	assert_true(range_set_contains(set, 0));
	assert_true(range_set_contains(set, ULONG_MAX - 1));
	assert_false(range_set_contains(set, ULONG_MAX));
	free(set);
}

static void empty_and_inverted_ranges_take_no_room(void **state)
{
	struct range_set *set = set_new(1);

	(void)state;
	assert_int_equal(range_set_add(set, 5, 5), 0);
	assert_int_equal(range_set_add(set, 6, 5), 0);
	assert_int_equal(set->nr, 0);
	assert_int_equal(range_set_add(set, 5, 6), 0);
	assert_int_equal(set->nr, 1);
	free(set);
}

static void without_room_nothing_is_written(void **state)
{
	struct range_set *set = set_new(2), *none = set_new(0);

	(void)state;
	assert_int_equal(range_set_add(set, 1, 2), 0);
	assert_int_equal(range_set_add(set, 3, 4), 0);
	assert_int_equal(range_set_add(set, 5, 6), -ENOSPC);
	assert_int_equal(set->nr, 2);
	assert_int_equal(range_set_add(none, 1, 2), -ENOSPC);
	range_set_seal(set);
	assert_true(range_set_contains(set, 3));
	assert_false(range_set_contains(set, 5));
	free(set);
	free(none);
}

static void overlapping_touching_and_nested_ranges_merge(void **state)
{
	struct range_set *set = set_new(6);

	(void)state;
	range_set_add(set, 50, 60);
	range_set_add(set, 10, 20);
	range_set_add(set, 20, 30);
	range_set_add(set, 12, 14);
	range_set_add(set, 55, 58);
	range_set_add(set, 40, 52);
	range_set_seal(set);
	check_sealed(set);
	assert_int_equal(set->nr, 2);
	assert_int_equal(set->ranges[0].start, 10);
	assert_int_equal(set->ranges[0].end, 30);
	assert_int_equal(set->ranges[1].start, 40);
	assert_int_equal(set->ranges[1].end, 60);
	free(set);
}

static void random_sets_agree_with_a_bitmap(void **state)
{
	enum { SPACE = 512, MAX = 40 };
	static const unsigned long base = 0xffffffff81000000UL;
	uint64_t random = unit_random_start(10);
	int round;

	(void)state;
	for (round = 0; round < 3000; round++) {
		bool bitmap[SPACE] = { false };
		u32 i, nr = unit_random_below(&random, MAX + 1);
		struct range_set *set = set_new(nr);
		unsigned long addr;

		for (i = 0; i < nr; i++) {
			unsigned long start = unit_random_below(&random, SPACE);
			unsigned long end = start + unit_random_below(&random, 30);

			if (end > SPACE)
				end = SPACE;
			for (addr = start; addr < end; addr++)
				bitmap[addr] = true;
			assert_int_equal(range_set_add(set, base + start, base + end), 0);
		}
		range_set_seal(set);
		check_sealed(set);
		for (addr = 0; addr < SPACE; addr++)
			assert_int_equal(range_set_contains(set, base + addr), bitmap[addr]);
		assert_false(range_set_contains(set, base - 1));
		assert_false(range_set_contains(set, base + SPACE));
		free(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_set_contains_nothing),
		cmocka_unit_test(start_is_inside_and_end_is_not),
		cmocka_unit_test(one_address_and_the_whole_space),
		cmocka_unit_test(empty_and_inverted_ranges_take_no_room),
		cmocka_unit_test(without_room_nothing_is_written),
		cmocka_unit_test(overlapping_touching_and_nested_ranges_merge),
		cmocka_unit_test(random_sets_agree_with_a_bitmap),
	};

	return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
