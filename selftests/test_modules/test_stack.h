/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fifteen patches of one function, made from this file by Kbuild. Number N of them
 * returns 100 + N.
 */
#ifndef MEND_TEST_STACK_H
#define MEND_TEST_STACK_H

#include <linux/stringify.h>
#include "test_payload.h"

static int stacked_target_plain(void)
{
	return 100 + STACK_NR;
}

TEST_PATCH("test-stack-" __stringify(STACK_NR), 1, "mend_target",
	   MEND_FUNC(target_plain, stacked_target_plain));

#endif /* MEND_TEST_STACK_H */
