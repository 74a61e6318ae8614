// SPDX-License-Identifier: GPL-2.0-only
/* Refused: three functions of that name and no sympos. */
#include "test_payload.h"

static int new_target_dup(void)
{
	return 1;
}

TEST_PATCH("test-dup0", 1, "mend_target", MEND_FUNC(target_dup, new_target_dup));
