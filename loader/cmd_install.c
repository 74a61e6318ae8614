// SPDX-License-Identifier: MIT
/*
 * mend install
 */
#include "lib/store.h"
#include "ui_job.h"

static const char help[] =
	"Usage: mend install BUNDLE... [--no-apply] [--timeout TIME]\n"
	"                    [--probation TIME [--health COMMAND]] [--retry]\n"
	"                    [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"As 'mend apply', and at every later boot of a kernel that the bundle is for: 'mend boot'\n"
	"switches what is installed on, in the order of installation. Nothing is installed unless\n"
	"it is on. A bundle is kept in " STORE_DIR ", and another generation of its name\n"
	"takes its place. Where mend.conf(5) says 'stage', it is as with --no-apply.\n"
	"\n"
	"  --no-apply         switch nothing on now; also for bundles for other kernels\n"
	"  --timeout TIME     how long to wait for tasks that are inside a function that would\n"
	"                     change (10 s); 0: one attempt\n"
	"  --probation TIME   mend.ko takes everything back by itself unless it is confirmed in\n"
	"                     that time; until it was confirmed once, each boot does it that way\n"
	"  --health COMMAND   then run sh -c COMMAND, for nine tenths of that time at most: if it\n"
	"                     exits with 0 the patches are confirmed and installed\n"
	"  --retry            also what is held back because the machine went down with it\n"
	"  --keys DIR         directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE        trust the certificates of this file only, now: a boot uses those of\n"
	"                     " TRUST_DIR "\n"
	"\n"
	"A TIME is a number of seconds, or ends in s, m, h or d; decimals are allowed.\n"
	"\n"
	"Examples:\n"
	"  mend install fix.mend\n"
	"  mend install fix.mend --probation 10m\n"
	"  mend install for-the-next-kernel.mend --no-apply\n"
	"\n"
	"Exit codes: 0 on and installed, or kept with --no-apply, 2 they were already, 3 not for\n"
	"this kernel or a function belongs to somebody else, 4 refused, 5 busy (the task is\n"
	"named), 6 switched and taken back, 1 error.\n";

enum { OPT_NO_APPLY = UI_JOB_OWN };

static const struct option options[] = {
	UI_JOB_OPTIONS,
	{ "no-apply", no_argument, NULL, OPT_NO_APPLY },
	UI_OPTIONS
};

/* 0, or the exit code */
static int set(struct ui *ui, struct ui_request *q, int option)
{
	if (option != OPT_NO_APPLY)
		return ui_job_set(ui, q, option);
	q->keep_only = true;
	return 0;
}

/* What does not go together? NULL: nothing */
static const char *conflict(const struct ui_request *q)
{
	if (q->keep_only && q->health)
		return "--health is for what is switched on now: leave out --no-apply or --health";
	return ui_job_conflict(q);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_request q = { .how = UI_SWITCH_DEFAULT, .install = true };
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
	return text ? ui_usage(ui, "%s", text) : ui_job_run(ui, &q);
}

const struct cmd cmd_install = {
	"install", "switch the patches of bundles on, now and at every boot", help, run
};
