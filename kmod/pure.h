/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure files need, in the kernel and in userspace.
 *
 * A pure file holds decisions over plain values: no locks, no allocation, no
 * kernel state. selftests/unit compiles it as it is, under ASan and UBSan.
 * Pure: manifest, manifest_time, cms, table, range, state, report, reloc_math.
 */
#ifndef MEND_PURE_H
#define MEND_PURE_H

#ifdef __KERNEL__

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/types.h>

#else

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef int64_t time64_t;

#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX
#define S64_MAX		INT64_MAX
#define S32_MAX		INT32_MAX
#define S32_MIN		INT32_MIN
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#endif /* __KERNEL__ */
#endif /* MEND_PURE_H */
