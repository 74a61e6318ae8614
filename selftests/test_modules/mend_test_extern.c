// SPDX-License-Identifier: GPL-2.0-only
/* Calls a function of vmlinux that is not exported. */
#include <linux/sched.h>

#include "test_payload.h"

/* In a header of kernel/sched on some kernels, in none on others. */
int task_prio(const struct task_struct *p);

MEND_EXTERN("vmlinux", task_prio, 0);

static int new_target_extern(void)
{
	return task_prio(current);
}

TEST_PATCH("test-extern", 1, "mend_target", MEND_FUNC(target_extern, new_target_extern));
