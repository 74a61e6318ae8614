/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend: shadow variables, for patches that need a new member in a structure.
 *
 * A shadow variable is a piece of memory that belongs to an object and is
 * found by the pair <obj, id>: the object's address, and a number that the
 * patches that know the variable have agreed upon. It is as if the object had
 * grown by a member, without touching the object:
 *
 *	struct note *note = mend_shadow_get_or_alloc(inode, NOTE_ID, sizeof(*note),
 *						     GFP_NOWAIT, NULL, NULL);
 *
 * The semantics are those of the kernel's klp_shadow_*(): sources that use
 * those get these, see mend/compat/linux/livepatch.h.
 *
 * What mend keeps consistent is the table. The content of a variable, and for
 * how long a pointer to it may be used, is the callers' affair, as it is for
 * the object itself: whoever frees a variable makes sure that nobody uses it
 * any more, usually because the object is going, or because the switch that
 * turned its users off is over (a post_unpatch callback).
 *
 * Variables stay when the patch that made them goes off: the next generation
 * finds them by their id. Whoever needs them no longer frees them, at the
 * latest with mend_shadow_free_all(). What is left when mend.ko is unloaded is
 * freed by it, without a destructor, and counted in the kernel's log: nobody
 * who could find it is loaded any more. So do not link a variable into a list
 * of the kernel, nor leave the only pointer to other memory in it, beyond the
 * life of the last payload that knows it.
 */
#ifndef _MEND_SHADOW_H
#define _MEND_SHADOW_H

#include <linux/types.h>

/**
 * typedef mend_shadow_ctor_t - make a new variable ready
 * @obj:	its object
 * @shadow_data: the variable, filled with zeros; nobody else sees it yet
 * @ctor_data:	what the caller of the allocation has passed
 *
 * Context: atomic: under a spinlock, interrupts off. It may not call any
 * mend_shadow function but mend_shadow_get().
 *
 * Return: 0; otherwise the variable does not come into being.
 */
typedef int (*mend_shadow_ctor_t)(void *obj, void *shadow_data, void *ctor_data);

/**
 * typedef mend_shadow_dtor_t - let go of what a variable holds
 * @obj:	its object, which may be gone: only an address
 * @shadow_data: the variable; it cannot be found any more, and readers under
 *		rcu_read_lock() may still look at it
 *
 * Context: as mend_shadow_ctor_t.
 */
typedef void (*mend_shadow_dtor_t)(void *obj, void *shadow_data);

/**
 * mend_shadow_get() - the variable of an object
 *
 * Context: any but NMI; takes no lock.
 *
 * Return: NULL: there is none.
 */
void *mend_shadow_get(void *obj, unsigned long id);

/**
 * mend_shadow_alloc() - a new variable
 * @obj:	an address, never followed
 * @id:		which variable of @obj
 * @size:	of the variable
 * @gfp:	how to allocate it
 * @ctor:	makes it ready; NULL: zeros will do
 * @ctor_data:	passed to @ctor
 *
 * That it exists already is the caller's mistake: a warning, the first time
 * since mend.ko was loaded.
 *
 * Context: as @gfp; not in NMI, and with PREEMPT_RT not where sleeping locks
 * are not allowed. From any number of CPUs at once.
 *
 * Return: NULL: it exists already, there is no memory, or @ctor failed.
 */
void *mend_shadow_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
			mend_shadow_ctor_t ctor, void *ctor_data);

/**
 * mend_shadow_get_or_alloc() - the variable of an object, or a new one
 *
 * As mend_shadow_alloc(), but one that exists is returned, whatever its size
 * was. However many call it at once, there is one variable, and one @ctor has
 * been called for it.
 */
void *mend_shadow_get_or_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
			       mend_shadow_ctor_t ctor, void *ctor_data);

/**
 * mend_shadow_free() - end the variable of an object; none: nothing happens
 * @dtor:	NULL: nothing to let go of
 *
 * The memory goes after a grace period of RCU.
 *
 * Context: any but NMI and, with PREEMPT_RT, hard interrupts.
 */
void mend_shadow_free(void *obj, unsigned long id, mend_shadow_dtor_t dtor);

/**
 * mend_shadow_free_all() - end all variables with that id, of whatever object
 *
 * Context: as mend_shadow_free(); takes as long as there are variables.
 */
void mend_shadow_free_all(unsigned long id, mend_shadow_dtor_t dtor);

#endif /* _MEND_SHADOW_H */
