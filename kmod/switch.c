// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switch: any set of patches, at one instant, or nothing.
 *
 *   plan      work out what changes, the next table and what no task may be
 *             inside of
 *   prepare   the patches' own callbacks; make ftrace call the handler at sites
 *             that are new: they are not in the current table, so nothing
 *             changes yet
 *   arm       allocate the dirty set and watch the scheduler: from here on
 *             nothing is allocated
 *   sweep     look at tasks while the machine runs, until only those are left
 *             that ran in the last moment; a task inside: wait a little, again
 *   attempt   stop the machine, look at those, store one pointer; or leave
 *             everything as it was and sweep again; if a module came or went
 *             meanwhile, plan again
 *   commit    callbacks, states, statistics, sysfs, uevents: the machine goes on
 *             already
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
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>
#include "batch.h"
#include "bind.h"
#include "callbacks.h"
#include "consistency.h"
#include "dirty.h"
#include "floor.h"
#include "patch.h"
#include "plan.h"
#include "redirect.h"
#include "report.h"
#include "sysfs.h"
#include "trace.h"
#include "waiting.h"

/* How long a site stays attached after the last patch on it went off. */
#define LINGER_MS	500

/*
 * Between two attempts. Looking costs next to nothing with the dirty set, so
 * that a blocker that has left is noticed at once; walking all stops the
 * machine each time.
 */
#define DELAY_MIN_US		500
#define DELAY_MAX_US		3000
#define DELAY_MAX_WALK_US	50000

static DEFINE_MUTEX(switch_mutex);

/* The machine is suspending. One word; see switch_forbid(). */
static bool forbidden;

bool switch_walk_all;

/**
 * struct attempt - one visit to the stop window
 * @check: the task check, in and out
 * @plan: what to publish
 * @old: out: what was published before
 * @force: whatever the check says
 * @walk: look at all tasks in the window; otherwise the dirty set is armed
 * @armed_ns: since when
 * @called_ns: when stop_machine() was called; CLOCK_MONOTONIC
 * @begin_ns: the window's begin as seen by the CPU that works in it
 * @end_ns: and its end
 * @done: published
 */
struct attempt {
	struct consistency check;
	const struct plan *plan;
	const struct table *old;
	bool force;
	bool walk;
	u64 armed_ns;
	u64 called_ns;
	u64 begin_ns;
	u64 end_ns;
	bool done;
};

/*
 * The stop window. All CPUs are here, in the stopper threads, with interrupts
 * off; one of them runs this. No allocation, no printk, no sleeping.
 */
static int stop_window(void *data)
{
	struct attempt *attempt = data;

	attempt->begin_ns = ktime_get_mono_fast_ns();
	attempt->done = attempt->walk ? consistency_check_all(&attempt->check) :
					dirty_check(&attempt->check);
	attempt->done |= attempt->force;
	if (attempt->done) {
		attempt->old = redirect_current();
		redirect_publish(attempt->plan->next);
		callbacks_at_switch(attempt->plan->calls, attempt->plan->nr_calls);
	}
	attempt->end_ns = ktime_get_mono_fast_ns();
	return 0;
}

/* Is it worth stopping the machine? */
static bool sweep(struct attempt *attempt)
{
	if (attempt->walk || attempt->force)
		return true;
	consistency_begin(&attempt->check);
	return dirty_sweep(&attempt->check);
}

static int visit_window(struct attempt *attempt, struct mend_switch *out)
{
	int err;

	out->attempts++;
	attempt->called_ns = ktime_get_mono_fast_ns();
	err = stop_machine(stop_window, attempt, NULL);
	if (err)
		return report_fail(&out->report, -EIO, MEND_R_INTERNAL,
				   "stop_machine() failed with error %d", err);
	out->tasks = attempt->check.tasks;
	out->pause_ns = attempt->end_ns - attempt->begin_ns;
	out->rendezvous_ns = attempt->begin_ns - attempt->called_ns;
	trace_mend_attempt(out->attempts, attempt->check.tasks, out->pause_ns, attempt->done);
	return attempt->done ? 0 : -EBUSY;
}

/*
 * -EAGAIN: a module came or went since the plan was made. On success
 * registry_mutex is kept: nothing may come between the switch and its commit.
 */
