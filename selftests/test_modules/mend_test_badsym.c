// SPDX-License-Identifier: GPL-2.0-only
/* Refused: uses a symbol that does not exist. */
#include "test_payload.h"

int mend_no_such_symbol(void);

MEND_EXTERN("vmlinux", mend_no_such_symbol, 0);

static int new_target_plain(void)
{
	return mend_no_such_symbol();
}

TEST_PATCH("test-badsym", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
