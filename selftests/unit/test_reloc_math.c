// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relocation arithmetic: bounds and ranges at their edges, and against
 * 128-bit arithmetic that cannot wrap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <mend/payload.h>
#include "reloc_math.h"
#include "unit_random.h"

static const u32 types[] = {
	MEND_RELOC_64, MEND_RELOC_32, MEND_RELOC_32S, MEND_RELOC_PC32, MEND_RELOC_PLT32,
	MEND_RELOC_PC64,
};

static void contract_layout(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct mend_reloc), MEND_RELOC_SIZE);
	assert_int_equal(offsetof(struct mend_reloc, addend), 32);
	assert_int_equal(offsetof(struct mend_reloc, type), 44);
	assert_int_equal(sizeof(struct mend_payload), 24);
}

static void widths(void **state)
{
	u32 type;

	(void)state;
	assert_int_equal(reloc_width(0), 0);
	assert_int_equal(reloc_width(MEND_RELOC_64), 8);
	assert_int_equal(reloc_width(MEND_RELOC_32), 4);
	assert_int_equal(reloc_width(MEND_RELOC_32S), 4);
	assert_int_equal(reloc_width(MEND_RELOC_PC32), 4);
	assert_int_equal(reloc_width(MEND_RELOC_PLT32), 4);
	assert_int_equal(reloc_width(MEND_RELOC_PC64), 8);
	for (type = MEND_RELOC_PC64 + 1; type < 300; type++)
		assert_int_equal(reloc_width(type), 0);
	assert_int_equal(reloc_width(U32_MAX), 0);
}

static void unknown_types_are_refused_and_write_nothing(void **state)
{
	u64 value = 0x1234;

	(void)state;
	assert_int_equal(reloc_compute(0, 1, 2, 3, &value), -EINVAL);
	assert_int_equal(reloc_compute(MEND_RELOC_PC64 + 1, 1, 2, 3, &value), -EINVAL);
	assert_int_equal(reloc_compute(U32_MAX, 1, 2, 3, &value), -EINVAL);
	assert_int_equal(value, 0x1234);
}

static void bounds_at_the_edges(void **state)
{
	(void)state;
	assert_true(reloc_in_bounds(100, 8, 100, 8));
	assert_true(reloc_in_bounds(104, 4, 100, 8));
	assert_false(reloc_in_bounds(105, 4, 100, 8));
	assert_false(reloc_in_bounds(99, 4, 100, 8));
	assert_false(reloc_in_bounds(100, 8, 100, 7));
	assert_false(reloc_in_bounds(100, 4, 100, 0));
	assert_true(reloc_in_bounds(U64_MAX - 3, 4, U64_MAX - 3, 4));
	assert_false(reloc_in_bounds(U64_MAX - 2, 4, U64_MAX - 3, 4));
	assert_false(reloc_in_bounds(2, 4, U64_MAX - 3, 16));
	assert_true(reloc_in_bounds(U64_MAX - 8, 8, 0, U64_MAX));
	assert_false(reloc_in_bounds(U64_MAX - 7, 8, 0, U64_MAX));
}

/* Values around zero, the ends of the small space and the ends of u64. */
static u64 edge_value(uint64_t *random)
{
	static const u64 edges[] = { 0, 0x7fffffff, 0x80000000, U32_MAX, S64_MAX, U64_MAX,
				     0xffffffff81000000, 0xffffffff80000000 };

	return edges[unit_random_below(random, ARRAY_SIZE(edges))] +
	       unit_random_below(random, 33) - 16;
}

static void bounds_agree_with_wide_arithmetic(void **state)
{
	uint64_t random = unit_random_start(20);
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		u64 place = edge_value(&random), base = edge_value(&random);
		u64 size = i & 1 ? edge_value(&random) : unit_random_below(&random, 40);
		u32 width = unit_random_below(&random, 2) ? 4 : 8;
		__int128 end = (__int128)base + size;
		bool inside = place >= base && (__int128)place + width <= end;

		if (end > (__int128)U64_MAX + 1)
			continue;	/* no such object can exist */
		assert_int_equal(reloc_in_bounds(place, width, base, size), inside);
	}
}

