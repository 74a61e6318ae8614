// SPDX-License-Identifier: GPL-2.0-only
/* Refused: a relocation that would write to the kernel itself. */
#include <linux/delay.h>

#include "test_payload.h"

static int new_target_plain(void)
{
	return 1;
}

/* The place is data of vmlinux, never a payload's. */
asm(__MEND_RELOC("loops_per_jiffy", "vmlinux", "vmlinux", "jiffies", 0, "1", "0"));

TEST_PATCH("test-badplace", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
