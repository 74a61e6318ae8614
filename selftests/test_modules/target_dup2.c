// SPDX-License-Identifier: GPL-2.0-only
/* The second of the functions called target_dup, in link order. */
#include "target.h"
#include "target_dup.h"

static TARGET_FN int target_dup(void)
{
	return 20;
}

int target_call_dup2(void)
{
	return target_dup();
}
