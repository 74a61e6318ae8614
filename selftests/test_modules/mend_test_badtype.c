// SPDX-License-Identifier: GPL-2.0-only
/* Refused: a relocation of a type that does not exist. */
#include "test_payload.h"

static u64 place __used;

static int new_target_plain(void)
{
	return 1;
}

asm(__MEND_RELOC("place", "vmlinux", "vmlinux", "jiffies", 0, "99", "0"));

TEST_PATCH("test-badtype", 1, "mend_target", MEND_FUNC(target_plain, new_target_plain));
