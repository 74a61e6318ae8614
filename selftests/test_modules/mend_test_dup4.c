// SPDX-License-Identifier: GPL-2.0-only
/* Refused: there are only three functions of that name. */
#include "test_payload.h"

static int new_target_dup(void)
{
	return 1;
}

TEST_PATCH("test-dup4", 1, "mend_target", MEND_FUNC_POS(target_dup, new_target_dup, 4));
