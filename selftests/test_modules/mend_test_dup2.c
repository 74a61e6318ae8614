// SPDX-License-Identifier: GPL-2.0-only
/* The target_dup number 2 of three, counted by address. */
#include "test_payload.h"

static int new_target_dup(void)
{
	return 21;
}

TEST_PATCH("test-dup2", 1, "mend_target", MEND_FUNC_POS(target_dup, new_target_dup, 2));
