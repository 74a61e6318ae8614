// SPDX-License-Identifier: GPL-2.0-only
/*
 * CVE-2026-93146: offsets of a time namespace with nanoseconds that are none.
 *
 * timens_offsets_write() reads the nanoseconds of an offset as an unsigned
 * number into a signed field and then only refuses what is too large. A number
 * above LONG_MAX therefore arrives in proc_timens_set_offset() as a negative
 * one, passes, and is normalized by a loop that adds one second at a time:
 * nine thousand million rounds inside the kernel for the most negative value,
 * started by anybody who may create a user namespace. The fix looks at the
 * field where the offset is set.
 *
 * The same source makes two patches, see README.md: with TIMENS_CHECK_NSEC 1
 * the fix, with 0 the function as it was before.
 *
 * Three symbols are used that the kernel does not export: the function that
 * finds the namespace, the one that put_time_ns() frees it with, and the
 * mutex that orders writers of offsets.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/time64.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <mend/patch.h>

/* Not in any header: both are static in kernel/time/namespace.c. */
struct ns_common *timens_for_children_get(struct task_struct *task);
extern struct mutex offset_lock;

MEND_EXTERN("vmlinux", timens_for_children_get, 0);
MEND_EXTERN("vmlinux", free_time_ns, 0);
MEND_EXTERN_DATA("vmlinux", offset_lock, 0);

static bool nsec_is_valid(const struct timespec64 *val)
{
	if (!TIMENS_CHECK_NSEC)
		return true;
	return val->tv_nsec >= 0 && val->tv_nsec < NSEC_PER_SEC;
}

/* May the clock be moved by that much? Leaves room below KTIME_MAX. */
static int offset_check(const struct proc_timens_offset *off)
{
	struct timespec64 then;

	switch (off->clockid) {
	case CLOCK_MONOTONIC:
		ktime_get_ts64(&then);
		break;
	case CLOCK_BOOTTIME:
		ktime_get_boottime_ts64(&then);
		break;
	default:
		return -EINVAL;
	}

	if (!nsec_is_valid(&off->val))
		return -EINVAL;
	if (off->val.tv_sec > KTIME_SEC_MAX || off->val.tv_sec < -KTIME_SEC_MAX)
		return -ERANGE;

	then = timespec64_add(then, off->val);
	if (then.tv_sec < 0 || then.tv_sec > KTIME_SEC_MAX / 2)
		return -ERANGE;
	return 0;
}

/* All or none: whoever comes here has passed offset_check(). */
static int offsets_store(struct time_namespace *ns, const struct proc_timens_offset *offsets,
			 int nr)
{
	int i, err = 0;

	mutex_lock(&mend_data(offset_lock));
	if (ns->frozen_offsets)
		err = -EACCES;
	for (i = 0; !err && i < nr; i++) {
		if (offsets[i].clockid == CLOCK_MONOTONIC)
			ns->offsets.monotonic = offsets[i].val;
		else
			ns->offsets.boottime = offsets[i].val;
	}
	mutex_unlock(&mend_data(offset_lock));
	return err;
}

static int fixed_proc_timens_set_offset(struct file *file, struct task_struct *p,
					struct proc_timens_offset *offsets, int noffsets)
{
	struct ns_common *common = timens_for_children_get(p);
	struct time_namespace *ns;
	int i, err = 0;

	if (!common)
		return -ESRCH;
	ns = container_of(common, struct time_namespace, ns);

	if (!file_ns_capable(file, ns->user_ns, CAP_SYS_TIME))
		err = -EPERM;
	for (i = 0; !err && i < noffsets; i++)
		err = offset_check(&offsets[i]);
	if (!err)
		err = offsets_store(ns, offsets, noffsets);

	put_time_ns(ns);
	return err;
}

static const struct mend_func vmlinux_funcs[] = {
	MEND_FUNC(proc_timens_set_offset, fixed_proc_timens_set_offset),
	{ }
};

static const struct mend_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ }
};

static struct mend_patch patch = {
	.name = PATCH_NAME,
	.generation = PATCH_GENERATION,
	.objs = objects,
	.unloadable = true,	/* code only: nothing outside points into it */
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend example: CVE-2026-93146 in the offsets of time namespaces");
