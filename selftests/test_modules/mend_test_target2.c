// SPDX-License-Identifier: GPL-2.0-only
/* Changes the second module. */
#include "test_payload.h"

static int new_target2_plain(void)
{
	return 1;
}

TEST_PATCH("test-target2", 1, "mend_target2", MEND_FUNC(target2_plain, new_target2_plain));
