// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that a thread sleeps in for most of the time. Each contender has
 * one of its own, so that both can wait at the same time.
 */
#include <linux/sched.h>
#include "either.h"
#include "target.h"

static BENCH_FN void new_bench_sleep(unsigned int ms)
{
	schedule_timeout_idle(HZ / 10);
	barrier();	/* as in what it replaces */
}

#ifdef BENCH_KLP
BENCH_PATCH("bench-sleep", BENCH_OBJECT, BENCH_FUNC(bench_sleep_klp, new_bench_sleep));
#else
BENCH_PATCH("bench-sleep", BENCH_OBJECT, BENCH_FUNC(bench_sleep_mend, new_bench_sleep));
#endif
