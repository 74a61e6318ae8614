// SPDX-License-Identifier: GPL-2.0-only
/* Refused: the function belongs to another payload. */
#include "test_payload.h"

static int new_new_target_plain(void)
{
	return 1;
}

TEST_PATCH("test-payload", 1, "mend_test_plain", MEND_FUNC(new_target_plain, new_new_target_plain));
