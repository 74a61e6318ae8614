// SPDX-License-Identifier: GPL-2.0-only
/* Refused: the object is not loaded. */
#include "test_payload.h"

static int new_target_plain(void)
{
	return 1;
}

TEST_PATCH("test-noobject", 1, "mend_no_such_module", MEND_FUNC(target_plain, new_target_plain));
