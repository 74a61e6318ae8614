/* SPDX-License-Identifier: MIT */
/*
 * What is installed goes on.
 */
#ifndef MEND_UI_BOOT_H
#define MEND_UI_BOOT_H

#include "ui.h"

/** struct ui_boot - the command line of "boot" */
struct ui_boot {
	struct ui_trust trust;
	uint32_t timeout_ms;
};

/** ui_boot_run() - each for itself, told and recorded; returns the exit code */
int ui_boot_run(struct ui *ui, const struct ui_boot *q);

#endif /* MEND_UI_BOOT_H */
