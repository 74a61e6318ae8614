// SPDX-License-Identifier: GPL-2.0-only
/* A function that does the same as the one it replaces: what does getting here cost? */
#include "either.h"
#include "target.h"

static BENCH_FN unsigned long new_bench_call(unsigned long x)
{
	return bench_call_body(x);
}

BENCH_PATCH("bench-call", BENCH_OBJECT, BENCH_FUNC(bench_call, new_bench_call));
