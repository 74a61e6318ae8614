// SPDX-License-Identifier: GPL-2.0-only
/* Another patch for the same function. */
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	return 9;
}

TEST_PATCH("test-over", 1, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
