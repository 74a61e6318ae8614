// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches of attached sites; see batch.h.
 *
 * Locking: batch_mutex protects the two lists of batches and the number of
 * holds. It is taken inside registry_mutex, which keeps those who attach apart, and
 * held for list operations only: not across register_ftrace_function(), nor across
 * unregister_ftrace_function(), which takes as long as the slowest task. A batch that
 * is being let go is in the list "leaving", and belongs to the one who put it there.
 * A switch that needs one of its sites waits until it has left, since two ops that
 * change the instruction pointer cannot share a site; all others do not.
 *
 * Order on: filter, then register (which does ftrace's handshake with BPF and
 * other direct users; adding sites to a registered ops would skip it). Order
 * off: unregister, then free the filter, then the ops: an ops whose filter is
 * emptied while registered traces everything.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "batch.h"

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "arch/x86/text.h"
#include "batch_list.h"
#include "compat/ksyms.h"
#include "patch.h"
#include "redirect.h"
#include "report.h"

DEFINE_MUTEX(batch_mutex);
LIST_HEAD(batches);
static LIST_HEAD(leaving);
static DECLARE_WAIT_QUEUE_HEAD(has_left);
unsigned int batch_holds;
static struct delayed_work release_work;
/* ftrace's own trampolines; set once in batch_init(). */
static unsigned long ftrace_callers[2];

static bool batch_has(const struct batch *batch, unsigned long ip)
{
	u32 i;

	for (i = 0; i < batch->nr; i++)
		if (batch->sites[i].ip == ip)
			return true;
	return false;
}

static bool site_is_in(const struct list_head *list, unsigned long ip)
{
	struct batch *batch;

	list_for_each_entry(batch, list, list)
		if (batch_has(batch, ip))
			return true;
	return false;
}

int batch_set_filter(struct batch *batch)
{
	unsigned long *ips;
	int err;
	u32 i;

	ips = kvmalloc_array(batch->nr, sizeof(*ips), GFP_KERNEL);
	if (!ips)
		return -ENOMEM;
	for (i = 0; i < batch->nr; i++)
		ips[i] = batch->sites[i].ip;
	err = ftrace_set_filter_ips(&batch->ops, ips, batch->nr, 0, 1);
	kvfree(ips);
	return err;
}

static void batch_free(struct batch *batch)
{
	ftrace_free_filter(&batch->ops);
	kvfree(batch->jumps);
	kvfree(batch);
}

static struct batch *batch_alloc(const struct attach_site *sites, u32 nr)
{
	struct batch *batch = kvzalloc(struct_size(batch, sites, nr), GFP_KERNEL);

	if (!batch)
		return NULL;
	INIT_LIST_HEAD(&batch->list);
	batch->ops.func = redirect_handler;
	/*
	 * Not RECURSION and not RCU: ftrace may then skip the handler, and a
	 * skipped handler is a call of the old function.
	 */
	batch->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	memcpy(batch->sites, sites, nr * sizeof(*sites));
	batch->mod = sites[0].mod;
	batch->nr = nr;
	return batch;
}

/* Somebody has written 0 to kernel.ftrace_enabled: then, too, EBUSY is the answer. */
static bool ftrace_is_off(void)
{
	const int *enabled = (const int *)ksyms_lookup("ftrace_enabled");

	return enabled && !READ_ONCE(*enabled);
}

/* Who is likely to own the function at @ip? */
static const char *owner_name(unsigned long ip)
{
	unsigned long size, offset;
	struct kprobe *probe;
	const char *owner = "kernel livepatch, or another user that redirects functions";

	if (!ksyms_size_offset(ip, &size, &offset))
		offset = 0;
	preempt_disable();
	probe = ksyms_get_kprobe((void *)ip);
	if (!probe)
		probe = ksyms_get_kprobe((void *)(ip - offset));
	if (probe && probe->post_handler)
		owner = "a kprobe with a post handler";
	preempt_enable();
	return owner;
}

/* Would attaching these alone say that one of them is taken? */
static int try_attach(const struct attach_site *sites, u32 nr)
{
	struct batch *probe = batch_alloc(sites, nr);
	int err;

	if (!probe)
		return -ENOMEM;
	err = batch_set_filter(probe);
	if (!err) {
		err = register_ftrace_function(&probe->ops);
		if (!err)
			unregister_ftrace_function(&probe->ops);
	}
	batch_free(probe);
	return err;
}

/*
 * Halves until one is left: each try costs a grace period. The function may
 * have been let go of meanwhile; then the answer is one that was near.
 */
