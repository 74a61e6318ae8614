// SPDX-License-Identifier: GPL-2.0-only
/* Calls functions of a module that are not exported, one of three of its name. */
#include "test_payload.h"

int target_secret(void);
int target_dup(void);

MEND_EXTERN("mend_target", target_secret, 0);
MEND_EXTERN("mend_target", target_dup, 2);

static int new_target_extern(void)
{
	return target_secret() + target_dup();
}

TEST_PATCH("test-modsym", 1, "mend_target", MEND_FUNC(target_extern, new_target_extern));
