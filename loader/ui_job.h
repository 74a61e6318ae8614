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
 * @install:	and keep them for every boot
 * @keep_only:	with @install: switch nothing on now
 * @by_policy:	out: @keep_only because the policy wants it so
 */
struct ui_request {
	struct ui_trust trust;
	struct ui_switch how;
	uint32_t probation_ms;
	const char *health;
	uint64_t max_pause_ns;
	bool retry, unrecorded, install, keep_only, by_policy;
	char *off[MEND_SWITCH_OPS_MAX];
	char **paths;
	int nr_off, nr_paths;
};

/* What each command takes that switches bundles on; a command's own begin at UI_JOB_OWN. */
enum { UI_JOB_KEYS = OPT_FIRST, UI_JOB_CERT, UI_JOB_TIMEOUT, UI_JOB_PROBATION, UI_JOB_HEALTH,
       UI_JOB_RETRY, UI_JOB_OWN };
#define UI_JOB_OPTIONS	{ "keys", required_argument, NULL, UI_JOB_KEYS }, \
			{ "cert", required_argument, NULL, UI_JOB_CERT }, \
			{ "timeout", required_argument, NULL, UI_JOB_TIMEOUT }, \
			{ "probation", required_argument, NULL, UI_JOB_PROBATION }, \
			{ "health", required_argument, NULL, UI_JOB_HEALTH }, \
			{ "retry", no_argument, NULL, UI_JOB_RETRY }

/** ui_job_set() - one of these, with its argument in optarg; 0, or the exit code */
int ui_job_set(struct ui *ui, struct ui_request *q, int option);

/** ui_job_conflict() - what does not go together, or NULL */
const char *ui_job_conflict(const struct ui_request *q);

/** ui_job_run() - do it, tell and record how it went; returns the exit code */
int ui_job_run(struct ui *ui, struct ui_request *q);

#endif /* MEND_UI_JOB_H */
