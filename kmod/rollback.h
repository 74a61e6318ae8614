/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking switches back that are on probation.
 */
#ifndef MEND_ROLLBACK_H
#define MEND_ROLLBACK_H

#include <linux/types.h>
#include <uapi/linux/mend.h>

/**
 * rollback_now() - take it back, as by MEND_PROBATION_ROLLBACK
 * @name: "": everything that is on probation
 * @generation: 0: the one that is on
 * @reason: why
 *
 * Context: sleeps. Return: 0: it is off; -ENOENT; -EALREADY: it is not on
 * probation; -EBUSY: it cannot be taken back yet, and is tried until it can.
 */
int rollback_now(const char *name, u64 generation, u32 reason, struct mend_report *report);

/** rollback_init(), rollback_exit() - no patch is registered then */
int rollback_init(void);
void rollback_exit(void);

#endif /* MEND_ROLLBACK_H */
