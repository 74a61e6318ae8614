// SPDX-License-Identifier: GPL-2.0-only
/* The same function as mend_test_plain.c, next generation. */
#include "test_payload.h"

static int new_target_plain(void)
{
	return 2;
}

TEST_PATCH("test-plain", 2, "mend_target", MEND_FUNC(target_plain, new_target_plain));
