/* SPDX-License-Identifier: GPL-2.0-only */
/* What mend_bench, the module that is patched, and its patches agree on. */
#ifndef MEND_BENCH_TARGET_H
#define MEND_BENCH_TARGET_H

#define BENCH_OBJECT	"mend_bench"

/* The compiler must neither fold the result into a caller nor clone it. */
#define BENCH_FN	__attribute__((__noipa__)) noinline

/* The two ends of a call that is to cost next to nothing by itself. */
static inline unsigned long bench_call_body(unsigned long x)
{
	return x * 3 + 1;
}

#endif /* MEND_BENCH_TARGET_H */
