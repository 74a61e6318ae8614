// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switch: any set of patches, at one instant, or nothing.
 *
 *   plan      work out what changes, the next table and what no task may be
 *             inside of
 *   prepare   the patches' own callbacks; make ftrace call the handler at sites
 *             that jump and change, and at those that are new: they are not in
 *             the current table, so nothing changes yet
 *   arm       allocate the dirty set and watch the scheduler: from here on
 *             nothing is allocated
 *   sweep     look at tasks while the machine runs, until only those are left
 *             that ran in the last moment; a task inside: wait a little, again
 *   roll call would every CPU come? If one is caught in a loop, stopping would
 *             freeze the others: wait as for a task inside
 *   attempt   stop the machine, look at those, store one pointer; or leave
 *             everything as it was and sweep again; if a module came or went
 *             meanwhile, plan again
 *   commit    callbacks, states, statistics, sysfs, uevents: the machine goes on
 *             already
 *
 * A switch that is on probation is taken back in the same way, by a plan that is
 * made from its record.
 *
 * The table is also published when a module comes or goes (objects.c) and by the
 * self-test at load.
 *
 * Locking: switch_mutex is held from plan to commit; see patch.h for the
 * order. registry_mutex is held while planning and preparing, and from just
 * before the window to the end of commit. Not while waiting for a blocker: the
 * module notifier takes it, and the blocker may be in request_module().
 */
#define pr_fmt(fmt) "mend: " fmt

#include "switch.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "attempt.h"
#include "batch.h"
#include "callbacks.h"
#include "floor.h"
#include "patch.h"
#include "plan.h"
#include "plan_memory.h"
#include "probation.h"
#include "report.h"
#include "rollcall.h"
#include "sysfs.h"
#include "trace.h"
#include "waiting.h"

/* How long a site stays attached after the last patch on it went off. */
#define LINGER_MS	500

/* While somebody else has the switch mutex. */
#define LOCK_MIN_US	500
#define LOCK_MAX_US	3000

static DEFINE_MUTEX(switch_mutex);

/* The machine is suspending. One word; see switch_forbid(). */
static bool forbidden;

bool switch_walk_all;

/**
 * struct job - a switch on its way
 * @plan: what happens
 * @timeout_ms: as in struct switch_request
 * @force: the same
 * @back: it takes a switch back: the number of its record; 0: it does not
 * @why: and why
 * @probation: the record of this one; NULL: it is confirmed at once
 * @out: what is told
 */
struct job {
	struct plan plan;
	u32 timeout_ms;
	bool force;
	u64 back;
	struct mend_report why;
	struct probation *probation;
	struct mend_switch *out;
};

/* Before the window: callbacks, and sites that are new. registry_mutex held. */
static int prepare_steps(struct plan *plan, struct mend_report *report)
{
	struct patch_object *object;
	struct plan_step *step;
	int err;

	plan_for_each_object(plan, step, object) {
		if (!object->bound)
			continue;
		if (step->to == PATCH_OFF || step->to == PATCH_ROLLED_BACK)
			callback_pre_unpatch(object);
		if (step->to != PATCH_ON)
			continue;
		err = callback_pre_patch(object, report);
		if (err)
			return err;
	}
	err = batch_unjump(plan->next, report);
	return err ? err : batch_attach(plan->attach, plan->nr_sites, report);
}

/* May be done again, when modules came or went. */
static int prepare(struct plan *plan, struct mend_report *report)
{
	int err;

	mutex_lock(&registry_mutex);
	err = plan_work_out(plan, report);
	if (!err)
		err = prepare_steps(plan, report);
	mutex_unlock(&registry_mutex);
	return err;
}

/* The switch did not happen: undo prepare_steps(). */
static void unprepare(struct plan *plan)
{
	struct patch_object *object;
	struct plan_step *step;

	mutex_lock(&registry_mutex);
	plan_for_each_object(plan, step, object) {
		if (step->to == PATCH_ON)
			callback_post_unpatch(object);
		if (step->to == PATCH_OFF || step->to == PATCH_ROLLED_BACK)
			callback_post_patch(object);
	}
	mutex_unlock(&registry_mutex);
}

