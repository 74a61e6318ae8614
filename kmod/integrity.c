// SPDX-License-Identifier: GPL-2.0-only
/*
 * Integrity: is what runs what was switched on?
 *
 * Two things are compared, now and then by a worker, and at any time on request:
 *
 *   text      of each payload with the copy that was made when it was loaded
 *             (text_copy.c tells what is left out of that, and why);
 *   entries   of each function that is replaced: ftrace's call is there, it goes
 *             to where ftrace has mend's handler called from, or a jump is there
 *             and goes to where the table says; and the table has the replacement
 *             of whichever patch is on top.
 *
 * This finds what went wrong: stray writes, other software that writes text,
 * tracing that was torn down by force. It is no defence against code in the
 * kernel that wants to deceive it, which could as well change the copy.
 *
 * The kernel changes text while we look, a breakpoint first. So a difference
 * counts if it is there three times in a row.
 *
 * Locking: registry_mutex from the beginning to the end: states, table and what
 * is bound stand still.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "integrity.h"

#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/workqueue.h>
#include "batch.h"
#include "compat/ksyms.h"
#include "patch.h"
#include "redirect.h"
#include "report.h"
#include "table.h"
#include "text_copy.h"

#define LOOKS		3
#define LOOK_AGAIN_MS	20
/* Where kallsyms knows no function, go on behind that many bytes. */
#define STRIDE		64

unsigned int integrity_seconds = 60;

static void integrity_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(integrity_work, integrity_work_fn);

/* Only the first one is reported. */
static void note(struct mend_report *report, const struct patch *patch, const char *what,
		 unsigned long addr)
{
	if (report->reason)
		return;
	report_fail(report, 0, MEND_R_INTEGRITY, "patch '%s' generation %llu: %s %pS",
		    patch->name, patch->generation, what, (void *)addr);
}

/* Functions of the payload that are not what was loaded. */
static u32 look_at_text(const struct patch *patch, struct mend_report *report)
{
	unsigned long addr, size, offset;
	u32 differences = 0;

	addr = text_copy_differs(patch->text, 0);
	while (addr) {
		note(report, patch, "text was changed at", addr);
		differences++;
		if (ksyms_size_offset(addr, &size, &offset))
			addr += size - offset;
		else
			addr += STRIDE;
		addr = text_copy_differs(patch->text, addr);
	}
	return differences;
}

/* What calls of the function at @ip should arrive at. */
static unsigned long replacement_on_top(unsigned long ip)
{
	struct patch_object *object;
	struct patch *patch = NULL;
	struct patch_func *func;
	unsigned long addr = 0;
	u64 seq = 0;

	while ((patch = patch_next(patch))) {
		if (!patch_is_active(patch) || patch->seq < seq)
			continue;
		patch_for_each_object(patch, object) {
			if (!object->bound)
				continue;
			patch_for_each_func(object, func) {
				if (func->ip != ip)
					continue;
				addr = func->new_addr;
				seq = patch->seq;
			}
		}
	}
	return addr;
}

static bool entry_differs(const struct patch_func *func)
{
	unsigned long to = table_lookup(redirect_current(), func->ip);

	return !batch_leads_to(func->ip, to) || to != replacement_on_top(func->ip);
}

static u32 look_at_entries(struct patch *patch, struct mend_report *report)
{
	struct patch_object *object;
	struct patch_func *func;
	u32 differences = 0;

	patch_for_each_object(patch, object) {
		if (!object->bound)
			continue;
		patch_for_each_func(object, func) {
			if (!entry_differs(func))
				continue;
			note(report, patch, "calls do not lead to the patch at", func->ip);
			differences++;
		}
	}
	return differences;
}

static u32 look_at(struct patch *patch, struct mend_report *report)
{
	u32 differences = 0;
	int look;

	for (look = 0; look < LOOKS; look++) {
		if (look)
			msleep(LOOK_AGAIN_MS);
		report_clear(report);
		differences = look_at_text(patch, report) + look_at_entries(patch, report);
		if (!differences)
			break;
	}
	return differences;
}

static void verify_patch(struct patch *patch, struct mend_verify *out)
{
	struct mend_report report;
	u32 differences = look_at(patch, &report);

	out->patches++;
	out->functions += patch->nr_funcs;
	out->differences += differences;
	if (differences && !out->report.reason)
		out->report = report;
	/* Once for all who look again, as long as it gets no worse. */
	if (differences > patch->differences)
		patch_degrade(patch, &report);
	patch->differences = differences;
}

int integrity_verify(struct mend_verify *out)
{
	struct patch *patch = NULL;

	out->patches = 0;
	out->functions = 0;
	out->differences = 0;
	report_clear(&out->report);
	mutex_lock(&registry_mutex);
	while ((patch = patch_next(patch)))
		if (patch_is_active(patch))
			verify_patch(patch, out);
	mutex_unlock(&registry_mutex);
	return out->differences ? -EUCLEAN : 0;
}

static void integrity_start(void)
{
	unsigned int seconds = READ_ONCE(integrity_seconds);

	if (seconds)
		queue_delayed_work(system_unbound_wq, &integrity_work,
				   (unsigned long)seconds * HZ);
}

static void integrity_work_fn(struct work_struct *work)
{
	struct mend_verify result;

	integrity_verify(&result);
	integrity_start();
}

void integrity_changed(void)
{
	cancel_delayed_work_sync(&integrity_work);
	integrity_start();
}

void integrity_init(void)
{
	integrity_start();
}

void integrity_exit(void)
{
	cancel_delayed_work_sync(&integrity_work);
}
