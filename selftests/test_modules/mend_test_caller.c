// SPDX-License-Identifier: GPL-2.0-only
/* Functions in which a task sleeps further down: in a call, and in a page fault. */
#include "test_payload.h"

static int new_target_caller(void)
{
	return 1;
}

static int new_target_hidden(void)
{
	return 1;
}

static int new_target_fault(const char __user *buf)
{
	return 1;
}

static int new_target_torn(const char __user *buf)
{
	return 1;
}

TEST_PATCH("test-caller", 1, "mend_target", MEND_FUNC(target_caller, new_target_caller),
	   MEND_FUNC(target_hidden, new_target_hidden),
	   MEND_FUNC(target_torn, new_target_torn), MEND_FUNC(target_fault, new_target_fault));
