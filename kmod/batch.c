// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches of attached sites; see batch.h.
 *
 * Locking: the list of batches and their fields are protected by
 * batch_mutex, taken inside the switch mutex. It is held across
 * register_ftrace_function() and unregister_ftrace_function(): a switch that
 * needs a site which is just being let go has to wait for that anyway, since
 * two ops that change the instruction pointer cannot share a site.
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
#include <linux/workqueue.h>
#include "compat/ksyms.h"
#include "redirect.h"
#include "report.h"

/**
 * struct batch - one ftrace_ops and its sites
 * @list: in batches
 * @ops: registered as long as the batch is in the list
 * @nr: number of sites; set once
 * @sites: set once; each holds a reference on its module
 */
struct batch {
	struct list_head list;
	struct ftrace_ops ops;
	u32 nr;
	struct attach_site sites[];
};

static DEFINE_MUTEX(batch_mutex);
static LIST_HEAD(batches);
static struct delayed_work release_work;

static bool batch_has(const struct batch *batch, unsigned long ip)
{
	u32 i;

	for (i = 0; i < batch->nr; i++)
		if (batch->sites[i].ip == ip)
			return true;
	return false;
}

static bool site_is_attached(unsigned long ip)
{
	struct batch *batch;

	list_for_each_entry(batch, &batches, list)
		if (batch_has(batch, ip))
			return true;
	return false;
}

static int set_filter(struct batch *batch)
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
	u32 i;

	ftrace_free_filter(&batch->ops);
	for (i = 0; i < batch->nr; i++)
		module_put(batch->sites[i].mod);
	kvfree(batch);
}

static struct batch *batch_alloc(const struct attach_site *sites, u32 nr)
{
	struct batch *batch = kvzalloc(struct_size(batch, sites, nr), GFP_KERNEL);
	u32 i;

	if (!batch)
		return NULL;
	INIT_LIST_HEAD(&batch->list);
	batch->ops.func = redirect_handler;
	/*
	 * Not RECURSION and not RCU: ftrace may then skip the handler, and a
	 * skipped handler is a call of the old function.
	 */
	batch->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	for (i = 0; i < nr; i++) {
		batch->sites[i] = sites[i];
		/* The caller's patch holds a reference already. */
		if (sites[i].mod)
			__module_get(sites[i].mod);
	}
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
	err = set_filter(probe);
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

static void batch_detach(struct batch *batch)
{
	int err = unregister_ftrace_function(&batch->ops);

	list_del(&batch->list);
	if (err) {
		/*
		 * ftrace may still call the handler through this ops. Leak it,
		 * and pin mend.ko, rather than have it jump into nothing. (When
		 * mend.ko is going already, pinning comes too late: ftrace has
		 * failed the kernel as a whole then, and says so.)
		 */
		pr_err("ftrace does not let go of %u functions (error %d); mend.ko stays loaded until reboot\n",
		       batch->nr, err);
		__module_get(THIS_MODULE);
		return;
	}
	batch_free(batch);
}

static int batch_register(const struct attach_site *sites, u32 nr, struct mend_report *report)
{
	struct batch *batch = batch_alloc(sites, nr);
	int err;

	if (!batch)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM,
				   "out of memory while attaching %u functions", nr);
	err = set_filter(batch);
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
	list_add(&batch->list, &batches);
	if (batch->ops.trampoline)
		return 0;
	/*
	 * Without one of its own ftrace goes through its list function, whose
	 * guard against recursion may skip the handler.
	 */
	batch_detach(batch);
	return report_fail(report, -ENOMEM, MEND_R_NOMEM,
			   "out of memory for ftrace's trampoline");
}

int batch_attach(struct attach_site *sites, u32 nr, struct mend_report *report)
{
	u32 i, missing = 0;
	int err = 0;

	mutex_lock(&batch_mutex);
	for (i = 0; i < nr; i++) {
		if (site_is_attached(sites[i].ip))
			continue;
		swap(sites[missing], sites[i]);
		missing++;
	}
	if (missing)
		err = batch_register(sites, missing, report);
	mutex_unlock(&batch_mutex);
	return err;
}

static bool batch_is_used(const struct batch *batch, const struct table *table)
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

	mutex_lock(&batch_mutex);
	/*
	 * The table cannot change from "does not have it" to "has it" under
	 * us for a site that only this batch attaches: a switch makes sure of
	 * its sites with batch_attach(), under batch_mutex, before it
	 * publishes, and keeps the worker away until it has (batch_hold()).
	 */
	list_for_each_entry_safe(batch, next, &batches, list)
		if (!batch_is_used(batch, redirect_current()))
			batch_detach(batch);
	mutex_unlock(&batch_mutex);
}

void batch_hold(void)
{
	cancel_delayed_work_sync(&release_work);
}

void batch_release_unused(unsigned int delay_ms)
{
	mod_delayed_work(system_unbound_wq, &release_work, msecs_to_jiffies(delay_ms));
}

void batch_init(void)
{
	INIT_DELAYED_WORK(&release_work, release_unused);
}

void batch_exit(void)
{
	struct batch *batch, *next;

	cancel_delayed_work_sync(&release_work);
	mutex_lock(&batch_mutex);
	list_for_each_entry_safe(batch, next, &batches, list)
		batch_detach(batch);
	mutex_unlock(&batch_mutex);
}
