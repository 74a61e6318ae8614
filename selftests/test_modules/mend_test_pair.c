// SPDX-License-Identifier: GPL-2.0-only
/* Two functions that must change together, generation 1; see target_outer_body(). */
#include "target.h"
#include "test_payload.h"

static int new_target_inner(void)
{
	return 1;
}

static int new_target_outer(bool nap)
{
	return target_outer_body(1, nap);
}

TEST_PATCH("test-pair", 1, "mend_target", MEND_FUNC(target_inner, new_target_inner),
	   MEND_FUNC(target_outer, new_target_outer));
