// SPDX-License-Identifier: MIT
/* Names as the compiler makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../differ/passes.h"

static void static_locals_lose_their_number(void **state)
{
	(void)state;
	assert_int_equal(base_name_len("count.5"), 5);
	assert_int_equal(base_name_len("count.1234"), 5);
	assert_int_equal(base_name_len("count"), 5);
	assert_int_equal(base_name_len("foo.isra.0"), 8);
	assert_int_equal(base_name_len("v4.2"), 2);
	assert_int_equal(base_name_len(".5"), 2);
	assert_int_equal(base_name_len("count."), 6);
	assert_int_equal(base_name_len("5"), 1);
	assert_int_equal(base_name_len(""), 0);
}

static void base_names_compare_whole(void **state)
{
	(void)state;
	assert_true(same_base_name("count.5", "count.17"));
	assert_true(same_base_name("count", "count.17"));
	assert_false(same_base_name("count.5", "counter.5"));
	assert_false(same_base_name("counter.5", "count.5"));
}

static struct symbol local(const char *name)
{
	return (struct symbol){ .name = name, .bind = STB_LOCAL, .type = STT_OBJECT };
}

static void throwaways_are_numbered_statics_of_known_names(void **state)
{
	struct symbol sym;

	(void)state;
	sym = local("__func__.3");
	assert_true(is_throwaway(&sym));
	sym = local("__key.12");
	assert_true(is_throwaway(&sym));
	/* Without a number it is somebody's variable. */
	sym = local("__key");
	assert_false(is_throwaway(&sym));
	sym = local("my__key.12");
	assert_false(is_throwaway(&sym));
	sym = local("count.3");
	assert_false(is_throwaway(&sym));
	sym = local("__func__.3");
	sym.bind = STB_GLOBAL;
	assert_false(is_throwaway(&sym));
	sym = local("__func__.3");
	sym.type = STT_FUNC;
	assert_false(is_throwaway(&sym));
}

static void cold_parts_know_their_parent(void **state)
{
	(void)state;
	assert_int_equal(cold_parent_len("foo.cold"), 3);
	assert_int_equal(cold_parent_len("foo.isra.0.cold"), 10);
	assert_int_equal(cold_parent_len("foo.colder"), 0);
	assert_int_equal(cold_parent_len("cold"), 0);
	assert_int_equal(cold_parent_len("foo"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_locals_lose_their_number),
		cmocka_unit_test(base_names_compare_whole),
		cmocka_unit_test(throwaways_are_numbered_statics_of_known_names),
		cmocka_unit_test(cold_parts_know_their_parent),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
