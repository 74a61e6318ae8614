// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking back: the work that acts on what the witnesses of probation say.
 *
 * There is one such work. It runs when a witness has seen something, and a few
 * times a second while anything is on probation, since not everything has a
 * witness that calls (a deadline; a soft lockup). It takes back what is due, one
 * switch after the other, by the way of any switch; what cannot be taken back
 * now, it tries again next time.
 *
 * It has to run on a machine that is in trouble: its queue has a rescuer, so that
 * it needs no memory; and the timer fires in a hard interrupt, so that on
 * a real-time kernel it comes through on a CPU that does not schedule.
 *
 * Locking: @outcome belongs to the work. What is known of probation is behind
 * registry_mutex, in probation.c.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "rollback.h"

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include "compat/compat.h"
#include "patch.h"
#include "probation.h"
#include "report.h"
#include "switch.h"
#include "watch.h"

/* For one attempt; then the blocker is named, and others may have their turn. */
#define ATTEMPT_MS	300

static struct workqueue_struct *queue;
static struct hrtimer timer;
static struct mend_switch outcome;

static void rollback_work_fn(struct work_struct *work);
static DECLARE_WORK(rollback_work, rollback_work_fn);

static enum hrtimer_restart rollback_timer_fn(struct hrtimer *unused)
{
	queue_work(queue, &rollback_work);
	return HRTIMER_NORESTART;
}

/* Is it done, over already, or would it succeed at another time? */
static bool is_not_refused(const struct mend_report *report)
{
	switch (report->reason) {
	case MEND_R_OK:
	case MEND_R_NOMEM:
	case MEND_R_INTERRUPTED:
	case MEND_R_BUSY:
	case MEND_R_UNRELIABLE:
	case MEND_R_SUSPEND:
		return true;
	default:
		return false;
	}
}

/*
 * What was superseded may refuse to come back: its callback, a function that
 * somebody else has taken, a module that it requires. What hurts goes all the
 * same.
 */
static int take_back(u64 id)
{
	int err = switch_back(id, ATTEMPT_MS, true, &outcome);

	if (is_not_refused(&outcome.report))
		return err;
	pr_err("what was superseded cannot come back: %s\n", outcome.report.text);
	return switch_back(id, ATTEMPT_MS, false, &outcome);
}

/* What is in the way, without the consolation that comes with it. */
static const char *in_the_way(void)
{
	char *end = strstr(outcome.report.text, "; nothing was changed");

	if (end)
		*end = '\0';
	return outcome.report.text;
}

static void take_back_all_due(void)
{
	u64 id = 0;
	int err;

	while ((id = probation_next_due(id))) {
		err = take_back(id);
		if (!err || err == -ENOENT)
			continue;
		mutex_lock(&registry_mutex);
		probation_blocked(id, in_the_way());
		mutex_unlock(&registry_mutex);
	}
}

static void rollback_work_fn(struct work_struct *work)
{
	u32 ms;

	take_back_all_due();
	probation_reap();
	ms = probation_look_again_ms();
	if (ms)
		hrtimer_start(&timer, ms_to_ktime(ms), HRTIMER_MODE_REL_HARD);
}

int rollback_now(const char *name, u64 generation, u32 reason, struct mend_report *report)
{
	int err = probation_condemn(name, generation, reason, report);

	if (err)
		return err;
	queue_work(queue, &rollback_work);
	flush_work(&rollback_work);
	return probation_still_condemned(name, generation, report);
}

int rollback_init(void)
{
	int err;

	queue = alloc_ordered_workqueue("mend_rollback", WQ_MEM_RECLAIM | WQ_HIGHPRI);
	if (!queue)
		return -ENOMEM;
	compat_hrtimer_setup(&timer, rollback_timer_fn, CLOCK_BOOTTIME, HRTIMER_MODE_REL_HARD);
	err = watch_init(queue, &rollback_work);
	if (err)
		destroy_workqueue(queue);
	return err;
}

void rollback_exit(void)
{
	watch_exit();
	/* Nothing is on probation: the work does not start it again. */
	hrtimer_cancel(&timer);
	flush_work(&rollback_work);
	hrtimer_cancel(&timer);
	destroy_workqueue(queue);
	probation_reap();
}
