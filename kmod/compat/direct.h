/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace's direct calls, as plain jumps and for many functions at a time.
 *
 * A direct "call" whose address has its lowest bit set is planted as a jump: no
 * trampoline, no handler. 7.0 brought that together with a way to give one
 * ftrace_ops a target for each of its functions. That way is not exported, so it
 * is found by name.
 */
#ifndef MEND_COMPAT_DIRECT_H
#define MEND_COMPAT_DIRECT_H

#include <linux/ftrace.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_JMP) && \
	defined(CONFIG_HAVE_SINGLE_FTRACE_DIRECT_OPS)
#define MEND_HAVE_JUMPS
#endif

#ifdef MEND_HAVE_JUMPS

/**
 * compat_direct_init() - find what is needed; module init, after ksyms_init()
 *
 * Return: whether all of it is there.
 */
bool compat_direct_init(void);

/** compat_direct_hash_alloc() - an empty set of jumps; NULL: no memory */
struct ftrace_hash *compat_direct_hash_alloc(void);

/** compat_direct_hash_add() - a jump from a function's record to @to; false: no memory */
bool compat_direct_hash_add(struct ftrace_hash *hash, unsigned long ip, unsigned long to);

/** compat_direct_hash_free() - ftrace keeps copies */
void compat_direct_hash_free(struct ftrace_hash *hash);

/**
 * compat_direct_add() - plant all of @hash, or nothing
 * @ops: not registered, or by this function
 *
 * Context: sleeps, and waits for no grace period. Return: 0; -EINVAL if one of the
 * functions has a direct call already; -ENOMEM; -EBUSY from @ops->ops_func.
 */
int compat_direct_add(struct ftrace_ops *ops, struct ftrace_hash *hash);

/**
 * compat_direct_del() - take all of @hash away, or nothing
 *
 * Context: sleeps; with the last jump of @ops, for as long as unregistering takes.
 */
int compat_direct_del(struct ftrace_ops *ops, struct ftrace_hash *hash);

#endif /* MEND_HAVE_JUMPS */

#endif /* MEND_COMPAT_DIRECT_H */
