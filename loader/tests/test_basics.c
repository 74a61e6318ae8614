// SPDX-License-Identifier: MIT
/*
 * Time, hexadecimal digits, errors and the table of reasons.
 */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/fs.h"
#include "lib/reason.h"
#include "lib/utc.h"

static void time_agrees_with_the_c_library(void **state)
{
	int64_t t, back;
	char ours[UTC_LEN], theirs[64];
	struct tm tm;
	time_t now;

	(void)state;
	/* a step that meets every month, leap days and year ends, up to 9999 */
	for (t = 0; t < 253402300800; t += 86399 * 5 + 7) {
		now = (time_t)t;
		assert_non_null(gmtime_r(&now, &tm));
		strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_true(utc_format(t, ours));
		assert_string_equal(ours, theirs);
		assert_true(utc_parse(ours, &back));
		assert_int_equal(back, t);
	}
}

static void time_outside_is_refused(void **state)
{
	char text[UTC_LEN];
	int64_t t;

	(void)state;
	assert_false(utc_format(-1, text));
	assert_false(utc_format(253402300800, text));
	assert_true(utc_format(253402300799, text));
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	assert_false(utc_parse("", &t));
	assert_false(utc_parse("2100-02-29T00:00:00Z", &t));
	assert_true(utc_parse("2000-02-29T00:00:00Z", &t));
	assert_false(utc_parse("2025-00-01T00:00:00Z", &t));
	assert_false(utc_parse("2025-01-00T00:00:00Z", &t));
	assert_false(utc_parse("2025-01-01T00:00:00ZZ", &t));
	assert_false(utc_parse("2025-01-01T00:00:00+00:00", &t));
	assert_false(utc_parse("2025-1-01T00:00:000Z", &t));
}

static void hex_goes_both_ways(void **state)
{
	uint8_t all[256], back[256];
	char text[513];
	int i;

	(void)state;
	for (i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	hex_encode(text, all, sizeof(all));
	assert_true(hex_decode(back, sizeof(back), text));
	assert_memory_equal(all, back, sizeof(all));
	assert_false(hex_decode(back, sizeof(back) - 1, text));
	text[7] = 'F';
	assert_false(hex_decode(back, sizeof(back), text));
	text[7] = 'g';
	assert_false(hex_decode(back, sizeof(back), text));
}

/* Every MEND_R_ of the protocol is known here under its name and number. */
static void every_kernel_reason_is_known(void **state)
{
	struct buf header;
	char *line, *save, name[64];
	unsigned int number, found = 0;
	struct err e;

	(void)state;
	assert_int_equal(fs_read(MEND_UAPI, 1 << 20, &header, &e), 0);
	buf_append(&header, "", 1);
	for (line = strtok_r((char *)header.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, " MEND_R_%63s = %u", name, &number) != 2)
			continue;
		found++;
		assert_int_equal(reason_lookup(number)->number, number);
		assert_string_equal(reason_lookup(number)->name, name);
	}
	assert_true(found >= 40);
	buf_free(&header);
}

static void reasons_are_unique(void **state)
{
	const struct reason_info *a, *b;
	size_t i, j;

	(void)state;
	for (i = 0; (a = reason_at(i)); i++)
		for (j = i + 1; (b = reason_at(j)); j++) {
			assert_int_not_equal(a->number, b->number);
			assert_string_not_equal(a->name, b->name);
		}
	assert_string_equal(reason_lookup(999)->name, "UNKNOWN");
	assert_int_equal(reason_lookup(999)->code, EXIT_CODE_ERROR);
}

static void reasons_have_the_documented_exit_code(void **state)
{
	(void)state;
	assert_int_equal(reason_lookup(MEND_R_SIGNATURE)->code, EXIT_CODE_REFUSED);
	assert_int_equal(reason_lookup(MEND_R_FLOOR)->code, EXIT_CODE_REFUSED);
	assert_int_equal(reason_lookup(MEND_R_CUSTODY)->code, EXIT_CODE_REFUSED);
	assert_int_equal(reason_lookup(MEND_R_RELEASE)->code, EXIT_CODE_INCOMPATIBLE);
	assert_int_equal(reason_lookup(MEND_R_FTRACE_OWNER)->code, EXIT_CODE_INCOMPATIBLE);
	assert_int_equal(reason_lookup(MEND_R_BUSY)->code, EXIT_CODE_BUSY);
	assert_int_equal(reason_lookup(MEND_R_UNRELIABLE)->code, EXIT_CODE_BUSY);
	assert_int_equal(reason_lookup(MEND_R_NO_PATCH)->code, EXIT_CODE_ERROR);
	assert_int_equal(reason_lookup(ERR_NOTHING)->code, EXIT_CODE_NOTHING);
	assert_int_equal(reason_lookup(ERR_USAGE)->code, EXIT_CODE_USAGE);
	assert_int_equal(reason_lookup(ERR_CONTAINER)->code, EXIT_CODE_REFUSED);
}

static void errors_gather_context(void **state)
{
	char huge[4000];
	struct err e;
	int i;

	(void)state;
	assert_int_equal(err_errno(&e, ERR_IO, ENOENT, "cannot open '%s'", "x"), -1);
	assert_string_equal(e.message, "cannot open 'x': No such file or directory");
	assert_int_equal(e.errnum, ENOENT);
	for (i = 0; i < ERR_CONTEXT_MAX + 3; i++)
		assert_int_equal(err_context(&e, "level %d", i), -1);
	assert_int_equal(e.nr_context, ERR_CONTEXT_MAX);
	assert_string_equal(e.context[0], "level 0");

	/* too long is cut, not written beyond */
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	err_set(&e, ERR_IO, "%s", huge);
	assert_int_equal(strlen(e.message), ERR_TEXT_LEN - 1);
	err_append(&e, "%s", huge);
	assert_int_equal(strlen(e.message), ERR_TEXT_LEN - 1);
	err_hint(&e, "%s", huge);
	err_context(&e, "%s", huge);
	assert_int_equal(strlen(e.context[0]), ERR_CONTEXT_LEN - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_agrees_with_the_c_library),
		cmocka_unit_test(time_outside_is_refused),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(every_kernel_reason_is_known),
		cmocka_unit_test(reasons_are_unique),
		cmocka_unit_test(reasons_have_the_documented_exit_code),
		cmocka_unit_test(errors_gather_context),
	};

	return cmocka_run_group_tests_name("basics", tests, NULL, NULL);
}
