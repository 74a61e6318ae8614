// SPDX-License-Identifier: MIT
/*
 * mend apply
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/apply.h"
#include "lib/judge.h"
#include "lib/period.h"
#include "lib/policy.h"
#include "ui.h"
#include "ui_apply.h"
#include "ui_record.h"
#include "ui_switch.h"
#include "ui_wait.h"

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

enum { OPT_KEYS = OPT_FIRST, OPT_CERT, OPT_TIMEOUT, OPT_REVERT, OPT_PROBATION, OPT_HEALTH,
       OPT_FORCE, OPT_RETRY, OPT_UNRECORDED };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "revert", required_argument, NULL, OPT_REVERT },
	{ "probation", required_argument, NULL, OPT_PROBATION },
	{ "health", required_argument, NULL, OPT_HEALTH },
	{ "force", optional_argument, NULL, OPT_FORCE },
	{ "retry", no_argument, NULL, OPT_RETRY },
	{ "unrecorded", no_argument, NULL, OPT_UNRECORDED },
	UI_OPTIONS
};

/* The command line, with what mend.conf adds to it */
struct request {
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

/* A command that runs: everything that fails is recorded, too. */
struct job {
	struct ui *ui;
	const struct request *q;
	struct ui_record record;
};

static int fail(struct job *job, const struct err *e, const struct mend_blocker *blocker)
{
	ui_record_failed(&job->record, e);
	return ui_fail_blocked(job->ui, e, blocker);
}

/* The health command decides. Unless that has ended it, the probation goes on. */
static int judge(struct job *job, const struct apply *a)
{
	struct err e;

	if (!judge_run(&machine_real, a, job->q->health, &e)) {
		ui_record_outcome(&job->record, RECORD_CONFIRMED, &a->sw);
		return EXIT_CODE_OK;
	}
	if (e.code == EXIT_CODE_ROLLED_BACK)
		ui_record_failed(&job->record, &e);
	return ui_fail(job->ui, &e);
}

static bool too_long(const struct job *job, const struct apply *a)
{
	return job->q->max_pause_ns && a->sw.pause_ns > job->q->max_pause_ns;
}

static void warn_of_pause(struct job *job, const struct apply *a)
{
	char pause[32], max[32];

	snprintf(job->record.record.text, sizeof(job->record.record.text),
		 "the pause of %s is longer than the %s of max-pause in mend.conf",
		 ui_duration(a->sw.pause_ns, pause), ui_duration(job->q->max_pause_ns, max));
	if (!job->ui->json)
		fprintf(stderr, "mend apply: warning: %s\n", job->record.record.text);
}

/* It is switched. With a health command that is not the end of it. */
static int after(struct job *job, const struct apply *a)
{
	bool young = a->probation_ms && ui_apply_first(a);
	bool confirmed = false;
	int code;

	if (!job->ui->json) {
		ui_apply(a);
		fflush(stdout);
	}
	if (too_long(job, a))
		warn_of_pause(job, a);
	ui_record_outcome(&job->record, young ? RECORD_PROBATION : RECORD_DONE, &a->sw);
	if (job->q->health && young) {
		code = judge(job, a);
		if (code)
			return code;
		confirmed = true;
	}
	if (job->ui->json)
		return ui_apply_json(a, confirmed, too_long(job, a));
	if (a->probation_ms)
		ui_apply_probation(a, confirmed);
	return EXIT_CODE_OK;
}

/* apply_run() has looked at everything and is about to begin. */
static int attempt(const struct apply *a, struct err *e)
{
	struct job *job = a->data;

	return job->q->unrecorded ? 0 : ui_record_attempt(&job->record, e);
}

static int apply(struct job *job, const struct bundle *bundles)
{
	const struct request *q = job->q;
	struct apply_patch on[MEND_SWITCH_OPS_MAX] = { 0 };
	struct revert_patch off[MEND_SWITCH_OPS_MAX] = { 0 };
	struct apply a = {
		.on = on, .off = off, .probation_ms = q->probation_ms, .force = q->how.forced,
		.begin = attempt, .data = job,
	};
	struct ui_wait wait;
	struct err e;
	int code;

	for (; a.nr_on < (size_t)q->nr_paths; a.nr_on++) {
		on[a.nr_on].path = q->paths[a.nr_on];
		on[a.nr_on].bundle = &bundles[a.nr_on];
	}
	for (; a.nr_off < (size_t)q->nr_off; a.nr_off++)
		off[a.nr_off].name = q->off[a.nr_off];
	ui_wait_begin(&wait, job->ui, q->how.timeout_ms);
	a.wait = &wait.wait;
	if (apply_run(&machine_real, &a, &e))
		code = fail(job, &e, &a.sw.blocker);
	else
		code = after(job, &a);
	ui_wait_end(&wait);
	apply_free(&a);
	return code;
}

/* Did the machine go down when this was tried the last time? */
static int check_history(const struct records *history, const struct bundle *b, struct err *e)
{
	const struct manifest *m = &b->manifest;
	const struct record *r = records_last(history, m->name, m->generation);

	if (!r || r->outcome != RECORD_DOWN)
		return 0;
	return err_set(e, ERR_HELD_BACK, "'%s' generation %ju is held back: %s", m->name,
		       (uintmax_t)m->generation, r->text);
}

static int check_allowed(const struct request *q, const struct policy *policy,
			 const struct bundle *bundles, struct err *e)
{
	struct records history = { 0 };
	int n, ret = 0;

	if (!q->retry && store_read(&machine_real, &history, e) && !q->unrecorded)
		return err_hint(e, "whether the machine went down with it cannot be told; 'mend "
				"apply --unrecorded' does without");
	for (n = 0; n < q->nr_paths && !ret; n++) {
		ret = policy_check(policy, POLICY_APPLY, &bundles[n], e);
		if (!ret)
			ret = check_history(&history, &bundles[n], e);
		if (ret)
			err_context(e, "bundle '%s'", q->paths[n]);
	}
	records_free(&history);
	return ret;
}

/* For the record */
static void note(struct job *job, const struct bundle *bundles)
{
	int i;

	for (i = 0; i < job->q->nr_paths; i++)
		record_add(&job->record.record, bundles[i].manifest.name,
			   bundles[i].manifest.generation, true);
	for (i = 0; i < job->q->nr_off; i++)
		record_add(&job->record.record, job->q->off[i], 0, false);
}

/* All are verified before the kernel is asked for anything. */
static int read_and_apply(struct job *job, const struct trust *t, const struct policy *policy)
{
	const struct request *q = job->q;
	struct bundle *bundles = calloc((size_t)q->nr_paths, sizeof(*bundles));
	struct err e;
	int n, code = EXIT_CODE_OK;

	if (!bundles) {
		err_nomem(&e);
		return fail(job, &e, NULL);
	}
	for (n = 0; n < q->nr_paths; n++) {
		if (bundle_read(&bundles[n], q->paths[n], t, ui_now(), &e)) {
			code = fail(job, &e, NULL);
			break;
		}
	}
	if (n == q->nr_paths) {
		note(job, bundles);
		if (check_allowed(q, policy, bundles, &e))
			code = fail(job, &e, NULL);
		else
			code = apply(job, bundles);
	}
	while (n)
		bundle_free(&bundles[--n]);
	free(bundles);
	return code;
}

/* What mend.conf says goes where the command line says nothing. */
static void add_policy(struct request *q, const struct policy *policy)
{
	q->max_pause_ns = policy->max_pause_ns;
	if (q->probation_ms || q->how.forced)
		return;
	q->probation_ms = policy->probation_ms;
	q->health = policy->health;
}

static int load_and_apply(struct ui *ui, struct request *q)
{
	struct job job = { .ui = ui, .q = q };
	struct policy policy;
	struct trust t;
	struct err e;
	int code;

	ui_record_begin(&job.record, ui);
	if (policy_load(&machine_real, &policy, &e)) {
		code = fail(&job, &e, NULL);
		goto end_record;
	}
	add_policy(q, &policy);
	if (ui_trust_load(&q->trust, &t, &e)) {
		code = fail(&job, &e, NULL);
	} else {
		code = read_and_apply(&job, &t, &policy);
		trust_free(&t);
	}
	policy_free(&policy);
end_record:
	ui_record_end(&job.record);
	return code;
}

static int add_off(struct ui *ui, struct request *q, char *name)
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

static int set_probation(struct ui *ui, struct request *q, const char *arg)
{
	char span[32];

	if (!period_parse(arg, MEND_PROBATION_MAX_MS, &q->probation_ms) || !q->probation_ms)
		ui->exit = ui_usage(ui, "'%s' is not a time of more than 0 and up to %s", arg,
				    ui_span(MEND_PROBATION_MAX_MS, span));
	return ui->exit;
}

/* 0, or the exit code */
static int set(struct ui *ui, struct request *q, int option)
{
	switch (option) {
	case OPT_KEYS:
		q->trust.keys = optarg;
		return 0;
	case OPT_CERT:
		q->trust.cert = optarg;
		return 0;
	case OPT_TIMEOUT:
		return ui_switch_timeout(ui, &q->how, optarg) ? ui->exit : 0;
	case OPT_REVERT:
		return add_off(ui, q, optarg);
	case OPT_PROBATION:
		return set_probation(ui, q, optarg);
	case OPT_HEALTH:
		q->health = optarg;
		return 0;
	case OPT_FORCE:
		q->how.forced = true;
		q->how.word = optarg;
		return 0;
	case OPT_RETRY:
		q->retry = true;
		return 0;
	case OPT_UNRECORDED:
		q->unrecorded = true;
		return 0;
	default:
		return EXIT_CODE_USAGE;
	}
}

/* What does not go together? NULL: nothing */
static const char *conflict(const struct request *q)
{
	if (q->nr_paths < 1)
		return "a bundle is needed";
	if (q->nr_paths + q->nr_off > (int)MEND_SWITCH_OPS_MAX)
		return "too many patches for one switch: at most 64";
	if (q->trust.keys && q->trust.cert)
		return "at most one of --keys and --cert";
	if (q->health && !q->probation_ms)
		return "--health needs --probation";
	if (q->how.forced && q->probation_ms)
		return "a switch that is forced cannot be on probation: leave out --force or "
		       "--probation";
	return NULL;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct request q = { .how = UI_SWITCH_DEFAULT };
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
	return ui_switch_force(ui, &q.how) ? ui->exit : load_and_apply(ui, &q);
}

const struct cmd cmd_apply = {
	"apply", "switch the patches of bundles on", help, run
};
