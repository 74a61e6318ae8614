// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times of the manifest, compared with the C library's calendar.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "manifest.h"
#include "unit_random.h"

#define LAST	253402300799LL	/* 9999-12-31T23:59:59Z */

static void libc_format(time64_t seconds, char text[MANIFEST_TIME_LEN])
{
	time_t t = seconds;
	struct tm tm;

	assert_non_null(gmtime_r(&t, &tm));
	assert_int_equal(strftime(text, MANIFEST_TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm), 20);
}

static void check_one(time64_t seconds)
{
	char expected[MANIFEST_TIME_LEN], text[MANIFEST_TIME_LEN];
	time64_t back;

	libc_format(seconds, expected);
	manifest_time_format(seconds, text);
	assert_string_equal(text, expected);
	assert_true(manifest_time_parse(text, strlen(text), &back));
	assert_int_equal(back, seconds);
}

/* Every day of the first century, then one in 97. */
static void days_are_the_librarys(void **state)
{
	time64_t day, next;

	(void)state;
	for (day = 0; day <= LAST; day = next) {
		next = day + 86400LL * (day < 86400LL * 36600 ? 1 : 97);
		check_one(day);
		check_one(day + 86399);
	}
}

static void random_seconds_are_the_librarys(void **state)
{
	uint64_t random = unit_random_start(1);
	int i;

	(void)state;
	for (i = 0; i < 20000; i++)
		check_one(unit_random(&random) % (LAST + 1));
}

static void times_out_of_range_are_clamped(void **state)
{
	char text[MANIFEST_TIME_LEN];

	(void)state;
	manifest_time_format(-1, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	manifest_time_format(LAST + 1, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	manifest_time_format(S64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "2026-01-02T03:04:05", "2026-01-02T03:04:05Z ", "2026-01-02t03:04:05Z",
		"2026-01-02T03:04:05z", "2026/01/02T03:04:05Z", "2026-1-02T003:04:05Z",
		"2026-00-02T03:04:05Z", "2026-13-02T03:04:05Z", "2026-01-00T03:04:05Z",
		"2026-01-32T03:04:05Z", "2026-04-31T03:04:05Z", "2026-02-29T03:04:05Z",
		"2100-02-29T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
		"2026-01-02T03:04:60Z", "1969-12-31T23:59:59Z", "-026-01-02T03:04:05Z",
		"2026-01-02T+3:04:05Z", "2026-01-02T03:04:0:Z", "2026-01-02T03:04:0/Z",
	};
	time64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		if (manifest_time_parse(wrong[i], strlen(wrong[i]), &seconds))
			fail_msg("\"%s\" was accepted", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_the_librarys),
		cmocka_unit_test(random_seconds_are_the_librarys),
		cmocka_unit_test(times_out_of_range_are_clamped),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
