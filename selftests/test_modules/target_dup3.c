// SPDX-License-Identifier: GPL-2.0-only
/* The third of the functions called target_dup, in link order. */
#include "target.h"
#include "target_dup.h"

static TARGET_FN int target_dup(void)
{
	return 30;
}

int target_call_dup3(void)
{
	return target_dup();
}
