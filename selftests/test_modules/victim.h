/* SPDX-License-Identifier: GPL-2.0-only */
/* What the payloads for mend_victim have in common. */
#ifndef MEND_TEST_VICTIM_H
#define MEND_TEST_VICTIM_H

#include <linux/types.h>

/* The compiler must neither fold the result into a caller nor clone it. */
#define VICTIM_FN	__attribute__((__noipa__)) noinline

/* Some payloads stay in victim_call() as long as it is set. */
extern bool victim_hold;

#endif /* MEND_TEST_VICTIM_H */