/* What tasks were found clean of is not what they must be clean of now. */
static int begin_with_new_plan(struct attempt *attempt, struct plan *plan,
			       struct mend_switch *out)
{
	bool armed = !attempt->walk;
	int err;

	attempt_disarm(attempt);
	err = prepare(plan, &out->report);
	attempt->check.ranges = plan->ranges;
	if (!err && armed)
		err = attempt_arm(attempt, out);
	return err;
}

static int report_forbidden(struct mend_report *report)
{
	return report_fail(report, -EBUSY, MEND_R_SUSPEND,
			   "the machine is suspending; nothing was changed");
}

/* Nobody may wait for a blocker while something that hurts is to be taken back. */
static int give_way(const struct job *job)
{
	if (READ_ONCE(forbidden))
		return report_forbidden(&job->out->report);
	if (job->back || !probation_is_urgent())
		return 0;
	return report_fail(&job->out->report, -EBUSY, MEND_R_BUSY,
			   "a switch that is on probation has to be taken back first; nothing was changed");
}

/* After an attempt that failed: 0: there will be another one. */
static int wait_for_next(struct attempt *attempt, const struct job *job, u64 start, u32 tries)
{
	u64 deadline = start + (u64)job->timeout_ms * NSEC_PER_MSEC;
	u64 now = ktime_get_ns();
	unsigned int delay;
	int err;

	waiting_set(&attempt->check, start);
	if (now >= deadline)
		return attempt_blocked(attempt, job->out);
	err = give_way(job);
	if (err)
		return err;
	if (signal_pending(current))
		return report_fail(&job->out->report, -EINTR, MEND_R_INTERRUPTED,
				   "interrupted while waiting; nothing was changed");
	delay = attempt_delay_us(attempt, tries, deadline - now);
	usleep_range(delay, delay + delay / 4);
	return 0;
}

static int attempt_until(struct attempt *attempt, struct job *job, u64 start)
{
	u64 deadline = start + (u64)job->timeout_ms * NSEC_PER_MSEC;
	struct mend_switch *out = job->out;
	u32 tries = 0;
	int err;

	for (;;) {
		err = attempt_once(attempt, out);
		out->wait_ns = ktime_get_ns() - start;
		if (err == -EBUSY && start + out->wait_ns >= deadline && job->force)
			err = attempt_by_force(attempt, out);
		if (err == -EAGAIN) {
			err = begin_with_new_plan(attempt, &job->plan, out);
			if (!err)
				continue;
		}
		if (err != -EBUSY)
			return err;
		if (attempt_anew(attempt, out))
			continue;
		err = wait_for_next(attempt, job, start, tries++);
		if (err)
			return err;
	}
}

/*
 * The first roll call comes before anything that waits for RCU, which a CPU that
 * is caught in a loop would hold up, too.
 */
static int wait_for_cpus(struct attempt *attempt, struct job *job, u64 start)
{
	u32 tries = 0;
	int err = 0;

	while (!err && !rollcall(&attempt->check)) {
		err = wait_for_next(attempt, job, start, tries++);
		job->out->wait_ns = ktime_get_ns() - start;
	}
	return err;
}

static int arm_and_attempt(struct attempt *attempt, struct job *job)
{
	u64 start = ktime_get_ns();
	int err;

	attempt->walk = true;
	err = wait_for_cpus(attempt, job, start);
	if (err)
		return err;
	if (!READ_ONCE(switch_walk_all)) {
		err = attempt_arm(attempt, job->out);
		if (err && !job->back)
			return err;
		/* What hurts is taken back without memory, too. */
		if (err)
			report_clear(&job->out->report);
	}
	return attempt_until(attempt, job, start);
}

static void commit_callbacks(const struct plan *plan)
{
	struct patch_object *object;
	const struct plan_step *step;

	plan_for_each_object(plan, step, object) {
		if (step->to == PATCH_REPLACED)
			callback_superseded(object);
		else if (step->to == PATCH_ON)
			callback_post_patch(object);
		else
			callback_post_unpatch(object);
	}
}

/* It is never unloaded. One reference, once. */
static void pin(struct patch *patch)
{
	if (patch->pinned)
		return;
	__module_get(patch->mod);
	patch->pinned = true;
}

