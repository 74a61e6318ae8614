// SPDX-License-Identifier: GPL-2.0-only
/* A function in which a task can be kept asleep. */
#include "test_payload.h"

static int new_target_hold(void)
{
	return 1;
}

TEST_PATCH("test-hold", 1, "mend_target", MEND_FUNC(target_hold, new_target_hold));
