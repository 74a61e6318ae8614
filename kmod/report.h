/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structured errors: an errno, a stable reason code and one line of English
 * travel together, from the place that knows the reason to the door.
 *
 * Pure: also compiled in userspace for the unit tests.
 */
#ifndef MEND_REPORT_H
#define MEND_REPORT_H

#include <uapi/linux/mend.h>
#include "pure.h"

/**
 * report_fail() - fill in a report
 * @report: may be NULL: then only @err is passed through
 * @err: negative errno, returned
 * @reason: enum mend_reason
 * @fmt: what, why and what to do, on one line without a trailing newline
 *
 * Context: any; does not sleep or allocate.
 */
__printf(4, 5)
int report_fail(struct mend_report *report, int err, u32 reason, const char *fmt, ...);

/** report_clear() - no error: MEND_R_OK and an empty text */
void report_clear(struct mend_report *report);

#endif /* MEND_REPORT_H */
