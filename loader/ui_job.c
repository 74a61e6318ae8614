// SPDX-License-Identifier: MIT
/*
 * Bundles, verified, allowed, recorded and switched on: what "apply" and "install" have in
 * common.
 */
#include "ui_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/apply.h"
#include "lib/installed.h"
#include "lib/judge.h"
#include "lib/period.h"
#include "lib/policy.h"
#include "ui_apply.h"
#include "ui_install.h"
#include "ui_record.h"
#include "ui_wait.h"

/* A command that runs: everything that fails is recorded, too. */
struct job {
	struct ui *ui;
	const struct ui_request *q;
	const struct bundle *bundles;
	struct ui_record record;
};

static int fail(struct job *job, const struct err *e, const struct mend_blocker *blocker)
{
	ui_record_failed(&job->record, e);
	return ui_fail_blocked(job->ui, e, blocker);
}

/* They are on. That they are not kept for the next boot is an error, and no reason to go back. */
static int keep(struct job *job, struct err *e)
{
	struct record *r = &job->record.record;
	size_t used = strlen(r->text);

	if (!job->q->install || !ui_install_keep(&job->record, job->q, job->bundles, e))
		return 0;
	err_append(e, "; it is on, and not installed");
	if (!e->hint[0])
		err_hint(e, "free some space, or make " STORE_DIR " writable, and install it again");
	snprintf(r->text + used, sizeof(r->text) - used, "%s%s", used ? "; " : "", e->message);
	return -1;
}

/* The health command decides. Unless that has ended it, the probation goes on. */
static int judge(struct job *job, const struct apply *a)
{
	struct err e;
	int ret;

	if (!judge_run(&machine_real, a, job->q->health, &e)) {
		ret = keep(job, &e);
		ui_record_outcome(&job->record, RECORD_CONFIRMED, &a->sw);
		return ret ? ui_fail(job->ui, &e) : EXIT_CODE_OK;
	}
	if (e.code == EXIT_CODE_ROLLED_BACK)
		ui_record_failed(&job->record, &e);
	return ui_fail(job->ui, &e);
}

/* Kept and recorded first: whatever becomes of the one who reads of it, it has happened. */
static int after(struct job *job, const struct apply *a)
{
	bool young = a->probation_ms && ui_apply_first(a);
	bool judged = job->q->health && young;
	int code = EXIT_CODE_OK;
	struct err e;
	bool slow;

	slow = ui_switch_warn(job->ui, &a->sw, job->q->max_pause_ns, &job->record.record);
	if (!judged && keep(job, &e))
		code = (int)e.code;
	ui_record_outcome(&job->record, young ? RECORD_PROBATION : RECORD_DONE, &a->sw);
	if (!job->ui->json) {
		ui_apply(a);
		fflush(stdout);
	}
	if (code)
		return ui_fail(job->ui, &e);
	if (judged)
		code = judge(job, a);
	if (code)
		return code;
	if (job->ui->json)
		return ui_apply_json(a, judged, slow, job->q->install);
	if (a->probation_ms)
		ui_apply_probation(a, judged);
	if (job->q->install)
		ui_field("installed", "for every boot of this kernel, until 'mend uninstall'");
	return EXIT_CODE_OK;
}

/*
 * For the record. What was on before, as @a tells once it has looked, does not share the fate
 * of what goes on now: that is an older record's.
 */
static void note(struct job *job, const struct apply *a)
{
	const struct ui_request *q = job->q;
	struct record *r = &job->record.record;
	bool was_on;
	int i;

	r->nr_patches = 0;
	for (i = 0; i < q->nr_paths; i++) {
		const struct manifest *m = &job->bundles[i].manifest;

		was_on = a && a->on[i].was_on;
		if (!was_on || q->install)
			record_add(r, m->name, m->generation, !was_on);
	}
	for (i = 0; i < q->nr_off; i++)
		record_add(r, q->off[i], 0, false);
}

/* apply_run() has looked at everything and is about to begin. */
static int attempt(const struct apply *a, struct err *e)
{
	struct job *job = a->data;

	note(job, a);
	return job->q->unrecorded ? 0 : ui_record_attempt(&job->record, e);
}

/* Nothing is to be switched: this only adds to what is installed. */
static int install(struct job *job, bool are_on)
{
	struct err e;
	size_t i;

	for (i = 0; i < job->record.record.nr_patches; i++)
		job->record.record.patches[i].on = false;
	if (!ui_install_missing(job->q, job->bundles)) {
		err_set(&e, ERR_NOTHING, "%s installed%s already", job->q->nr_paths > 1 ?
			"all of them are" : "it is", are_on ? " and on" : "");
		return fail(job, &e, NULL);
	}
	if (ui_record_attempt(&job->record, &e) ||
	    ui_install_keep(&job->record, job->q, job->bundles, &e))
		return fail(job, &e, NULL);
	ui_record_outcome(&job->record, RECORD_DONE, NULL);
	return ui_install_print(job->ui, job->q, job->bundles, are_on);
}

