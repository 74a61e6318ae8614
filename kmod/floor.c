// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor; see floor.h.
 *
 * A short list: one entry for each name that was ever about to be switched on.
 * Entries are only added until floor_exit().
 *
 * Locking: floor_lock protects the list and the generations.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <uapi/linux/mend.h>
#include "floor.h"

/**
 * struct floor - one name
 * @link: in floors; protected by floor_lock
 * @generation: the highest confirmed, 0: none; protected by floor_lock
 * @name: set once
 */
struct floor {
	struct list_head link;
	u64 generation;
	char name[MEND_NAME_LEN];
};

static DEFINE_SPINLOCK(floor_lock);
static LIST_HEAD(floors);

static struct floor *floor_find(const char *name)
{
	struct floor *floor;

	lockdep_assert_held(&floor_lock);
	list_for_each_entry(floor, &floors, link)
		if (!strcmp(floor->name, name))
			return floor;
	return NULL;
}

int floor_prepare(const char *name)
{
	struct floor *floor = kzalloc(sizeof(*floor), GFP_KERNEL);
	unsigned long flags;

	if (!floor)
		return -ENOMEM;
	strscpy(floor->name, name, sizeof(floor->name));

	spin_lock_irqsave(&floor_lock, flags);
	if (!floor_find(name)) {
		list_add(&floor->link, &floors);
		floor = NULL;
	}
	spin_unlock_irqrestore(&floor_lock, flags);
	kfree(floor);
	return 0;
}

void floor_raise(const char *name, u64 generation)
{
	struct floor *floor;
	unsigned long flags;

	spin_lock_irqsave(&floor_lock, flags);
	floor = floor_find(name);
	if (!WARN_ON_ONCE(!floor) && floor->generation < generation)
		floor->generation = generation;
	spin_unlock_irqrestore(&floor_lock, flags);
}

u64 floor_get(const char *name)
{
	struct floor *floor;
	unsigned long flags;
	u64 generation;

	spin_lock_irqsave(&floor_lock, flags);
	floor = floor_find(name);
	generation = floor ? floor->generation : 0;
	spin_unlock_irqrestore(&floor_lock, flags);
	return generation;
}

void floor_exit(void)
{
	struct floor *floor, *next;

	list_for_each_entry_safe(floor, next, &floors, link) {
		list_del(&floor->link);
		kfree(floor);
	}
}
