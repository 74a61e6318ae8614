// SPDX-License-Identifier: GPL-2.0-only
/* A warning as soon as it is called. */
#include <linux/bug.h>
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	WARN(1, "a warning of mend_test_warn\n");
	return 5;
}

TEST_PATCH("test-victim", 5, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