static int report_owner(const struct attach_site *sites, u32 nr, struct mend_report *report)
{
	if (ftrace_is_off())
		return report_fail(report, -ENODEV, MEND_R_FTRACE,
				   "ftrace is switched off: set kernel.ftrace_enabled to 1");
	while (nr > 1) {
		int err = try_attach(sites, nr / 2);

		if (err && err != -EBUSY)
			break;
		if (!err)
			sites += nr / 2;
		nr = err ? nr / 2 : nr - nr / 2;
	}
	if (nr > 1)
		return report_fail(report, -EBUSY, MEND_R_FTRACE_OWNER,
				   "one of %u functions already belongs to somebody else", nr);
	return report_fail(report, -EBUSY, MEND_R_FTRACE_OWNER,
			   "function %ps already belongs to %s; remove that first",
			   (void *)sites[0].ip, owner_name(sites[0].ip));
}

/*
 * With registry_mutex held nobody else begins to leave: what is under way needs
 * no lock that its waiters hold.
 */
static void wait_for_leaving(void)
{
	/* Without batch_mutex: a condition must not sleep. The last one to go wakes us. */
	wait_event(has_left, list_empty_careful(&leaving));
}

/* Until none of @sites is in a batch that is being let go. */
static void wait_for_sites(const struct attach_site *sites, u32 nr)
{
	bool wait = false;
	u32 i;

	mutex_lock(&batch_mutex);
	for (i = 0; i < nr && !wait; i++)
		wait = site_is_in(&leaving, sites[i].ip);
	mutex_unlock(&batch_mutex);
	if (wait)
		wait_for_leaving();
}

static void batch_let_go(struct batch *batch)
{
	int err = batch->way == BATCH_JUMP ? batch_end_jumps(batch) :
					     unregister_ftrace_function(&batch->ops);

	mutex_lock(&batch_mutex);
	list_del(&batch->list);
	mutex_unlock(&batch_mutex);
	if (!err) {
		batch_free(batch);
		return;
	}
	/*
	 * ftrace may still call the handler through this ops. Leak it,
	 * and pin mend.ko, rather than have it jump into nothing. (When
	 * mend.ko is going already, pinning comes too late: ftrace has
	 * failed the kernel as a whole then, and says so.)
	 */
	pr_err("ftrace does not let go of %u functions (error %d); mend.ko stays loaded until reboot\n",
	       batch->nr, err);
	__module_get(THIS_MODULE);
}

/*
 * Whoever has put batches into "leaving" calls this. There is one at a time: to
 * put some there needs registry_mutex, and that the list is empty.
 */
static void let_go_of_leaving(void)
{
	struct batch *batch, *next;

	list_for_each_entry_safe(batch, next, &leaving, list)
		batch_let_go(batch);
	wake_up_all(&has_left);
}

static int batch_register(const struct attach_site *sites, u32 nr, struct mend_report *report)
{
	struct batch *batch = batch_alloc(sites, nr);
	int err;

	if (!batch)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM,
				   "out of memory while attaching %u functions", nr);
	err = batch_set_filter(batch);
	if (!err)
		err = register_ftrace_function(&batch->ops);
	if (err)
		batch_free(batch);
	if (err == -EBUSY)
		return report_owner(sites, nr, report);
	if (err == -ENOMEM)
		return report_fail(report, err, MEND_R_NOMEM,
				   "out of memory in ftrace while attaching %u functions", nr);
	if (err)
		return report_fail(report, err, MEND_R_FTRACE,
				   "ftrace refused %u functions with error %d; see the kernel log",
				   nr, err);
	mutex_lock(&batch_mutex);
	list_add(&batch->list, &batches);
	mutex_unlock(&batch_mutex);
	if (batch->ops.trampoline)
		return 0;
	/*
	 * Without one of its own ftrace goes through its list function, whose
	 * guard against recursion may skip the handler.
	 */
	batch_let_go(batch);
	return report_fail(report, -ENOMEM, MEND_R_NOMEM,
			   "out of memory for ftrace's trampoline");
}

/* Moves those that no batch has to the front, in order; returns their number. */
static u32 missing_first(struct attach_site *sites, u32 nr)
{
	u32 i, missing = 0;

	mutex_lock(&batch_mutex);
	for (i = 0; i < nr; i++) {
		if (site_is_in(&batches, sites[i].ip))
			continue;
		swap(sites[missing], sites[i]);
		missing++;
	}
	mutex_unlock(&batch_mutex);
	return missing;
}

