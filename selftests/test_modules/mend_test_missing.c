// SPDX-License-Identifier: GPL-2.0-only
/* Refused: there is no such function. */
#include "test_payload.h"

static int new_target_no_such_function(void)
{
	return 1;
}

TEST_PATCH("test-missing", 1, "mend_target", MEND_FUNC(target_no_such_function, new_target_no_such_function));
