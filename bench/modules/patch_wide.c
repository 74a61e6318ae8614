// SPDX-License-Identifier: GPL-2.0-only
/* A hundred functions at once. */
#include "either.h"
#include "target.h"
#include "wide.h"

#define NEW(_n)									\
	static BENCH_FN unsigned long new_bench_wide_##_n(unsigned long x)	\
	{									\
		return x - (_n);						\
	}

#define LISTED(_n)	BENCH_FUNC(bench_wide_##_n, new_bench_wide_##_n),

WIDE_100(NEW)

BENCH_PATCH("bench-wide", BENCH_OBJECT, WIDE_100(LISTED) { });