static void commit_step(const struct plan_step *step, const struct switch_record *record,
			const struct job *job, bool forced)
{
	struct patch *patch = step->patch;

	patch_set_state(patch, step->to);
	report_clear(&patch->why);
	if (step->to == PATCH_ROLLED_BACK)
		patch->why = job->why;
	patch->off_wanted = false;
	patch->last = *record;
	patch->forced |= forced;
	/*
	 * Without the author's word, pointers into the payload may outlive the
	 * switching off; with force, a task may be inside for ever.
	 */
	if (forced || (step->to == PATCH_ON && !patch->unloadable))
		pin(patch);
	if (step->to != PATCH_ON)
		return;
	patch->seq = step->seq;
	/* Otherwise confirming does; and what comes on again has been on before. */
	if (!job->probation && !job->back)
		floor_raise(patch->name, patch->generation);
}

/* registry_mutex held since before the window. */
static void commit(struct job *job, bool forced)
{
	const struct mend_switch *out = job->out;
	const struct plan *plan = &job->plan;
	struct switch_record record = {
		.pause_ns = out->pause_ns,
		.rendezvous_ns = out->rendezvous_ns,
		.wait_ns = out->wait_ns,
		.attempts = out->attempts,
		.at = ktime_get_real_seconds(),
	};
	u32 i;

	/* First: to them, what is superseded is still there (mend_get_prev_state()). */
	commit_callbacks(plan);
	for (i = 0; i < plan->nr_steps; i++)
		commit_step(&plan->steps[i], &record, job, forced);
	if (job->back)
		probation_taken_back(job->back, plan);
	else
		probation_switched(plan, job->probation);
	job->probation = NULL;
}

/* Tell everybody; then let go of payloads that went off. */
static void announce(const struct plan *plan, const struct mend_switch *out)
{
	u32 i;

	for (i = 0; i < plan->nr_steps; i++) {
		struct patch *patch = plan->steps[i].patch;

		pr_info("patch '%s' generation %llu is %s: pause %llu us, attempt %u\n",
			patch->name, patch->generation, state_name(patch->state),
			div_u64(out->pause_ns, NSEC_PER_USEC), out->attempts);
		trace_mend_switch(patch->name, patch->generation, state_name(patch->state),
				  out->pause_ns, out->rendezvous_ns, out->attempts);
		sysfs_patch_changed(patch);
		if (plan->steps[i].to == PATCH_ON)
			add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
		else
			module_put(patch->mod);
	}
}

static void warn_forced(const struct mend_switch *out)
{
	pr_warn("switched by force: %s (pid %d) was in %s; old and new code run at the same time until it has left; the kernel is tainted\n",
		out->blocker.comm, out->blocker.pid, out->blocker.func);
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
}

static void publish_done(struct attempt *attempt, struct job *job)
{
	plan_published(&job->plan);
	/* stop_machine() has returned: nobody reads it any more. */
	kvfree(attempt->old);
	if (attempt->force)
		warn_forced(job->out);
	commit(job, attempt->force);
	mutex_unlock(&registry_mutex);
}

static int switch_plan(struct job *job)
{
	/* Belongs to the holder of the switch mutex. */
	static struct attempt attempt;
	int err;

	attempt = (struct attempt){ .walk = true, .plan = &job->plan };
	batch_hold();
	err = prepare(&job->plan, &job->out->report);
	attempt.check.ranges = job->plan.ranges;
	if (!err)
		err = arm_and_attempt(&attempt, job);
	waiting_clear();
	if (!err)
		publish_done(&attempt, job);
	else
		unprepare(&job->plan);
	attempt_disarm(&attempt);
	batch_release_unused(err ? 0 : LINGER_MS);
	return err;
}

static void clear_out(struct mend_switch *out)
{
	out->attempts = 0;
	out->tasks = 0;
	out->pause_ns = 0;
	out->rendezvous_ns = 0;
	out->wait_ns = 0;
	report_clear(&out->report);
	memset(&out->blocker, 0, sizeof(out->blocker));
}

/* What taking it back will need, before it happens. */
static int make_probation(struct job *job, u32 ms, struct mend_report *report)
{
	int err = 0;

	if (ms)
		err = probation_make(&job->plan, ms, &job->probation, report);
	if (!err && (job->probation || probation_is_on()) && plan_reserve())
		err = report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	return err;
}

