/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of plans, and what is kept back of it for taking a switch back.
 */
#ifndef MEND_PLAN_MEMORY_H
#define MEND_PLAN_MEMORY_H

#include <linux/types.h>
#include "plan.h"

/**
 * plan_reserve() - keep back enough for a plan of everything that is registered
 *
 * Context: registry_mutex held; sleeps. Return: 0; -ENOMEM: what was kept back
 * before is still there.
 */
int plan_reserve(void);

/** plan_memory_exit() - give it back; nothing is registered any more */
void plan_memory_exit(void);

/** enum plan_use - what memory is for */
enum plan_use {
	PLAN_STEPS,	/* until plan_free() */
	PLAN_WORK,	/* until it is worked out again */
	PLAN_TABLE,	/* may outlive the plan */
};

/**
 * plan_alloc() - memory for a plan
 *
 * With plan->must it cannot fail. With plan->back, what is kept back is used if
 * there is no other. Context: registry_mutex held; sleeps.
 *
 * Return: @size zeroed bytes, or NULL.
 */
void *plan_alloc(struct plan *plan, enum plan_use use, size_t size);

/** plan_release() - the reverse; NULL may be passed. Context: sleeps. */
void plan_release(const struct plan *plan, const void *memory);

/** plan_published() - the table is not the plan's any more: it is kvfree()d one day */
void plan_published(struct plan *plan);

#ifdef CONFIG_MEND_SELFTEST
/* Test builds only: there is no memory but what is kept back. */
extern bool plan_test_no_memory;
#endif

#endif /* MEND_PLAN_MEMORY_H */
