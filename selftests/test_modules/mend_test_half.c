// SPDX-License-Identifier: GPL-2.0-only
/* Refused as a whole: the first function is fine, the second is not there. */
#include "test_payload.h"

static int new_target_first(void)
{
	return 1;
}

static int new_target_second(void)
{
	return 1;
}

TEST_PATCH("test-half", 1, "mend_target", MEND_FUNC(target_first, new_target_first),
	   MEND_FUNC(target_no_such_function, new_target_second));
