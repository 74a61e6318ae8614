// SPDX-License-Identifier: MIT
/*
 * The line of /sys/kernel/mend/waiting: what it says, and what it cannot be.
 */
#include "common.h"

#include <stdio.h>

#include "lib/waiting.h"

static bool parse(const char *line, struct waiting *w)
{
	return waiting_parse((struct bytes){ (const uint8_t *)line, strlen(line) }, w);
}

static void every_field_is_read(void **state)
{
	struct waiting w;

	(void)state;
	assert_true(parse("2999 178 mend_target:target_hold a cat ", &w));
	assert_int_equal(w.ms, 2999);
	assert_int_equal(w.pid, 178);
	assert_string_equal(w.object, "mend_target");
	assert_string_equal(w.func, "target_hold");
	assert_string_equal(w.comm, "a cat ");
	assert_true(parse("0 0 : ", &w));
	assert_string_equal(w.func, "");
	assert_string_equal(w.comm, "");
}

static void what_is_no_such_line_is_refused(void **state)
{
	static const char *const lines[] = {
		"", " ", "1", "1 ", "1 2", "1 2 ", "1 2 a", "1 2 a:", "1 2 a:b", "1 2 ab c",
		"x 2 a:b c", "1 x a:b c", "-1 2 a:b c", "1 -2 a:b c", "1  2 a:b c",
		"1 2147483648 a:b c", "18446744073709551616 2 a:b c", "1 2 a b:c d",
		"1 2 a:b sixteen letters!",
	};
	struct waiting w;
	size_t i;

	(void)state;
	assert_false(waiting_parse((struct bytes){ NULL, 0 }, &w));
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(lines[i], &w))
			fail_msg("'%s' is taken", lines[i]);
	assert_true(parse("18446744073709551615 2147483647 a:b fifteen letters", &w));
	assert_int_equal(w.ms, UINT64_MAX);
}

static void long_names_are_refused(void **state)
{
	char line[1000];
	struct waiting w;

	(void)state;
	snprintf(line, sizeof(line), "1 2 %0*d:f c", MEND_OBJECT_LEN - 1, 0);
	assert_true(parse(line, &w));
	snprintf(line, sizeof(line), "1 2 %0*d:f c", MEND_OBJECT_LEN, 0);
	assert_false(parse(line, &w));
	snprintf(line, sizeof(line), "1 2 o:%0*d c", MEND_SYMBOL_LEN - 1, 0);
	assert_true(parse(line, &w));
	snprintf(line, sizeof(line), "1 2 o:%0*d c", MEND_SYMBOL_LEN, 0);
	assert_false(parse(line, &w));
}

static void it_reads_well_and_cannot_steer_a_terminal(void **state)
{
	struct waiting w;
	char text[100];

	(void)state;
	assert_true(parse("2999 178 mend_target:target_hold cat", &w));
	waiting_text(&w, text, sizeof(text));
	assert_string_equal(text, "waiting for cat (pid 178) in mend_target:target_hold, 2 s");
	waiting_text(&w, text, 20);
	assert_string_equal(text, "waiting for cat (pi");
	assert_true(parse("500 7 vmlinux: \033[2J\x9b\x7f", &w));
	waiting_text(&w, text, sizeof(text));
	assert_string_equal(text, "waiting for ?[2J?? (pid 7), 0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(what_is_no_such_line_is_refused),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(it_reads_well_and_cannot_steer_a_terminal),
	};

	return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
