// SPDX-License-Identifier: GPL-2.0-only
/* See mend_test_calm.c. */
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	return 2;
}

TEST_PATCH("test-victim", 2, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
