// SPDX-License-Identifier: GPL-2.0-only
/* The end of the machine, as soon as it is called. */
#include <linux/panic.h>
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	panic("mend_test_panic was called\n");
}

TEST_PATCH("test-panic", 1, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
