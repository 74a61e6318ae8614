// SPDX-License-Identifier: GPL-2.0-only
/* An oops as soon as it is called. */
#include <linux/compiler.h>
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	/* An address that is nobody's, and that the compiler does not know. */
	int *nobody = (int *)8UL;

	OPTIMIZER_HIDE_VAR(nobody);
	*nobody = 1;
	return 4;
}

TEST_PATCH("test-victim", 4, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
