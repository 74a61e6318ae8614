// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shadow variables: one hash table from <obj, id> to a piece of memory.
 *
 * Locking: shadow_lock protects the chains against other writers and is held,
 * interrupts off, while constructors and destructors run: that makes "one
 * variable, constructed once" and "all of that id" true. Readers walk a chain
 * under RCU, without it. obj and id of a variable are set once, before it is
 * published; what its data mean, and who may change them when, is known to
 * the payloads only.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "shadow.h"

#include <linux/bug.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <mend/shadow.h>

#define SHADOW_BITS	12

/**
 * struct shadow - one variable
 * @node: in its chain; changed under shadow_lock
 * @rcu: frees it when no reader can be looking at it
 * @obj: set once
 * @id: set once
 * @data: the payloads'; as aligned as memory of its size from kmalloc() is
 *	by the word
 */
struct shadow {
	struct hlist_node node;
	struct rcu_head rcu;
	void *obj;
	unsigned long id;
	char data[] __aligned(__alignof__(u64));
};

static DEFINE_SPINLOCK(shadow_lock);
static struct hlist_head shadows[1 << SHADOW_BITS];

/* The id counts too: patches with several variables have them on the same objects. */
static struct hlist_head *chain_of(const void *obj, unsigned long id)
{
	return &shadows[hash_long((unsigned long)obj + hash_long(id, BITS_PER_LONG), SHADOW_BITS)];
}

/* Under rcu_read_lock() or shadow_lock. */
static struct shadow *find(const void *obj, unsigned long id)
{
	struct shadow *shadow;

	hlist_for_each_entry_rcu(shadow, chain_of(obj, id), node, lockdep_is_held(&shadow_lock))
		if (shadow->obj == obj && shadow->id == id)
			return shadow;
	return NULL;
}

void *mend_shadow_get(void *obj, unsigned long id)
{
	struct shadow *shadow;

	rcu_read_lock();
	shadow = find(obj, id);
	rcu_read_unlock();
	/* Whether it is still there now is what the caller must know. */
	return shadow ? shadow->data : NULL;
}
EXPORT_SYMBOL_GPL(mend_shadow_get);

/*
 * Not inlined, as shadow_end(): scripts/check-indirect knows the functions that
 * call through a pointer by name.
 */
static noinline int shadow_construct(struct shadow *shadow, mend_shadow_ctor_t ctor,
				     void *ctor_data)
{
	lockdep_assert_held(&shadow_lock);
	return ctor ? ctor(shadow->obj, shadow->data, ctor_data) : 0;
}

/*
 * Publish @new unless its place is taken. Return: who is there in the end;
 * NULL and an error: @ctor failed.
 */
static struct shadow *publish(struct shadow *new, mend_shadow_ctor_t ctor, void *ctor_data,
			      int *err)
{
	struct shadow *shadow;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	shadow = find(new->obj, new->id);
	if (!shadow) {
		*err = shadow_construct(new, ctor, ctor_data);
		if (!*err) {
			hlist_add_head_rcu(&new->node, chain_of(new->obj, new->id));
			shadow = new;
		}
	}
	spin_unlock_irqrestore(&shadow_lock, flags);
	return shadow;
}

/* Allocated before the lock is taken, and thrown away if somebody was faster. */
static struct shadow *get_or_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
				   mend_shadow_ctor_t ctor, void *ctor_data, bool *is_new)
{
	struct shadow *shadow, *new;
	int err = 0;

	*is_new = false;
	new = kzalloc(struct_size(new, data, size), gfp);
	if (!new)
		return NULL;
	new->obj = obj;
	new->id = id;
	shadow = publish(new, ctor, ctor_data, &err);
	*is_new = shadow == new;
	if (!*is_new)
		kfree(new);
	if (err)
		pr_err("the constructor of shadow variable <%p, %lx> failed: error %d\n", obj, id,
		       err);
	return shadow;
}

void *mend_shadow_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
			mend_shadow_ctor_t ctor, void *ctor_data)
{
	struct shadow *shadow;
	bool is_new;

	shadow = get_or_alloc(obj, id, size, gfp, ctor, ctor_data, &is_new);
	if (WARN_ONCE(shadow && !is_new, "mend: duplicate shadow variable <%p, %lx>\n", obj, id))
		return NULL;
	return shadow ? shadow->data : NULL;
}
EXPORT_SYMBOL_GPL(mend_shadow_alloc);

void *mend_shadow_get_or_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
			       mend_shadow_ctor_t ctor, void *ctor_data)
{
	void *data = mend_shadow_get(obj, id);
	struct shadow *shadow;
	bool is_new;

	if (data)
		return data;
	shadow = get_or_alloc(obj, id, size, gfp, ctor, ctor_data, &is_new);
	return shadow ? shadow->data : NULL;
}
EXPORT_SYMBOL_GPL(mend_shadow_get_or_alloc);

static noinline void shadow_end(struct shadow *shadow, mend_shadow_dtor_t dtor)
{
	lockdep_assert_held(&shadow_lock);
	hlist_del_rcu(&shadow->node);
	if (dtor)
		dtor(shadow->obj, shadow->data);
	kfree_rcu(shadow, rcu);
}

void mend_shadow_free(void *obj, unsigned long id, mend_shadow_dtor_t dtor)
{
	struct shadow *shadow;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	shadow = find(obj, id);
	if (shadow)
		shadow_end(shadow, dtor);
	spin_unlock_irqrestore(&shadow_lock, flags);
}
EXPORT_SYMBOL_GPL(mend_shadow_free);

void mend_shadow_free_all(unsigned long id, mend_shadow_dtor_t dtor)
{
	struct hlist_node *next;
	struct shadow *shadow;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&shadow_lock, flags);
	for (i = 0; i < ARRAY_SIZE(shadows); i++)
		hlist_for_each_entry_safe(shadow, next, &shadows[i], node)
			if (shadow->id == id)
				shadow_end(shadow, dtor);
	spin_unlock_irqrestore(&shadow_lock, flags);
}
EXPORT_SYMBOL_GPL(mend_shadow_free_all);

/* Alone: everybody who could call the functions above needs mend.ko and is gone. */
void shadow_exit(void)
{
	unsigned int i, nr = 0;
	struct hlist_node *next;
	struct shadow *shadow;

	for (i = 0; i < ARRAY_SIZE(shadows); i++) {
		hlist_for_each_entry_safe(shadow, next, &shadows[i], node) {
			hlist_del(&shadow->node);
			kfree(shadow);
			nr++;
		}
	}
	if (nr)
		pr_warn("%u shadow variables that payloads have left behind were freed\n", nr);
}