int batch_attach(struct attach_site *sites, u32 nr, struct mend_report *report)
{
	u32 first, end, missing = missing_first(sites, nr);
	int err = 0;

	wait_for_sites(sites, missing);
	/* A module's text is in one piece: its sites are neighbours. */
	for (first = 0; first < missing && !err; first = end) {
		for (end = first + 1; end < missing; end++)
			if (sites[end].mod != sites[first].mod)
				break;
		err = batch_register(&sites[first], end - first, report);
	}
	return err;
}

bool batch_is_used(const struct batch *batch, const struct table *table)
{
	u32 i;

	for (i = 0; i < batch->nr; i++)
		if (table_lookup(table, batch->sites[i].ip))
			return true;
	return false;
}

static void release_unused(struct work_struct *work)
{
	struct batch *batch, *next;

	/* The table stands still; and a module's GOING waits for us, or we for it. */
	mutex_lock(&registry_mutex);
	mutex_lock(&batch_mutex);
	list_for_each_entry_safe(batch, next, &batches, list)
		if (!batch_holds && !batch_is_used(batch, redirect_current()))
			list_move_tail(&batch->list, &leaving);
	mutex_unlock(&batch_mutex);
	mutex_unlock(&registry_mutex);
	let_go_of_leaving();
}

static bool is_of(const struct list_head *list, const struct module *mod)
{
	struct batch *batch;

	list_for_each_entry(batch, list, list)
		if (batch->mod == mod)
			return true;
	return false;
}

static bool has_batch_of(const struct module *mod)
{
	bool found;

	mutex_lock(&batch_mutex);
	found = is_of(&batches, mod) || is_of(&leaving, mod);
	mutex_unlock(&batch_mutex);
	return found;
}

void batch_module_going(struct module *mod)
{
	struct batch *batch, *next;

	if (!has_batch_of(mod))
		return;
	wait_for_leaving();
	batch_wait_settled();
	mutex_lock(&batch_mutex);
	list_for_each_entry_safe(batch, next, &batches, list)
		if (batch->mod == mod)
			list_move_tail(&batch->list, &leaving);
	mutex_unlock(&batch_mutex);
	let_go_of_leaving();
}

/*
 * With another user of the function, and on the way between handler and jump, ftrace
 * goes through the list of all users; otherwise to a trampoline that calls this
 * batch's handler alone, or by a jump.
 */
static bool is_way_to(const struct batch *batch, unsigned long ip, unsigned long to)
{
	unsigned long target = arch_call_target(ip);
	bool listed = target && (target == ftrace_callers[0] || target == ftrace_callers[1]);

	if (batch->way != BATCH_HANDLER)
		return listed || arch_jump_target(ip) == to;
	if (!(batch->ops.flags & FTRACE_OPS_FL_ENABLED))
		return false;
	return listed || (target && target == batch->ops.trampoline);
}

bool batch_leads_to(unsigned long ip, unsigned long to)
{
	struct batch *batch;
	bool leads = false;

	mutex_lock(&batch_mutex);
	list_for_each_entry(batch, &batches, list)
		if (batch_has(batch, ip))
			leads = is_way_to(batch, ip, to);
	mutex_unlock(&batch_mutex);
	return leads;
}

enum batch_entry batch_entry(unsigned long ip)
{
	enum batch_entry entry = BATCH_ENTRY_NONE;
	struct batch *batch;

	mutex_lock(&batch_mutex);
	list_for_each_entry(batch, &batches, list)
		if (batch_has(batch, ip))
			entry = batch->way == BATCH_JUMP ? BATCH_ENTRY_JUMP :
							   BATCH_ENTRY_HANDLER;
	mutex_unlock(&batch_mutex);
	return entry;
}

void batch_hold(void)
{
	mutex_lock(&batch_mutex);
	batch_holds++;
	mutex_unlock(&batch_mutex);
}

void batch_release_unused(unsigned int delay_ms)
{
	mutex_lock(&batch_mutex);
	batch_holds--;
	mutex_unlock(&batch_mutex);
	mod_delayed_work(system_unbound_wq, &release_work, msecs_to_jiffies(delay_ms));
	batch_jump_later(delay_ms);
}

void batch_init(void)
{
	INIT_DELAYED_WORK(&release_work, release_unused);
	batch_jump_init();
	ftrace_callers[0] = ksyms_lookup("ftrace_caller");
	ftrace_callers[1] = ksyms_lookup("ftrace_regs_caller");
}

void batch_exit(void)
{
	cancel_delayed_work_sync(&release_work);
	batch_jump_exit();
	mutex_lock(&batch_mutex);
	list_splice_tail_init(&batches, &leaving);
	mutex_unlock(&batch_mutex);
	let_go_of_leaving();
	jump_exit();
}
