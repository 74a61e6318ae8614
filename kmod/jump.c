// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plain jumps at functions' entries; see jump.h. When a function may jump, and why
 * nobody is caught between a jump and the handler, is batch_jump.c's matter.
 *
 * All jumps hang on one ftrace_ops. Taking the last one away from it means
 * unregistering, and that waits for every task; so there is one more, the anchor, a
 * function of our own. It keeps the ops registered until a worker has the time to
 * wait. It also proves that jumps work here before any function gets one.
 *
 * ftrace asks jump_ops_func() before it lets somebody who changes the instruction
 * pointer onto a function that jumps: livepatch, a kprobe with a post handler, or
 * our own handler on the way back. Only the last may.
 *
 * Locking: jump_mutex for everything but @sharing, which holds the only task that is
 * between jump_share_begin() and jump_share_end(), and is compared with current.
 * It is taken inside registry_mutex, and held across the calls of ftrace.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "jump.h"

#ifdef MEND_HAVE_JUMPS

#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "compat/ksyms.h"

#define ORIGINAL	1
#define REPLACEMENT	2
#define NO_MEMORY_MS	10

static DEFINE_MUTEX(jump_mutex);
static struct task_struct *sharing;
static struct table_entry anchor;
static bool possible;
static bool registered;
static u32 planted;

static int jump_ops_func(struct ftrace_ops *ops, unsigned long ip, enum ftrace_ops_cmd cmd)
{
	if (cmd == FTRACE_OPS_CMD_DISABLE_SHARE_IPMODIFY_PEER)
		return 0;
	return READ_ONCE(sharing) == current ? 0 : -EBUSY;
}

static struct ftrace_ops jump_ops = { .ops_func = jump_ops_func };

/* noipa: the compiler must not know what they return. */
static __attribute__((__noipa__)) int anchor_original(void)
{
	return ORIGINAL;
}

static __attribute__((__noipa__)) int anchor_replacement(void)
{
	return REPLACEMENT;
}

static struct ftrace_hash *make_hash(const struct table_entry *jumps, u32 nr)
{
	struct ftrace_hash *hash = compat_direct_hash_alloc();
	u32 i;

	for (i = 0; hash && i < nr; i++) {
		if (compat_direct_hash_add(hash, jumps[i].ip, jumps[i].to))
			continue;
		compat_direct_hash_free(hash);
		hash = NULL;
	}
	return hash;
}

static int add(const struct table_entry *jumps, u32 nr)
{
	struct ftrace_hash *hash = make_hash(jumps, nr);
	int err;

	if (!hash)
		return -ENOMEM;
	jump_share_begin();
	err = compat_direct_add(&jump_ops, hash);
	jump_share_end();
	compat_direct_hash_free(hash);
	return err;
}

static int del(const struct table_entry *jumps, u32 nr)
{
	struct ftrace_hash *hash = make_hash(jumps, nr);
	int err;

	if (!hash)
		return -ENOMEM;
	err = compat_direct_del(&jump_ops, hash);
	compat_direct_hash_free(hash);
	return err;
}

/*
 * While a function jumps, ftrace must not be switched off by
 * kernel.ftrace_enabled; for the anchor alone it may. ftrace writes the flags of
 * an ops only in calls that are about it, which jump_mutex keeps apart.
 */
static void count(u32 nr)
{
	planted = nr;
	if (nr)
		jump_ops.flags |= FTRACE_OPS_FL_PERMANENT;
	else
		jump_ops.flags &= ~FTRACE_OPS_FL_PERMANENT;
}

/* In a worker, or while mend.ko goes: there is time, and no way to say no. */
static void let_go(void)
{
	int err;

	while ((err = del(&anchor, 1)) == -ENOMEM)
		msleep(NO_MEMORY_MS);
	if (err)
		pr_err("ftrace does not let go of a jump: error %d\n", err);
	else
		registered = false;
}

static int register_anchor(void)
{
	int err = add(&anchor, 1);

	if (err)
		return err;
	registered = true;
	if (anchor_original() == REPLACEMENT)
		return 0;
	pr_err("self-test: a jump was planted and does not jump; all calls go through the handler\n");
	WRITE_ONCE(possible, false);
	let_go();
	return -ENODEV;
}

int jump_plant(const struct table_entry *jumps, u32 nr)
{
	int err = 0;

	mutex_lock(&jump_mutex);
	if (!registered)
		err = register_anchor();
	if (!err) {
		count(planted + nr);
		err = add(jumps, nr);
		if (err)
			count(planted - nr);
	}
	mutex_unlock(&jump_mutex);
	return err;
}

int jump_remove(const struct table_entry *jumps, u32 nr)
{
	int err;

	mutex_lock(&jump_mutex);
	err = del(jumps, nr);
	if (!err)
		count(planted - nr);
	mutex_unlock(&jump_mutex);
	return err;
}

void jump_share_begin(void)
{
	WRITE_ONCE(sharing, current);
}

void jump_share_end(void)
{
	WRITE_ONCE(sharing, NULL);
}

void jump_rest(void)
{
	mutex_lock(&jump_mutex);
	if (registered && !planted)
		let_go();
	mutex_unlock(&jump_mutex);
}

bool jump_possible(void)
{
	return READ_ONCE(possible);
}

void jump_init(void)
{
	anchor.ip = ksyms_ftrace_location((unsigned long)anchor_original);
	anchor.to = (unsigned long)anchor_replacement;
	possible = compat_direct_init() && anchor.ip;
	if (!possible)
		pr_info("this kernel cannot plant jumps at functions; all calls go through the handler\n");
}

void jump_exit(void)
{
	jump_rest();
}

#endif /* MEND_HAVE_JUMPS */
