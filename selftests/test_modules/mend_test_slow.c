// SPDX-License-Identifier: GPL-2.0-only
/* Takes its time in init, so that others can act while it is being loaded. */
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/module.h>

#define SLOW_MS	1500

static int new_target_plain(void)
{
	return 1;
}

/* MEND_PATCH() brings the init function; step in front of it. */
#undef module_init
#define module_init(_register)						\
	static int __init slow_init(void)				\
	{								\
		msleep(SLOW_MS);					\
		return _register();					\
	}								\
	int init_module(void) __copy(slow_init) __attribute__((alias("slow_init")));	\
	___ADDRESSABLE(init_module, __initdata)

#include "test_payload.h"

TEST_PATCH("test-slow", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
