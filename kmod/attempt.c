// SPDX-License-Identifier: GPL-2.0-only
/*
 * One attempt of a switch; see attempt.h.
 *
 * Locking: an attempt belongs to the holder of the switch mutex. registry_mutex is
 * taken just before the machine is stopped, and not while looking at tasks.
 */
#include "attempt.h"

#include <linux/bug.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/stop_machine.h>
#include "batch.h"
#include "bind.h"
#include "callbacks.h"
#include "dirty.h"
#include "patch.h"
#include "redirect.h"
#include "report.h"
#include "rollcall.h"
#include "trace.h"

/*
 * Between two attempts. Looking costs next to nothing with the dirty set, so
 * that a blocker that has left is noticed at once; walking all stops the
 * machine each time.
 */
#define DELAY_MIN_US		500
#define DELAY_MAX_US		3000
#define DELAY_MAX_WALK_US	50000

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

static bool sweep(struct attempt *attempt)
{
	if (attempt->walk || attempt->force)
		return true;
	consistency_begin(&attempt->check);
	return dirty_sweep(&attempt->check);
}

/*
 * Is it worth stopping the machine? The roll call costs every CPU a visit, so
 * that it comes only when nobody is in the way; and what has run meanwhile is
 * looked at out here.
 */
static bool is_worth_it(struct attempt *attempt)
{
	return sweep(attempt) && rollcall(&attempt->check) && sweep(attempt);
}

static int visit_window(struct attempt *attempt, struct mend_switch *out)
{
	int err;

	if (IS_ENABLED(CONFIG_MEND_SELFTEST))
		WARN_ON(!batch_jumps_agree(attempt->plan->next));
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

int attempt_once(struct attempt *attempt, struct mend_switch *out)
{
	int err = -EAGAIN;

	if (!is_worth_it(attempt))
		return -EBUSY;
	mutex_lock(&registry_mutex);
	if (bind_epoch() == attempt->plan->epoch)
		err = visit_window(attempt, out);
	if (err)
		mutex_unlock(&registry_mutex);
	return err;
}

int attempt_blocked(struct attempt *attempt, struct mend_switch *out)
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
	if (attempt->check.verdict == STACK_STUCK)
		return report_fail(&out->report, -EBUSY, MEND_R_BUSY,
				   "%s (pid %d) does not leave its CPU, in %s; nothing was changed",
				   blocker->comm, blocker->pid, blocker->func);
	return report_fail(&out->report, -EBUSY, MEND_R_BUSY,
			   "%s (pid %d) is in %s; nothing was changed", blocker->comm,
			   blocker->pid, blocker->func);
}

unsigned int attempt_delay_us(const struct attempt *attempt, u32 tries, u64 left_ns)
{
	u64 max = attempt->walk ? DELAY_MAX_WALK_US : DELAY_MAX_US;
	u64 delay = DELAY_MIN_US << min_t(u32, tries, 10);

	return min3(delay, max, left_ns / NSEC_PER_USEC + 1);
}

int attempt_arm(struct attempt *attempt, struct mend_switch *out)
{
	int err = dirty_arm();

	if (err)
		return report_fail(&out->report, err, MEND_R_NOMEM,
				   "cannot watch the scheduler: error %d", err);
	attempt->walk = false;
	attempt->armed_ns = ktime_get_ns();
	return 0;
}

void attempt_disarm(struct attempt *attempt)
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
bool attempt_anew(struct attempt *attempt, struct mend_switch *out)
{
	bool lasted;

	if (attempt->walk || !dirty_overflowed())
		return false;
	lasted = ktime_get_ns() - attempt->armed_ns > NSEC_PER_SEC;
	attempt_disarm(attempt);
	if (lasted && attempt_arm(attempt, out))
		report_clear(&out->report);	/* then walk */
	return true;
}

/* Who is in the way is named all the same. */
int attempt_by_force(struct attempt *attempt, struct mend_switch *out)
{
	attempt_blocked(attempt, out);
	report_clear(&out->report);
	attempt->force = true;
	return attempt_once(attempt, out);
}
