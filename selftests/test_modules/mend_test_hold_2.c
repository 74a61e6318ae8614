// SPDX-License-Identifier: GPL-2.0-only
/* A replacement in which a task sleeps for a while, next generation of mend_test_hold.c. */
#include <linux/delay.h>

#include "test_payload.h"

static int new_target_hold(void)
{
	msleep_interruptible(1500);
	return 2;
}

TEST_PATCH("test-hold", 2, "mend_target", MEND_FUNC(target_hold, new_target_hold));