static int attempt_once(struct attempt *attempt, struct mend_switch *out)
{
	int err = -EAGAIN;

	if (!sweep(attempt))
		return -EBUSY;
	mutex_lock(&registry_mutex);
	if (bind_epoch() == attempt->plan->epoch)
		err = visit_window(attempt, out);
	if (err)
		mutex_unlock(&registry_mutex);
	return err;
}

static int report_blocker(struct attempt *attempt, struct mend_switch *out)
{
	struct mend_blocker *blocker = &out->blocker;

	consistency_describe(&attempt->check, blocker);
	if (blocker->pid == task_pid_nr(current))
		return report_fail(&out->report, -EINVAL, MEND_R_UNPATCHABLE,
				   "%s is on the stack of whoever switches; it cannot be patched this way",
				   blocker->func);
	if (attempt->check.verdict == STACK_UNRELIABLE)
		return report_fail(&out->report, -EBUSY, MEND_R_UNRELIABLE,
				   "the stack of %s (pid %d) cannot be read reliably; nothing was changed",
				   blocker->comm, blocker->pid);
	return report_fail(&out->report, -EBUSY, MEND_R_BUSY,
			   "%s (pid %d) is in %s; nothing was changed", blocker->comm,
			   blocker->pid, blocker->func);
}

static unsigned int wait_before(const struct attempt *attempt, u32 tries, u64 left_ns)
{
	u64 max = attempt->walk ? DELAY_MAX_WALK_US : DELAY_MAX_US;
	u64 delay = DELAY_MIN_US << min_t(u32, tries, 10);

	return min3(delay, max, left_ns / NSEC_PER_USEC + 1);
}

static int arm(struct attempt *attempt, struct mend_switch *out)
{
	int err = dirty_arm();

	if (err)
		return report_fail(&out->report, err, MEND_R_NOMEM,
				   "cannot watch the scheduler: error %d", err);
	attempt->walk = false;
	attempt->armed_ns = ktime_get_ns();
	return 0;
}

static void disarm(struct attempt *attempt)
{
	if (attempt->walk)
		return;
	dirty_disarm();
	attempt->walk = true;
}

/*
 * The dirty set has lost a task. In a long wait, tasks that have died meanwhile
 * fill it: begin anew. If it did not last, only a walk of all will do.
 */
static bool begin_anew(struct attempt *attempt, struct mend_switch *out)
{
	bool lasted;

	if (attempt->walk || !dirty_overflowed())
		return false;
	lasted = ktime_get_ns() - attempt->armed_ns > NSEC_PER_SEC;
	disarm(attempt);
	if (lasted && arm(attempt, out))
		report_clear(&out->report);	/* then walk */
	return true;
}

static int report_forbidden(struct mend_report *report)
{
	return report_fail(report, -EBUSY, MEND_R_SUSPEND,
			   "the machine is suspending; nothing was changed");
}

/* Before the window: callbacks, and sites that are new. registry_mutex held. */
static int prepare_steps(struct plan *plan, struct mend_report *report)
{
	struct patch_object *object;
	struct plan_step *step;
	int err;

	plan_for_each_object(plan, step, object) {
		if (!object->bound)
			continue;
		if (step->to == PATCH_OFF)
			callback_pre_unpatch(object);
		if (step->to != PATCH_ON)
			continue;
		err = callback_pre_patch(object, report);
		if (err)
			return err;
	}
	return batch_attach(plan->attach, plan->nr_sites, report);
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
		if (step->to == PATCH_OFF)
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

	disarm(attempt);
	err = prepare(plan, &out->report);
	attempt->check.ranges = plan->ranges;
	if (!err && armed)
		err = arm(attempt, out);
	return err;
}

/* Who is in the way is named all the same. */
static int attempt_by_force(struct attempt *attempt, struct mend_switch *out)
{
	report_blocker(attempt, out);
	report_clear(&out->report);
	attempt->force = true;
	return attempt_once(attempt, out);
}

