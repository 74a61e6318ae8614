/* SPDX-License-Identifier: MIT */
/* What the headers of mend/ take from the kernel's linux/types.h. */
#ifndef TEST_LINUX_TYPES_H
#define TEST_LINUX_TYPES_H

typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef unsigned long long u64;
typedef unsigned long size_t;
typedef unsigned int gfp_t;
typedef _Bool bool;
#define NULL	((void *)0)
#define true	1
#define false	0

#endif
