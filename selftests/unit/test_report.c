// SPDX-License-Identifier: GPL-2.0-only
/* Structured errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report.h"

static void a_report_carries_reason_and_text(void **state)
{
	struct mend_report report;

	(void)state;
	memset(&report, 0xa5, sizeof(report));
	assert_int_equal(report_fail(&report, -ESTALE, MEND_R_FLOOR, "%s %d", "floor", 7), -ESTALE);
	assert_int_equal(report.reason, MEND_R_FLOOR);
	assert_int_equal(report.reserved, 0);
	assert_string_equal(report.text, "floor 7");
}

static void a_long_text_is_cut_and_terminated(void **state)
{
	struct mend_report report;

	(void)state;
	memset(&report, 0xa5, sizeof(report));
	report_fail(&report, -EIO, MEND_R_INTERNAL, "%0*d", 2 * MEND_TEXT_LEN, 1);
	assert_int_equal(strlen(report.text), MEND_TEXT_LEN - 1);
}

static void no_report_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(report_fail(NULL, -EPERM, MEND_R_CAPABILITY, "text"), -EPERM);
}

static void a_cleared_report_is_all_zeros(void **state)
{
	static const struct mend_report zeros;
	struct mend_report report;

	(void)state;
	memset(&report, 0xa5, sizeof(report));
	report_clear(&report);
	assert_memory_equal(&report, &zeros, sizeof(report));
	assert_int_equal(report.reason, MEND_R_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_carries_reason_and_text),
		cmocka_unit_test(a_long_text_is_cut_and_terminated),
		cmocka_unit_test(no_report_is_no_error),
		cmocka_unit_test(a_cleared_report_is_all_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
