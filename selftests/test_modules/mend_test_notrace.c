// SPDX-License-Identifier: GPL-2.0-only
/* Refused: ftrace cannot see the function. */
#include "test_payload.h"

static int new_target_notrace(void)
{
	return 1;
}

TEST_PATCH("test-notrace", 1, "mend_target", MEND_FUNC(target_notrace, new_target_notrace));
