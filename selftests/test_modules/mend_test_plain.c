// SPDX-License-Identifier: GPL-2.0-only
/* One function, first generation. */
#include "test_payload.h"

static int new_target_plain(void)
{
	return 1;
}

TEST_PATCH("test-plain", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
