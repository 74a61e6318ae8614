/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watching payloads: oopses and warnings with their text on the stack, and
 * soft lockups.
 */
#ifndef MEND_WATCH_H
#define MEND_WATCH_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include "range.h"

/* Of struct watch.seen */
#define WATCH_OOPS	(1U << 0)
#define WATCH_WARN	(1U << 1)

/**
 * struct watch - one piece of text that is watched
 * @text: sealed; set by the owner before watch_arm(), stays until watch_disarm()
 * @seen: WATCH_*; set from any context
 * @slot: where it is in the array of all; -1: it has none. Set by
 *	watch_reserve(), cleared by watch_release().
 * @locked_up: there had been a soft lockup before watch_arm()
 */
struct watch {
	const struct range_set *text;
	atomic_t seen;
	int slot;
	bool locked_up;
};

/** watch_init_one() - neither reserved nor armed */
static inline void watch_init_one(struct watch *watch)
{
	watch->slot = -1;
}

/**
 * watch_reserve() - make sure that watch_arm() will find a place
 *
 * Context: registry_mutex is held. Return: 0; -ENOSPC.
 */
int watch_reserve(struct watch *watch);

/** watch_arm() - from here on; cannot fail; queues the work. registry_mutex held. */
void watch_arm(struct watch *watch);

/**
 * watch_disarm() - nothing new is seen, but somebody may still be looking
 *
 * Afterwards synchronize_rcu() is due before @watch and its text are freed.
 * Also gives a mere reservation back. Context: registry_mutex held.
 */
void watch_disarm(struct watch *watch);

/** watch_sees_warnings() - not every kernel says that it has warned */
bool watch_sees_warnings(void);

/** watch_soft_lockup() - was there a soft lockup since watch_arm()? Any context. */
bool watch_soft_lockup(const struct watch *watch);

/**
 * watch_init() - begin to listen
 * @queue: where to queue @work whenever something has been seen
 *
 * Return: 0, or a negative errno. Context: module init and exit; sleeps.
 */
int watch_init(struct workqueue_struct *queue, struct work_struct *work);

/** watch_exit() - @work will not be queued any more */
void watch_exit(void);

/** watch_kick() - queue the work of watch_init(); any context but NMI */
void watch_kick(void);

#endif /* MEND_WATCH_H */
