// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls functions of a module that are not exported, one of three of its name, and reads
 * a variable that each CPU has.
 */
#include <linux/percpu.h>

#include "target.h"
#include "test_payload.h"

int target_secret(void);
int target_dup(void);

MEND_EXTERN("mend_target", target_secret, 0);
MEND_EXTERN("mend_target", target_dup, 2);
MEND_EXTERN_DATA("mend_target", target_percpu, 0);

static int new_target_extern(void)
{
	int __percpu *variable = (int __percpu __force *)&mend_data(target_percpu);

	return target_secret() + target_dup() + *raw_cpu_ptr(variable);
}

TEST_PATCH("test-modsym", 1, "mend_target", MEND_FUNC(target_extern, new_target_extern));
