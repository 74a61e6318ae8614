// SPDX-License-Identifier: GPL-2.0-only
/* Refused: an __init function, long freed. */
#include "test_payload.h"

static int new_start_kernel(void)
{
	return 1;
}

TEST_PATCH("test-init", 1, NULL, MEND_FUNC(start_kernel, new_start_kernel));
