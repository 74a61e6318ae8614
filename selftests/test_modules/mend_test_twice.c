// SPDX-License-Identifier: GPL-2.0-only
/* Refused: names one function twice. */
#include "test_payload.h"

static int new_target_plain(void)
{
	return 1;
}

static int newer_target_plain(void)
{
	return 2;
}

TEST_PATCH("test-twice", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain),
	   MEND_FUNC(target_plain, newer_target_plain));
