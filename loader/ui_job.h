/* SPDX-License-Identifier: MIT */
/*
 * Switching bundles on, as a command line and mend.conf want it.
 */
#ifndef MEND_UI_JOB_H
#define MEND_UI_JOB_H

#include "ui_switch.h"

/**
 * struct ui_request - the command line, with what mend.conf adds to it
 * @off:	patches to switch off in the same instant
 * @retry:	also what is held back
 * @unrecorded:	do without the store
 */
struct ui_request {
	struct ui_trust trust;
	struct ui_switch how;
	uint32_t probation_ms;
	const char *health;
	uint64_t max_pause_ns;
	bool retry, unrecorded;
	char *off[MEND_SWITCH_OPS_MAX];
	char **paths;
	int nr_off, nr_paths;
};

/** ui_job_run() - do it, tell and record how it went; returns the exit code */
int ui_job_run(struct ui *ui, struct ui_request *q);

#endif /* MEND_UI_JOB_H */
