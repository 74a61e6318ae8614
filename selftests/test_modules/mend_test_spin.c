// SPDX-License-Identifier: GPL-2.0-only
/*
 * A soft lockup: the CPU is lost to everything but interrupts. Preemption is off so
 * that it is one on kernels that preempt kernel code, too.
 */
#include <linux/preempt.h>
#include <linux/processor.h>
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_call(void)
{
	preempt_disable();
	while (READ_ONCE(victim_hold))
		cpu_relax();
	preempt_enable();
	return 6;
}

TEST_PATCH("test-victim", 6, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
