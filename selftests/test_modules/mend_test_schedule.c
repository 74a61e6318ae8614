// SPDX-License-Identifier: GPL-2.0-only
/* Refused: some task is always inside schedule(). */
#include "test_payload.h"

static int new_schedule(void)
{
	return 1;
}

TEST_PATCH("test-schedule", 1, NULL, MEND_FUNC(schedule, new_schedule));