static int attempt_until(struct attempt *attempt, struct plan *plan,
			 const struct switch_request *request, struct mend_switch *out)
{
	u64 start = ktime_get_ns(), now;
	u64 deadline = start + (u64)request->timeout_ms * NSEC_PER_MSEC;
	unsigned int delay;
	u32 tries = 0;
	int err;

	for (;;) {
		err = attempt_once(attempt, out);
		now = ktime_get_ns();
		out->wait_ns = now - start;
		if (err == -EBUSY && now >= deadline && request->force)
			err = attempt_by_force(attempt, out);
		if (err == -EAGAIN) {
			err = begin_with_new_plan(attempt, plan, out);
			if (!err)
				continue;
		}
		if (err != -EBUSY)
			return err;
		if (begin_anew(attempt, out))
			continue;
		waiting_set(&attempt->check, start);
		if (now >= deadline)
			return report_blocker(attempt, out);
		if (READ_ONCE(forbidden))
			return report_forbidden(&out->report);
		if (signal_pending(current))
			return report_fail(&out->report, -EINTR, MEND_R_INTERRUPTED,
					   "interrupted while waiting; nothing was changed");
		delay = wait_before(attempt, tries++, deadline - now);
		usleep_range(delay, delay + delay / 4);
	}
}

static int arm_and_attempt(struct attempt *attempt, struct plan *plan,
			   const struct switch_request *request, struct mend_switch *out)
{
	int err;

	attempt->walk = true;
	if (!READ_ONCE(switch_walk_all)) {
		err = arm(attempt, out);
		if (err)
			return err;
	}
	return attempt_until(attempt, plan, request, out);
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
			bool forced)
{
	struct patch *patch = step->patch;

	patch_set_state(patch, step->to);
	report_clear(&patch->why);
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
	floor_raise(patch->name, patch->generation);
}

/* registry_mutex held since before the window. */
static void commit(const struct plan *plan, const struct mend_switch *out, bool forced)
{
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
		commit_step(&plan->steps[i], &record, forced);
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

static void publish_done(struct attempt *attempt, struct plan *plan, const struct table *old,
			 const struct mend_switch *out)
{
	plan->next = NULL;	/* published */
	/* stop_machine() has returned: nobody reads it any more. */
	kvfree(old);
	if (attempt->force)
		warn_forced(out);
	commit(plan, out, attempt->force);
	mutex_unlock(&registry_mutex);
}

static int switch_plan(struct plan *plan, const struct switch_request *request,
		       struct mend_switch *out)
{
	struct attempt *attempt;
	int err;

	attempt = kzalloc(sizeof(*attempt), GFP_KERNEL);
	if (!attempt)
		return report_fail(&out->report, -ENOMEM, MEND_R_NOMEM, "out of memory");
	attempt->walk = true;
	attempt->plan = plan;
	batch_hold();
	err = prepare(plan, &out->report);
	attempt->check.ranges = plan->ranges;
	if (!err)
		err = arm_and_attempt(attempt, plan, request, out);
	waiting_clear();
	if (!err)
		publish_done(attempt, plan, attempt->old, out);
	else
		unprepare(plan);
	disarm(attempt);
	batch_release_unused(err ? 0 : LINGER_MS);
	kfree(attempt);
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

static int make_steps(struct plan *plan, const struct switch_request *request,
		      struct mend_report *report)
{
	int err;

	mutex_lock(&registry_mutex);
	err = plan_steps(plan, request->ops, request->nr_ops, request->loading, report);
	mutex_unlock(&registry_mutex);
	return err;
}

int switch_run(const struct switch_request *request, struct mend_switch *out)
{
	struct plan plan = {};
	int err;

	clear_out(out);
	if (mutex_lock_interruptible(&switch_mutex))
		return report_fail(&out->report, -EINTR, MEND_R_INTERRUPTED,
				   "interrupted while another switch was under way");
	/* Under the mutex: switch_forbid() waits for it after it has set this. */
	if (READ_ONCE(forbidden))
		err = report_forbidden(&out->report);
	else
		err = make_steps(&plan, request, &out->report);
	if (!err)
		err = switch_plan(&plan, request, out);
	if (!err)
		announce(&plan, out);
	plan_free(&plan);
	mutex_unlock(&switch_mutex);
	if (err && err != -EALREADY)
		pr_warn("switch refused: %s\n", out->report.text);
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
