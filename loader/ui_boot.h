/* SPDX-License-Identifier: MIT */
/*
 * What is installed goes on.
 */
#ifndef MEND_UI_BOOT_H
#define MEND_UI_BOOT_H

#include <jansson.h>

#include "lib/record.h"
#include "ui.h"

/** struct ui_boot - the command line of "boot" */
struct ui_boot {
	struct ui_trust trust;
	uint32_t timeout_ms;
};

/** ui_boot_run() - each for itself, told and recorded; returns the exit code */
int ui_boot_run(struct ui *ui, const struct ui_boot *q);

/** ui_boot_health() - judge what this boot has put on probation; returns the exit code */
int ui_boot_health(struct ui *ui);

/** ui_boot_tell() - what became of one: a line, or one more of @results with --json */
void ui_boot_tell(const struct ui *ui, json_t *results, const struct record *r);

#endif /* MEND_UI_BOOT_H */
