// SPDX-License-Identifier: GPL-2.0-only
/* A task can be kept asleep in here. */
#include <linux/delay.h>
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	while (READ_ONCE(victim_hold))
		msleep(10);
	return 7;
}

TEST_PATCH("test-victim", 7, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
