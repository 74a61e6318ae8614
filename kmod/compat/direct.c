// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace's direct calls, found by name; see direct.h, and ksyms.h, which tells
 * why they are reached through static calls.
 */
#include "direct.h"

#ifdef MEND_HAVE_JUMPS

#include <linux/static_call.h>
#include "ksyms.h"

DEFINE_STATIC_CALL_NULL(mend_alloc_ftrace_hash, alloc_ftrace_hash);
DEFINE_STATIC_CALL_NULL(mend_free_ftrace_hash, free_ftrace_hash);
DEFINE_STATIC_CALL_NULL(mend_add_ftrace_hash_entry_direct, add_ftrace_hash_entry_direct);
DEFINE_STATIC_CALL_NULL(mend_update_ftrace_direct_add, update_ftrace_direct_add);
DEFINE_STATIC_CALL_NULL(mend_update_ftrace_direct_del, update_ftrace_direct_del);

/* A kernel that lacks one is patched all the same, without jumps. */
#define find(function)								\
	({									\
		unsigned long addr_ = ksyms_lookup(#function);			\
										\
		if (addr_)							\
			static_call_update(mend_##function, (typeof(&function))addr_); \
		addr_ != 0;							\
	})

bool compat_direct_init(void)
{
	return find(alloc_ftrace_hash) && find(free_ftrace_hash) &&
	       find(add_ftrace_hash_entry_direct) && find(update_ftrace_direct_add) &&
	       find(update_ftrace_direct_del);
}

struct ftrace_hash *compat_direct_hash_alloc(void)
{
	return static_call(mend_alloc_ftrace_hash)(FTRACE_HASH_DEFAULT_BITS);
}

bool compat_direct_hash_add(struct ftrace_hash *hash, unsigned long ip, unsigned long to)
{
	return static_call(mend_add_ftrace_hash_entry_direct)(hash, ip, ftrace_jmp_set(to));
}

void compat_direct_hash_free(struct ftrace_hash *hash)
{
	static_call(mend_free_ftrace_hash)(hash);
}

int compat_direct_add(struct ftrace_ops *ops, struct ftrace_hash *hash)
{
	return static_call(mend_update_ftrace_direct_add)(ops, hash);
}

int compat_direct_del(struct ftrace_ops *ops, struct ftrace_hash *hash)
{
	return static_call(mend_update_ftrace_direct_del)(ops, hash);
}

#endif /* MEND_HAVE_JUMPS */
