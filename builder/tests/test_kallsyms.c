// SPDX-License-Identifier: MIT
/* Finding and decoding kallsyms, in each layout; and what is not one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../differ/kallsyms.h"
#include "make_kallsyms.h"

static const struct made_symbol symbols[] = {
	{ 0x1f000, "Acpu_thing" },
	{ 0xffffffff81000000ULL, "T_text" },
	{ 0xffffffff81000010ULL, "tcount.5" },
	{ 0xffffffff81000020ULL, "tm_show" },
	{ 0xffffffff81000030ULL, "tm_show" },
	{ 0xffffffff83000000ULL, "B_end" },
};

#define NR	(sizeof(symbols) / sizeof(*symbols))

static void check(const struct kallsyms *got)
{
	size_t i, j, found;

	for (i = 0; i < NR; i++) {
		for (j = found = 0; j < got->nr; j++)
			found += got->syms[j].addr == symbols[i].addr &&
				 got->syms[j].type == symbols[i].name[0] &&
				 !strcmp(got->syms[j].name, symbols[i].name + 1);
		assert_int_equal(found, 1);
	}
	assert_int_equal(got->nr, NR + 300);
}

static void round_trip(int layout)
{
	struct kallsyms got = { 0 };
	size_t size;
	uint8_t *table = make_kallsyms(symbols, NR, layout, &size);

	assert_int_equal(kallsyms_read(table, size, &got), 0);
	check(&got);
	free(table);
}

static void addresses_in_front(void **state)
{
	(void)state;
	round_trip(KALLSYMS_OLD);
}

static void addresses_in_front_and_an_order(void **state)
{
	(void)state;
	round_trip(KALLSYMS_OLD_ORDERED);
}

static void addresses_behind(void **state)
{
	(void)state;
	round_trip(KALLSYMS_NEW);
}

static void no_table_is_an_error(void **state)
{
	struct kallsyms got = { 0 };
	uint8_t none[4096] = { 0 };

	(void)state;
	assert_int_equal(kallsyms_read(none, sizeof(none), &got), -1);
	assert_int_equal(kallsyms_read(none, 0, &got), -1);
	memset(none, '0', sizeof(none));
	assert_int_equal(kallsyms_read(none, sizeof(none), &got), -1);
}

/* Cut at every length and with every eighth byte broken: an answer, never a crash. */
static void broken_tables_end_in_an_answer(void **state)
{
	size_t size, i;
	uint8_t *table = make_kallsyms(symbols, NR, KALLSYMS_NEW, &size), *copy;
	struct kallsyms got = { 0 };

	(void)state;
	for (i = 0; i < size; i += 7) {
		/* As long as it is, so that reading behind the end is seen. */
		copy = malloc(i ? i : 1);
		assert_non_null(copy);
		memcpy(copy, table, i);
		assert_int_equal(kallsyms_read(copy, i, &got), -1);
		free(copy);
	}
	for (i = 0; i < size; i += 8) {
		table[i] ^= 0x41;
		kallsyms_read(table, size, &got);
		table[i] ^= 0x41;
	}
	free(table);
}

/* Names that do not end where the marker says. */
static void markers_must_fit(void **state)
{
	struct kallsyms got = { 0 };
	size_t size;
	uint8_t *table = make_kallsyms(symbols, NR, KALLSYMS_NEW, &size);

	(void)state;
	/* The length of the first name in the list. */
	table[64 + 8] ^= 1;
	assert_int_equal(kallsyms_read(table, size, &got), -1);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_in_front),
		cmocka_unit_test(addresses_in_front_and_an_order),
		cmocka_unit_test(addresses_behind),
		cmocka_unit_test(no_table_is_an_error),
		cmocka_unit_test(broken_tables_end_in_an_answer),
		cmocka_unit_test(markers_must_fit),
	};

	return cmocka_run_group_tests_name("kallsyms", tests, NULL, NULL);
}
