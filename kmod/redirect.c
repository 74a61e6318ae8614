// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirection: one handler, one pointer to one immutable table.
 *
 * This file is what the product rests on, so here is the whole argument.
 *
 * A patched function begins with ftrace's call. ftrace calls
 * redirect_handler(), which looks its ip up in the current table and, if it
 * is there, changes the instruction pointer with which the call goes on. If
 * it is not, the original function runs. Which of the two happens depends on
 * nothing but the table that current_table points to: to turn any set of
 * patches on and off is to store that pointer once.
 *
 * The store is made by redirect_publish() inside stop_machine(): every other
 * CPU spins in the stopper thread with interrupts off. So no CPU is inside
 * the handler at that moment (it runs with preemption disabled, hence a
 * stopper thread cannot have taken its CPU in the middle of it), and a call
 * made after the machine goes on sees the new table, on every CPU. For the
 * same reason the old table has no reader left when stop_machine() returns
 * and may be freed then: stopping the machine is the grace period.
 *
 * What is left is a task that was preempted after the handler chose, in
 * ftrace's trampoline or at the first instruction of the function chosen.
 * consistency.c looks for those.
 *
 * NMIs do arrive while the machine is stopped. The handler is memory-safe
 * there, since the old table still exists, but an NMI that spans the store may
 * call an old function and then a new one. Functions that NMI handlers call
 * are therefore not to be patched in sets that must agree.
 *
 * Lock-free readers: redirect_handler(). Writer: redirect_publish(), under
 * registry_mutex.
 */
#include "redirect.h"

#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include "compat/compat.h"

static const struct table *current_table __read_mostly;

/*
 * Calls nothing but the preemption guard, and that one not traced: anything
 * else might be patched or traced itself and come back here.
 */
void notrace redirect_handler(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			      struct ftrace_regs *fregs)
{
	unsigned long to;

	preempt_disable_notrace();
	/* Pairs with nothing: the machine is stopped when this is written. */
	if (table_find(READ_ONCE(current_table), ip, &to))
		compat_set_ip(fregs, to);
	preempt_enable_notrace();
}

const struct table *redirect_current(void)
{
	return current_table;
}

void redirect_publish(const struct table *next)
{
	WRITE_ONCE(current_table, next);
}

int redirect_init(void)
{
	struct table *empty = kvzalloc(table_bytes(0), GFP_KERNEL);

	if (!empty)
		return -ENOMEM;
	table_build(empty, NULL, 0, 0);
	current_table = empty;
	return 0;
}

void redirect_exit(void)
{
	kvfree(current_table);
	current_table = NULL;
}
