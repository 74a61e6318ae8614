// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the handler to plain jumps, and back: where the kernel can do that.
 *
 * The handler is what makes a switch one store. Between switches it is not needed:
 * where a function's calls go stands still, and a jump gets there in one instruction.
 * So a while after a switch a worker has calls of redirected functions jump, and the
 * next switch that changes where one of them goes has it call the handler again,
 * before anything else happens. The rule that all of this keeps:
 *
 *   A function jumps only to where the current table sends it, and if a switch
 *   changes that entry, then at its window the function does not jump.
 *
 * Hence whoever publishes a table that differs from the current one needs either no
 * jump at those functions (batch_unjump(), in a switch), or no calls (a module that
 * goes). docs/consistency.md has the argument for those who are on their way through
 * a jump at the time.
 *
 *   to jumps    plant them, beside the handler: both lead to the same place. Then take
 *               the handler away, which waits for every task: BATCH_SETTLING
 *   back        attach the handler, beside the jumps, then remove these. Neither waits
 *
 * In between, ftrace calls both through its list function.
 *
 * Nothing jumps that may have to be taken back in a hurry: whatever holds batches (a
 * switch under way, probation) keeps the worker from planting. Nor does a batch jump
 * with a function at which somebody else has a direct call: ftrace refuses, and the
 * whole batch stays with the handler.
 *
 * Locking: jumps are planted and removed, and batches begin to settle, with
 * registry_mutex held, under which table and batches stand still. They are settled
 * without any lock, and whoever needs the batch waits.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "batch_list.h"

#ifdef MEND_HAVE_JUMPS

#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "patch.h"
#include "redirect.h"
#include "report.h"

#define NO_MEMORY_MS	10

unsigned int batch_jump_ms = 1000;

static void jump_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(jump_work, jump_work_fn);
static DECLARE_WAIT_QUEUE_HEAD(has_settled);
/* How many batches settle; batch_mutex. */
static unsigned int settling;

static void set_way(struct batch *batch, enum batch_way way)
{
	mutex_lock(&batch_mutex);
	settling += (way == BATCH_SETTLING) - (batch->way == BATCH_SETTLING);
	batch->way = way;
	mutex_unlock(&batch_mutex);
}

static void forget_jumps(struct batch *batch)
{
	kvfree(batch->jumps);
	batch->jumps = NULL;
	batch->nr_jumps = 0;
}

static int collect_jumps(struct batch *batch, const struct table *table)
{
	struct table_entry *jump;
	u32 i;

	batch->jumps = kvmalloc_array(batch->nr, sizeof(*batch->jumps), GFP_KERNEL);
	if (!batch->jumps)
		return -ENOMEM;
	for (i = 0; i < batch->nr; i++) {
		jump = &batch->jumps[batch->nr_jumps];
		jump->ip = batch->sites[i].ip;
		if (table_find(table, jump->ip, &jump->to))
			batch->nr_jumps++;
	}
	return 0;
}

/* If it cannot be had, the handler does. */
static void plant(struct batch *batch, const struct table *table)
{
	int err = collect_jumps(batch, table);

	if (!err)
		err = jump_plant(batch->jumps, batch->nr_jumps);
	if (err)
		forget_jumps(batch);
	else
		set_way(batch, BATCH_SETTLING);
}

static void plant_all(void)
{
	const struct table *table = redirect_current();
	struct batch *batch;

	list_for_each_entry(batch, &batches, list)
		if (batch->way == BATCH_HANDLER && batch_is_used(batch, table))
			plant(batch, table);
}

static struct batch *find_settling(void)
{
	struct batch *batch, *found = NULL;

	mutex_lock(&batch_mutex);
	list_for_each_entry(batch, &batches, list)
		if (batch->way == BATCH_SETTLING)
			found = batch;
	mutex_unlock(&batch_mutex);
	return found;
}

/* Those that were not in the table have lost the handler: they are not attached. */
static void drop_other_sites(struct batch *batch)
{
	u32 i;

	mutex_lock(&batch_mutex);
	for (i = 0; i < batch->nr_jumps; i++)
		batch->sites[i] = (struct attach_site){
			.ip = batch->jumps[i].ip,
			.mod = batch->mod,
		};
	batch->nr = batch->nr_jumps;
	mutex_unlock(&batch_mutex);
}

