// SPDX-License-Identifier: GPL-2.0-only
/* Refused: mend.ko does not patch itself. */
#include "test_payload.h"

static int new_mend_register(void)
{
	return 1;
}

TEST_PATCH("test-self", 1, "mend", MEND_FUNC(mend_register, new_mend_register));
