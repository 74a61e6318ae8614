// SPDX-License-Identifier: GPL-2.0-only
/* Structured errors; see report.h. Pure. */
#include "report.h"

int report_fail(struct mend_report *report, int err, u32 reason, const char *fmt, ...)
{
	va_list args;

	if (!report)
		return err;
	report->reason = reason;
	report->reserved = 0;
	va_start(args, fmt);
	vsnprintf(report->text, sizeof(report->text), fmt, args);
	va_end(args);
	return err;
}

void report_clear(struct mend_report *report)
{
	memset(report, 0, sizeof(*report));
}
