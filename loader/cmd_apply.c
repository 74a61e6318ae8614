// SPDX-License-Identifier: MIT
/*
 * mend apply
 */
#include "lib/manifest.h"
#include "lib/store.h"
#include "ui_job.h"

static const char help[] =
	"Usage: mend apply BUNDLE... [--revert NAME]... [--timeout TIME]\n"
	"                  [--probation TIME [--health COMMAND] | --force=inconsistent]\n"
	"                  [--retry] [--unrecorded] [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Verifies the bundles, takes their payloads for the running kernel, lets mend.ko verify\n"
	"and load them, and switches all their functions at one instant. If anything fails with\n"
	"any of them, nothing has changed. A lower generation that is on is replaced in the same\n"
	"instant. Needs root and mend.ko, which checks everything again with its own keys.\n"
	"What mend.conf(5) does not allow is refused. The attempt is recorded before it is made.\n"
	"While it waits, a terminal shows for which task; Ctrl-C ends that, nothing has changed.\n"
	"\n"
	"  --revert NAME      switch the patch NAME off in the same instant; may be repeated\n"
	"  --timeout TIME     how long to wait for tasks that are inside a function that would\n"
	"                     change (10 s); 0: one attempt\n"
	"  --probation TIME   mend.ko takes everything back by itself unless it is confirmed in\n"
	"                     that time, and before that if the patch oopses, warns or hangs\n"
	"  --health COMMAND   then run sh -c COMMAND, for nine tenths of that time at most: if it\n"
	"                     exits with 0 the patches are confirmed, otherwise taken back\n"
	"  --force=inconsistent\n"
	"                     after the timeout, switch although tasks are inside: DANGEROUS, see\n"
	"                     mend(8). --force alone asks first, on a terminal\n"
	"  --retry            also what is held back because the machine went down with it\n"
	"  --unrecorded       do without the history in " STORE_DIR ", which cannot be written\n"
	"  --keys DIR         directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE        trust the certificates of this file only\n"
	"\n"
	"A TIME is a number of seconds, or ends in s, m, h or d; decimals are allowed.\n"
	"\n"
	"Examples:\n"
	"  mend apply fix.mend\n"
	"  mend apply one.mend two.mend --revert workaround --timeout 1m --json\n"
	"  mend apply fix.mend --probation 10m --health 'curl -fsS http://localhost/alive'\n"
	"\n"
	"Exit codes: 0 they are on, 2 they were on already, 3 not for this kernel or a function\n"
	"belongs to somebody else, 4 refused, 5 busy (the task is named), 6 switched and taken\n"
	"back, 1 error.\n";

enum { OPT_REVERT = UI_JOB_OWN, OPT_FORCE, OPT_UNRECORDED };

static const struct option options[] = {
	UI_JOB_OPTIONS,
	{ "revert", required_argument, NULL, OPT_REVERT },
	{ "force", optional_argument, NULL, OPT_FORCE },
	{ "unrecorded", no_argument, NULL, OPT_UNRECORDED },
	UI_OPTIONS
};

static int add_off(struct ui *ui, struct ui_request *q, char *name)
{
	if (!manifest_is_name(name))
		ui->exit = ui_usage(ui, "'%s' cannot be a patch's name; 'mend status' lists them",
				    name);
	else if (q->nr_off == (int)MEND_SWITCH_OPS_MAX)
		ui->exit = ui_usage(ui, "at most %u patches can be switched at once",
				    MEND_SWITCH_OPS_MAX);
	else
		q->off[q->nr_off++] = name;
	return ui->exit;
}

/* 0, or the exit code */
static int set(struct ui *ui, struct ui_request *q, int option)
{
	switch (option) {
	case OPT_REVERT:
		return add_off(ui, q, optarg);
	case OPT_FORCE:
		q->how.forced = true;
		q->how.word = optarg;
		return 0;
	case OPT_UNRECORDED:
		q->unrecorded = true;
		return 0;
	default:
		return ui_job_set(ui, q, option);
	}
}

/* What does not go together? NULL: nothing */
static const char *conflict(const struct ui_request *q)
{
	if (q->how.forced && q->probation_ms)
		return "a switch that is forced cannot be on probation: leave out --force or "
		       "--probation";
	return ui_job_conflict(q);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_request q = { .how = UI_SWITCH_DEFAULT };
	const char *text;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		c = set(ui, &q, c);
		if (c)
			return c;
	}
	q.paths = argv + optind;
	q.nr_paths = argc - optind;
	text = conflict(&q);
	if (text)
		return ui_usage(ui, "%s", text);
	text = ui_switch_twice(q.off, q.nr_off);
	if (text)
		return ui_usage(ui, "'%s' is to be reverted twice", text);
	return ui_switch_force(ui, &q.how) ? ui->exit : ui_job_run(ui, &q);
}

const struct cmd cmd_apply = {
	"apply", "switch the patches of bundles on", help, run
};