static int make_steps(struct job *job, const struct switch_request *request)
{
	struct mend_report *report = &job->out->report;
	int err;

	mutex_lock(&registry_mutex);
	err = plan_steps(&job->plan, request->ops, request->nr_ops, request->loading, report);
	if (!err)
		err = make_probation(job, request->probation_ms, report);
	mutex_unlock(&registry_mutex);
	return err;
}

static void end_job(struct job *job)
{
	mutex_lock(&registry_mutex);
	probation_drop(job->probation);
	plan_free(&job->plan);
	mutex_unlock(&registry_mutex);
}

int switch_run(const struct switch_request *request, struct mend_switch *out)
{
	struct job job = {
		.timeout_ms = request->timeout_ms,
		.force = request->force,
		.out = out,
	};
	int err;

	clear_out(out);
	if (mutex_lock_interruptible(&switch_mutex))
		return report_fail(&out->report, -EINTR, MEND_R_INTERRUPTED,
				   "interrupted while another switch was under way");
	/* Under the mutex: switch_forbid() waits for it after it has set this. */
	if (READ_ONCE(forbidden))
		err = report_forbidden(&out->report);
	else
		err = make_steps(&job, request);
	if (!err)
		err = switch_plan(&job);
	if (!err)
		announce(&job.plan, out);
	end_job(&job);
	mutex_unlock(&switch_mutex);
	if (err && err != -EALREADY)
		pr_warn("switch refused: %s\n", out->report.text);
	return err;
}

/* Whoever has it may be waiting for RCU on a CPU that is caught in a loop. */
static bool lock_within(u32 timeout_ms)
{
	u64 end = ktime_get_ns() + (u64)timeout_ms * NSEC_PER_MSEC;

	while (!mutex_trylock(&switch_mutex)) {
		if (ktime_get_ns() >= end)
			return false;
		usleep_range(LOCK_MIN_US, LOCK_MAX_US);
	}
	return true;
}

static int plan_back(struct job *job, bool restore)
{
	int err;

	mutex_lock(&registry_mutex);
	/* There may be more registered than when it was kept back; or it was used. */
	plan_reserve();
	err = probation_plan(job->back, &job->plan, restore, &job->why);
	if (err == -ENOMEM)
		report_fail(&job->out->report, err, MEND_R_NOMEM, "out of memory");
	/* Everything of it was replaced by what is on probation itself. */
	if (!err && !job->plan.nr_steps)
		probation_taken_back(job->back, &job->plan);
	mutex_unlock(&registry_mutex);
	return err;
}

int switch_back(u64 id, u32 timeout_ms, bool restore, struct mend_switch *out)
{
	struct job job = { .timeout_ms = timeout_ms, .back = id, .out = out };
	int err;

	clear_out(out);
	if (!lock_within(timeout_ms))
		return report_fail(&out->report, -EBUSY, MEND_R_BUSY,
				   "another switch is under way and does not end");
	if (READ_ONCE(forbidden))
		err = report_forbidden(&out->report);
	else
		err = plan_back(&job, restore);
	if (!err && job.plan.nr_steps) {
		err = switch_plan(&job);
		if (!err)
			announce(&job.plan, out);
	}
	end_job(&job);
	mutex_unlock(&switch_mutex);
	return err;
}

void switch_forbid(void)
{
	WRITE_ONCE(forbidden, true);
	switch_wait();
}

void switch_allow(void)
{
	WRITE_ONCE(forbidden, false);
}

void switch_wait(void)
{
	mutex_lock(&switch_mutex);
	mutex_unlock(&switch_mutex);
}

int switch_one(const char *name, u64 generation, u32 action, u32 timeout_ms)
{
	struct mend_op op = { .generation = generation, .action = action };
	struct switch_request request = { .ops = &op, .nr_ops = 1, .timeout_ms = timeout_ms };
	struct mend_switch *out;
	int err;

	out = kzalloc(sizeof(*out), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	strscpy(op.name, name, sizeof(op.name));
	err = switch_run(&request, out);
	kfree(out);
	return err;
}
