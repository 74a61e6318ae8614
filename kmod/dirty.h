/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dirty set: which tasks have run since they were last looked at.
 */
#ifndef MEND_DIRTY_H
#define MEND_DIRTY_H

#include "consistency.h"

/** dirty_init() - find the tracepoint; module init, may sleep. Return: 0, -ENOENT, -ENOMEM */
int dirty_init(void);

/**
 * dirty_exit() - wait for the last set to be freed; module exit, may sleep
 *
 * Context: after the last dirty_disarm().
 */
void dirty_exit(void);

/**
 * dirty_arm() - from here on every task that runs is dirty
 *
 * All threads and idle tasks start as pending. Context: switch mutex held;
 * sleeps. Return: 0; -ENOMEM; or what tracepoint_probe_register() said.
 */
int dirty_arm(void);

/**
 * dirty_disarm() - the reverse
 *
 * Probes that still run are waited for in a worker, which then frees the set; until
 * then dirty_arm() waits. Context: switch mutex held; sleeps.
 */
void dirty_disarm(void);

/**
 * dirty_sweep() - look at dirty tasks while the machine runs
 * @check: its ranges; on failure the blocker
 *
 * Context: armed; sleeps. Return: true if few enough tasks are left for the
 * stop window; false if a task is in the way: stopping would be for nothing.
 */
bool dirty_sweep(struct consistency *check);

/**
 * dirty_check() - look at what is dirty still
 *
 * Context: inside stop_machine(). Return: true if no task is inside.
 */
bool dirty_check(struct consistency *check);

/** dirty_overflowed() - the set has lost a task: only a walk of all will do */
bool dirty_overflowed(void);

#ifdef CONFIG_MEND_SELFTEST
/* Test builds only; 0: as usual. */
extern unsigned int dirty_test_slots;	/* size of the table, a power of two */
extern unsigned int dirty_test_ring;	/* size of each ring */
extern bool dirty_test_no_probe;	/* arm without the probe: unsafe */
#endif

#endif /* MEND_DIRTY_H */
