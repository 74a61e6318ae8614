// SPDX-License-Identifier: GPL-2.0-only
/* Nobody signs this one. */
#include "test_payload.h"

static int new_target_plain(void)
{
	return 666;
}

TEST_PATCH("test-evil", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
