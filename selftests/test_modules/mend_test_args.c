// SPDX-License-Identifier: GPL-2.0-only
/* Has a module parameter, for loads that try to set it. */
#include <linux/moduleparam.h>

#include "test_payload.h"

static int knob;
module_param(knob, int, 0444);

static int new_target_plain(void)
{
	return 1 + READ_ONCE(knob);
}

TEST_PATCH("test-args", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