static int apply(struct job *job, const struct bundle *bundles)
{
	const struct ui_request *q = job->q;
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
	if (!apply_run(&machine_real, &a, &e))
		code = after(job, &a);
	else if (q->install && e.code == EXIT_CODE_NOTHING)
		code = install(job, true);
	else
		code = fail(job, &e, &a.sw.blocker);
	ui_wait_end(&wait);
	apply_free(&a);
	return code;
}

/* Did the machine go down when this was tried the last time? */
static int check_history(const struct ui_request *q, const struct records *history,
			 const struct installed_list *installed, const struct bundle *b,
			 struct err *e)
{
	const struct manifest *m = &b->manifest;

	if (!installed_check_held(history, m->name, m->generation,
				  installed_forgiven(installed, m->name, m->generation),
				  q->keep_only, e))
		return 0;
	if (q->install)
		err_hint(e, "find out why; 'mend install --retry' installs it all the same");
	return -1;
}

static int read_store(const struct ui_request *q, struct records *history,
		      struct installed_list *installed, struct err *e)
{
	if (q->retry || (!store_read(&machine_real, history, e) &&
			 !installed_read(&machine_real, installed, e)) || q->unrecorded)
		return 0;
	return err_hint(e, "whether the machine went down with it cannot be told; 'mend apply "
			"--unrecorded' does without");
}

static int check_bundle(const struct ui_request *q, const struct policy *policy,
			const struct bundle *b, struct err *e)
{
	return policy_check(policy, q->keep_only ? POLICY_STAGE : POLICY_APPLY, b, e);
}

static int check_allowed(const struct ui_request *q, const struct policy *policy,
			 const struct bundle *bundles, struct err *e)
{
	struct installed_list installed = { 0 };
	struct records history = { 0 };
	int n, ret;

	ret = read_store(q, &history, &installed, e);
	for (n = 0; n < q->nr_paths && !ret; n++) {
		ret = check_bundle(q, policy, &bundles[n], e);
		if (!ret)
			ret = check_history(q, &history, &installed, &bundles[n], e);
		if (ret)
			err_context(e, "bundle '%s'", q->paths[n]);
	}
	if (!ret && q->install)
		ret = ui_install_space(q, bundles, e);
	records_free(&history);
	installed_free(&installed);
	return ret;
}

/* All are verified before the kernel is asked for anything. */
static int read_and_apply(struct job *job, const struct trust *t, const struct policy *policy)
{
	const struct ui_request *q = job->q;
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
		job->bundles = bundles;
		note(job, NULL);
		if (check_allowed(q, policy, bundles, &e))
			code = fail(job, &e, NULL);
		else
			code = q->keep_only ? install(job, false) : apply(job, bundles);
	}
	while (n)
		bundle_free(&bundles[--n]);
	free(bundles);
	return code;
}

/* What mend.conf says goes where the command line says nothing. */
static void add_policy(struct ui_request *q, const struct policy *policy)
{
	q->max_pause_ns = policy->max_pause_ns;
	if (q->install && !q->keep_only && policy->mode == POLICY_STAGE)
		q->keep_only = q->by_policy = true;
	if (q->probation_ms || q->how.forced)
		return;
	q->probation_ms = policy->probation_ms;
	q->health = policy->health;
}

int ui_job_run(struct ui *ui, struct ui_request *q)
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

static int set_probation(struct ui *ui, struct ui_request *q, const char *arg)
{
	char span[32];

	if (!period_parse(arg, MEND_PROBATION_MAX_MS, &q->probation_ms) || !q->probation_ms)
		ui->exit = ui_usage(ui, "'%s' is not a time of more than 0 and up to %s", arg,
				    ui_span(MEND_PROBATION_MAX_MS, span));
	return ui->exit;
}

int ui_job_set(struct ui *ui, struct ui_request *q, int option)
{
	switch (option) {
	case UI_JOB_KEYS:
		q->trust.keys = optarg;
		return 0;
	case UI_JOB_CERT:
		q->trust.cert = optarg;
		return 0;
	case UI_JOB_TIMEOUT:
		return ui_switch_timeout(ui, &q->how, optarg) ? ui->exit : 0;
	case UI_JOB_PROBATION:
		return set_probation(ui, q, optarg);
	case UI_JOB_HEALTH:
		q->health = optarg;
		return 0;
	case UI_JOB_RETRY:
		q->retry = true;
		return 0;
	default:
		return EXIT_CODE_USAGE;
	}
}

const char *ui_job_conflict(const struct ui_request *q)
{
	if (q->nr_paths < 1)
		return "a bundle is needed";
	if (q->nr_paths + q->nr_off > (int)MEND_SWITCH_OPS_MAX)
		return "too many patches for one switch: at most 64";
	if (q->trust.keys && q->trust.cert)
		return "at most one of --keys and --cert";
	if (q->health && !q->probation_ms)
		return "--health needs --probation";
	return NULL;
}
