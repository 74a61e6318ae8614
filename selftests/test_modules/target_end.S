/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A frame at which the unwinder believes a stack to end: target_behind_end() is marked
 * as the kernel marks its first function, and some that are called like any other.
 */
#include <linux/linkage.h>
#include <linux/version.h>
#include <asm/unwind_hints.h>

SYM_FUNC_START(target_behind_end)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	UNWIND_HINT_END_OF_STACK
#else
	UNWIND_HINT_EMPTY
#endif
	call target_hold
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(target_behind_end)
