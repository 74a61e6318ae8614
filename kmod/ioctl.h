/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every ioctl of the protocol has in common; see "Structs" in
 * uapi/linux/mend.h.
 */
#ifndef MEND_IOCTL_H
#define MEND_IOCTL_H

#include <linux/types.h>
#include <uapi/linux/mend.h>

/**
 * ioctl_get() - copy a struct that begins with its own size
 * @args: kernel copy, all of it written
 * @known: its size as we know it
 * @first: its size when it was first published
 * @user: where the caller has it
 * @size: out: its size as the caller has it; 0 with -EFAULT
 * @report: in @args; cleared or filled in
 *
 * Return: 0; -EFAULT; -EINVAL or -E2BIG with MEND_R_SIZE.
 */
int ioctl_get(void *args, size_t known, size_t first, const void __user *user, u32 *size,
	      struct mend_report *report);

/** ioctl_no_flags() - -EINVAL with MEND_R_FLAGS unless @flags is 0 */
int ioctl_no_flags(u32 flags, struct mend_report *report);

/** ioctl_reserved() - -EINVAL with MEND_R_RESERVED unless all bytes are zero */
int ioctl_reserved(const void *bytes, size_t nr, struct mend_report *report);

/**
 * ioctl_put() - copy the struct back, as much of it as the caller knows
 *
 * Return: 0; -EFAULT.
 */
int ioctl_put(void __user *user, u32 size, const void *args, size_t known);

/**
 * ioctl_put_report() - copy back the report alone
 * @offset: where it is in the caller's struct, if that reaches so far
 * @err: what the ioctl will return
 *
 * Return: @err; -EFAULT.
 */
int ioctl_put_report(void __user *user, u32 size, size_t offset,
		     const struct mend_report *report, int err);

#endif /* MEND_IOCTL_H */
