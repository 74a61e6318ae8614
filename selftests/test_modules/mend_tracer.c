// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second tracer of target_outer() and target_inner(), whose handler calls
 * target_inner() itself: once from the handler, and once more from the handler
 * that this call meets. ftrace's guard against recursion lets the first of them
 * through, for it could be an interrupt, and not the second one: that reaches no
 * handler, mend's neither, and runs the original.
 *
 * What these calls returned is counted here, by version and apart from each other,
 * so that nobody mistakes the second kind for a call that a switch has missed.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/percpu.h>

#include "target.h"

static unsigned long nested[TARGET_VERSIONS];
module_param_array(nested, ulong, NULL, 0444);

static unsigned long guarded[TARGET_VERSIONS];
module_param_array(guarded, ulong, NULL, 0444);

/* How many of our handlers this CPU is in */
static DEFINE_PER_CPU(unsigned int, depth);

/* Lost counts of two CPUs do not matter: it is asked whether there are any. */
static void notrace tracer_count(unsigned long *counts)
{
	int version = target_inner();

	WRITE_ONCE(counts[version], counts[version] + 1);
}

static void notrace tracer_handler(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	unsigned int now;

	/* An interrupt is a context of its own, with a guard of its own. */
	if (!in_task())
		return;
	/* ftrace does so only where it calls several handlers, and guards them. */
	preempt_disable_notrace();
	now = __this_cpu_read(depth);
	if (now < 2) {
		__this_cpu_write(depth, now + 1);
		tracer_count(now ? guarded : nested);
		__this_cpu_write(depth, now);
	}
	preempt_enable_notrace();
}

static struct ftrace_ops tracer_ops = { .func = tracer_handler };

static int __init tracer_init(void)
{
	int err = ftrace_set_filter(&tracer_ops, "target_inner", strlen("target_inner"), 1);

	if (!err)
		err = ftrace_set_filter(&tracer_ops, "target_outer", strlen("target_outer"), 0);
	if (!err)
		err = register_ftrace_function(&tracer_ops);
	if (err)
		ftrace_free_filter(&tracer_ops);
	return err;
}

static void __exit tracer_exit(void)
{
	unregister_ftrace_function(&tracer_ops);
	ftrace_free_filter(&tracer_ops);
}

module_init(tracer_init);
module_exit(tracer_exit);
MODULE_DESCRIPTION("A tracer for mend's selftests that calls what it traces");
MODULE_LICENSE("GPL");