/* Nobody frees it, or changes its way, before this wakes them. */
static void settle(struct batch *batch)
{
	int err = unregister_ftrace_function(&batch->ops);

	/* Then ftrace is dead, as it has said; the calls jump all the same. */
	if (err)
		pr_err("ftrace does not let go of %u functions that jump: error %d\n",
		       batch->nr, err);
	drop_other_sites(batch);
	set_way(batch, BATCH_JUMP);
	wake_up_all(&has_settled);
}

/* The handler is there again; but its jumps stay, so it goes again. */
static int stay_with_jumps(struct batch *batch, int err)
{
	if (unregister_ftrace_function(&batch->ops))
		pr_err("ftrace does not let go of %u functions that jump\n", batch->nr);
	return err;
}

static int to_handler(struct batch *batch)
{
	int err = batch_set_filter(batch);

	if (err)
		return err;
	jump_share_begin();
	err = register_ftrace_function(&batch->ops);
	jump_share_end();
	if (err)
		return err;
	/* As in batch.c: ftrace's list function may skip the handler. */
	if (!batch->ops.trampoline)
		return stay_with_jumps(batch, -ENOMEM);
	err = jump_remove(batch->jumps, batch->nr_jumps);
	if (err)
		return stay_with_jumps(batch, err);
	set_way(batch, BATCH_HANDLER);
	forget_jumps(batch);
	return 0;
}

static bool goes_elsewhere(const struct batch *batch, const struct table *next)
{
	const struct table *now = redirect_current();
	u32 i;

	for (i = 0; i < batch->nr; i++)
		if (table_lookup(now, batch->sites[i].ip) !=
		    table_lookup(next, batch->sites[i].ip))
			return true;
	return false;
}

static int unjump(struct batch *batch, struct mend_report *report)
{
	int err = to_handler(batch);

	if (err == -ENOMEM)
		return report_fail(report, err, MEND_R_NOMEM,
				   "out of memory while %u functions were to stop jumping",
				   batch->nr);
	if (err)
		return report_fail(report, err, MEND_R_FTRACE,
				   "ftrace does not attach %u functions that jump (error %d); see the kernel log",
				   batch->nr, err);
	return 0;
}

int batch_unjump(const struct table *next, struct mend_report *report)
{
	struct batch *batch;
	int err = 0;

	lockdep_assert_held(&registry_mutex);
	list_for_each_entry(batch, &batches, list) {
		if (batch->way == BATCH_HANDLER || !goes_elsewhere(batch, next))
			continue;
		batch_wait_settled();
		/* It may have lost the very sites that did. */
		if (goes_elsewhere(batch, next))
			err = unjump(batch, report);
		if (err)
			break;
	}
	return err;
}

bool batch_jumps_agree(const struct table *next)
{
	struct batch *batch;

	lockdep_assert_held(&registry_mutex);
	list_for_each_entry(batch, &batches, list)
		if (batch->way != BATCH_HANDLER && goes_elsewhere(batch, next))
			return false;
	return true;
}

/* Jumps are not wanted any more. What cannot be had now, a switch will try again. */
static void unjump_all(void)
{
	struct batch *batch;

	list_for_each_entry(batch, &batches, list)
		if (batch->way == BATCH_JUMP)
			to_handler(batch);
}

static void jump_work_fn(struct work_struct *work)
{
	struct batch *batch;

	mutex_lock(&registry_mutex);
	if (!READ_ONCE(batch_jump_ms))
		unjump_all();
	else if (!READ_ONCE(batch_holds) && jump_possible())
		plant_all();
	mutex_unlock(&registry_mutex);
	while ((batch = find_settling()))
		settle(batch);
	jump_rest();
}

void batch_jump_later(unsigned int delay_ms)
{
	mod_delayed_work(system_unbound_wq, &jump_work,
			 msecs_to_jiffies(delay_ms + READ_ONCE(batch_jump_ms)));
}

void batch_jump_changed(void)
{
	batch_jump_later(0);
}

void batch_wait_settled(void)
{
	/* Without batch_mutex: a condition must not sleep. */
	wait_event(has_settled, !READ_ONCE(settling));
}

int batch_end_jumps(struct batch *batch)
{
	int err;

	while ((err = jump_remove(batch->jumps, batch->nr_jumps)) == -ENOMEM)
		msleep(NO_MEMORY_MS);
	return err;
}

void batch_jump_init(void)
{
	jump_init();
}

void batch_jump_exit(void)
{
	cancel_delayed_work_sync(&jump_work);
}

#endif /* MEND_HAVE_JUMPS */
