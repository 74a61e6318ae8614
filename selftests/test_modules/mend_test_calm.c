// SPDX-License-Identifier: GPL-2.0-only
/* Nothing goes wrong in this one. */
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	return 1;
}

TEST_PATCH("test-victim", 1, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