static void range_edges(void **state)
{
	u64 value;

	(void)state;
	assert_int_equal(reloc_compute(MEND_RELOC_64, U64_MAX, 0, 0, &value), 0);
	assert_true(value == U64_MAX);

	assert_int_equal(reloc_compute(MEND_RELOC_32, U32_MAX, 0, 0, &value), 0);
	assert_int_equal(value, U32_MAX);
	assert_int_equal(reloc_compute(MEND_RELOC_32, U32_MAX, 1, 0, &value), -ERANGE);
	assert_int_equal(reloc_compute(MEND_RELOC_32, 0, -1, 0, &value), -ERANGE);
	assert_int_equal(reloc_compute(MEND_RELOC_32, 4, -4, 0, &value), 0);
	assert_int_equal(value, 0);

	assert_int_equal(reloc_compute(MEND_RELOC_32S, 0xffffffff80000000, 0, 0, &value), 0);
	assert_int_equal((u32)value, 0x80000000);
	assert_int_equal(reloc_compute(MEND_RELOC_32S, 0xffffffff80000000, -1, 0, &value), -ERANGE);
	assert_int_equal(reloc_compute(MEND_RELOC_32S, 0x7fffffff, 0, 0, &value), 0);
	assert_int_equal(reloc_compute(MEND_RELOC_32S, 0x7fffffff, 1, 0, &value), -ERANGE);

	/* As a call at 0x1000 to 0x2000 is written. */
	assert_int_equal(reloc_compute(MEND_RELOC_PLT32, 0x2000, -4, 0x1001, &value), 0);
	assert_int_equal(value, 0x2000 - 0x1005);
	assert_int_equal(reloc_compute(MEND_RELOC_PC32, 0x1000, 0, 0x2000, &value), 0);
	assert_int_equal((u32)value, (u32)-0x1000);
	assert_int_equal(reloc_compute(MEND_RELOC_PC32, 0x80000000, 0, 1, &value), 0);
	assert_int_equal(reloc_compute(MEND_RELOC_PC32, 0x80000000, 0, 0, &value), -ERANGE);
	assert_int_equal(reloc_compute(MEND_RELOC_PC32, 0, 0, 0x80000000, &value), 0);
	assert_int_equal(reloc_compute(MEND_RELOC_PC32, 0, 0, 0x80000001, &value), -ERANGE);

	/* A key of a jump label: anything is in reach. */
	assert_int_equal(reloc_compute(MEND_RELOC_PC64, 0, 8, 0x80000001, &value), 0);
	assert_true(value == 8ULL - 0x80000001ULL);
}

/* Does what was stored, read back as the CPU does, give the address meant? */
static bool reads_back(u32 type, u64 value, u64 target, u64 place)
{
	switch (type) {
	case MEND_RELOC_64:
		return value == target;
	case MEND_RELOC_32:
		return (u64)(u32)value == target;
	case MEND_RELOC_32S:
		return (u64)(s64)(s32)(u32)value == target;
	case MEND_RELOC_PC64:
		return value + place == target;
	default:
		return (u64)(s64)(s32)(u32)value + place == target;
	}
}

static void what_is_accepted_reads_back_and_what_is_refused_would_not(void **state)
{
	uint64_t random = unit_random_start(21);
	int i, accepted = 0, refused = 0;

	(void)state;
	for (i = 0; i < 500000; i++) {
		u32 type = types[unit_random_below(&random, ARRAY_SIZE(types))];
		u64 symbol = edge_value(&random), place = edge_value(&random), value = 0;
		s64 addend = i & 1 ? (s64)edge_value(&random) :
			     (s64)unit_random_below(&random, 17) - 8;
		u64 target = symbol + (u64)addend;
		u64 full = type >= MEND_RELOC_PC32 ? target - place : target;
		int err = reloc_compute(type, symbol, addend, place, &value);

		if (err) {
			assert_int_equal(err, -ERANGE);
			assert_false(reads_back(type, full, target, place));
			refused++;
		} else {
			assert_true(reads_back(type, value, target, place));
			accepted++;
		}
	}
	assert_true(accepted > 1000 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_layout),
		cmocka_unit_test(widths),
		cmocka_unit_test(unknown_types_are_refused_and_write_nothing),
		cmocka_unit_test(bounds_at_the_edges),
		cmocka_unit_test(bounds_agree_with_wide_arithmetic),
		cmocka_unit_test(range_edges),
		cmocka_unit_test(what_is_accepted_reads_back_and_what_is_refused_would_not),
	};

	return cmocka_run_group_tests_name("reloc_math", tests, NULL, NULL);
}
