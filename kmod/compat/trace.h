/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoint macros that differ between kernels. */
#ifndef MEND_COMPAT_TRACE_H
#define MEND_COMPAT_TRACE_H

#include <linux/version.h>

/* 6.10 remembers the source since __string(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define compat_assign_str(dst, src)	__assign_str(dst)
#else
#define compat_assign_str(dst, src)	__assign_str(dst, src)
#endif

#endif /* MEND_COMPAT_TRACE_H */
