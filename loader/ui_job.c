// SPDX-License-Identifier: MIT
/*
 * Bundles, verified, allowed, recorded and switched on: what "apply" and "install" have in
 * common.
 */
#include "ui_job.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/apply.h"
#include "lib/judge.h"
#include "lib/policy.h"
#include "ui_apply.h"
#include "ui_record.h"
#include "ui_wait.h"

/* A command that runs: everything that fails is recorded, too. */
struct job {
	struct ui *ui;
	const struct ui_request *q;
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

static int check_allowed(const struct ui_request *q, const struct policy *policy,
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
static void add_policy(struct ui_request *q, const struct policy *policy)
{
	q->max_pause_ns = policy->max_pause_ns;
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
