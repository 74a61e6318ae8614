// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching payloads; see watch.h.
 *
 * Two hooks hear of trouble wherever it happens: the die notifier of every
 * oops, the tracepoint error_report_end of every warning (and of what KASAN and
 * KFENCE find). They walk the stack of whoever is in trouble and, where it touches
 * text that is watched, set a bit. That is all they may do: they run in any
 * context, NMI included. An irq_work then queues the work that acts on it; and
 * since that work also looks by itself from time to time, nothing is lost if
 * the machine is too sick for the irq_work.
 *
 * A soft lockup cannot be told from its stack: nobody is called when the
 * kernel finds one. But it taints the kernel, for good. So only the first since
 * boot is noticed; see probation.c for what is done about that.
 *
 * Locking: the array of watches is changed under registry_mutex. The hooks
 * read it locklessly, in RCU read-side sections: a watch and its text are freed a
 * grace period after watch_disarm(). Bits are set atomically.
 */
#include "watch.h"

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/kdebug.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <trace/events/error_report.h>
#include "arch/x86/walk.h"

/* Each is a switch that is not confirmed yet. */
#define WATCHES_MAX	64

static struct watch __rcu *watches[WATCHES_MAX];
/* Taken, armed or not; protected by registry_mutex. */
static DECLARE_BITMAP(reserved, WATCHES_MAX);
/* How many are armed: so that an untroubled machine walks no stack. */
static atomic_t nr_armed;

static struct workqueue_struct *notify_queue;
static struct work_struct *notify_work;
static struct tracepoint *error_report_end_tracepoint;

static void notify_now(struct irq_work *work)
{
	queue_work(notify_queue, notify_work);
}

/* Hard: on a real-time kernel, too, it comes through to a CPU that is stuck. */
static struct irq_work notify = IRQ_WORK_INIT_HARD(notify_now);

void watch_kick(void)
{
	queue_work(notify_queue, notify_work);
}

int watch_reserve(struct watch *watch)
{
	int slot = find_first_zero_bit(reserved, WATCHES_MAX);

	if (slot == WATCHES_MAX)
		return -ENOSPC;
	__set_bit(slot, reserved);
	watch->slot = slot;
	return 0;
}

void watch_arm(struct watch *watch)
{
	atomic_set(&watch->seen, 0);
	watch->locked_up = test_taint(TAINT_SOFTLOCKUP);
	atomic_inc(&nr_armed);
	/* Pairs with rcu_dereference() in look_at(): the text is known before. */
	rcu_assign_pointer(watches[watch->slot], watch);
	watch_kick();
}

void watch_disarm(struct watch *watch)
{
	if (watch->slot < 0)
		return;
	if (rcu_access_pointer(watches[watch->slot])) {
		RCU_INIT_POINTER(watches[watch->slot], NULL);
		atomic_dec(&nr_armed);
	}
	__clear_bit(watch->slot, reserved);
	watch->slot = -1;
}

bool watch_sees_warnings(void)
{
	return error_report_end_tracepoint;
}

bool watch_soft_lockup(const struct watch *watch)
{
	return !watch->locked_up && test_taint(TAINT_SOFTLOCKUP);
}

/* Any context. Returns whether the address is in any text that is watched. */
static bool look_at(unsigned long addr, u32 bit)
{
	bool found = false;
	u32 i;

	for (i = 0; i < WATCHES_MAX; i++) {
		struct watch *watch = rcu_dereference_sched(watches[i]);

		if (!watch || !range_set_contains(watch->text, addr))
			continue;
		atomic_or(bit, &watch->seen);
		found = true;
	}
	return found;
}

/* The whole stack: an address of one payload may stand above one of another. */
static void look_at_stack(struct pt_regs *regs, u32 bit)
{
	struct stack_walk walk;
	bool found = false;
	unsigned long addr;

	if (!atomic_read(&nr_armed))
		return;
	rcu_read_lock_sched();
	stack_walk_begin(&walk, regs);
	while (stack_walk_next(&walk, &addr))
		if (addr && look_at(addr, bit))
			found = true;
	rcu_read_unlock_sched();
	if (found)
		irq_work_queue(&notify);
}

static int on_die(struct notifier_block *block, unsigned long event, void *data)
{
	struct die_args *args = data;

	if (event == DIE_OOPS && args->regs && !user_mode(args->regs))
		look_at_stack(args->regs, WATCH_OOPS);
	return NOTIFY_DONE;
}

static struct notifier_block die_notifier = {
	.notifier_call = on_die,
};

/* After the report was printed, on the stack that it was about. */
static void on_error_report(void *unused, enum error_detector detector, unsigned long id)
{
	look_at_stack(NULL, WATCH_WARN);
}

static void find_error_report_end(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "error_report_end"))
		error_report_end_tracepoint = tracepoint;
}

int watch_init(struct workqueue_struct *queue, struct work_struct *work)
{
	int err;

	notify_queue = queue;
	notify_work = work;
	err = register_die_notifier(&die_notifier);
	if (err)
		return err;
	for_each_kernel_tracepoint(find_error_report_end, NULL);
	if (!error_report_end_tracepoint)
		return 0;
	err = tracepoint_probe_register(error_report_end_tracepoint, on_error_report, NULL);
	if (err)
		unregister_die_notifier(&die_notifier);
	return err;
}

void watch_exit(void)
{
	if (error_report_end_tracepoint) {
		tracepoint_probe_unregister(error_report_end_tracepoint, on_error_report, NULL);
		tracepoint_synchronize_unregister();
	}
	/* The chain is atomic: this waits for whoever is in on_die(). */
	unregister_die_notifier(&die_notifier);
	irq_work_sync(&notify);
}
