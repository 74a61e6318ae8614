// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every ioctl has in common; see ioctl.h.
 *
 * Locking: none, everything is the caller's.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "ioctl.h"
#include "report.h"

int ioctl_get(void *args, size_t known, size_t first, const void __user *user, u32 *size,
	      struct mend_report *report)
{
	u32 n;
	int err;

	*size = 0;
	if (get_user(n, (const u32 __user *)user))
		return -EFAULT;
	*size = n;
	memset(args, 0, known);
	if (n < first)
		return report_fail(report, -EINVAL, MEND_R_SIZE,
				   "size is %u and the smallest ever was %zu: set it to the struct's size",
				   n, first);
	err = n > PAGE_SIZE ? -E2BIG : copy_struct_from_user(args, known, user, n);
	if (err == -E2BIG) {
		return report_fail(report, -E2BIG, MEND_R_SIZE,
				   "the call uses fields that this mend.ko does not know (%u bytes, known are %zu): update mend.ko",
				   n, known);
	}
	if (err) {
		*size = 0;
		return err;
	}
	/* The size has been read twice, and only the first is checked. */
	*(u32 *)args = n;
	report_clear(report);
	return 0;
}

int ioctl_no_flags(u32 flags, struct mend_report *report)
{
	if (!flags)
		return 0;
	return report_fail(report, -EINVAL, MEND_R_FLAGS, "unknown flags 0x%x: none is defined",
			   flags);
}

int ioctl_reserved(const void *bytes, size_t nr, struct mend_report *report)
{
	if (!memchr_inv(bytes, 0, nr))
		return 0;
	return report_fail(report, -EINVAL, MEND_R_RESERVED, "reserved bytes must be zero");
}

int ioctl_put(void __user *user, u32 size, const void *args, size_t known)
{
	return copy_to_user(user, args, min_t(size_t, size, known)) ? -EFAULT : 0;
}

int ioctl_put_report(void __user *user, u32 size, size_t offset,
		     const struct mend_report *report, int err)
{
	if (err == -EFAULT || size < offset + sizeof(*report))
		return err;
	return copy_to_user(user + offset, report, sizeof(*report)) ? -EFAULT : err;
}
