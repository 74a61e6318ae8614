// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a task's stack with the exported x86 unwinder; see stack.h.
 *
 * The kernel's own reliable walk is not exported. The rules are the same as
 * there, and two are added, the last ones:
 *  - registers that were saved on entry from user mode end the walk: clean;
 *  - with frame pointers, registers saved by an interrupt of kernel code make
 *    the frames below them a guess: unreliable. ORC does not guess;
 *  - a return address that is not kernel text (a generated trampoline without
 *    unwind data, for one), or any error of the unwinder: unreliable;
 *  - an end of the walk that is not the end of the stack: unreliable. See at_bottom();
 *  - interrupted code that is about to return into a function's entry: unreliable. See
 *    is_entry().
 * The unwinder itself translates return addresses that function_graph or a
 * kretprobe has replaced.
 */
#include "../../stack.h"

#include <linux/sched/task_stack.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/unwind.h>
#include "../../compat/compat.h"
#include "../../compat/ksyms.h"
#include "walk.h"

#ifndef CONFIG_UNWINDER_ORC
#error "mend needs the ORC unwinder (CONFIG_UNWINDER_ORC): it reads stacks reliably"
#endif

static void remember(struct stack_trace_copy *trace, unsigned long addr)
{
	if (trace->nr < STACK_DEPTH)
		trace->addr[trace->nr++] = addr;
}

/* The rest of the way, for the person who will have to find the task. */
static void remember_callers(struct unwind_state *state, struct stack_trace_copy *trace)
{
	unsigned long addr;

	for (unwind_next_frame(state); !unwind_done(state) && !unwind_error(state);
	     unwind_next_frame(state)) {
		addr = unwind_get_return_address(state);
		if (!addr || trace->nr == STACK_DEPTH)
			return;
		remember(trace, addr);
	}
}

/*
 * Has the walk come to where the stack begins? The unwinder ends, without calling it an
 * error, at code that is marked as the first of a stack. Before 6.4 the same mark stood
 * where nothing is known, for one at the thunks that indirect calls go through and at
 * the graph tracer's return_to_handler(). A task that was preempted there would look as if
 * it had no callers at all, and the kernel's own reliable walk says so.
 *
 * The first function of a task, be it of user space, of the kernel or idle, has nothing
 * above it but the room for the registers of user mode.
 *
 * Context: any; two addresses are compared.
 */
static bool at_bottom(const struct unwind_state *state, struct task_struct *task)
{
	return state->sp == (unsigned long)task_pt_regs(task);
}

/*
 * Is it the entry of a function? Two pieces of code go on in a function by returning into
 * it: the thunks of indirect calls with retpolines, and ftrace's trampolines when a handler
 * has chosen another one. To the unwinder the entry is a return address, and it goes on
 * by the data of the byte before it, which belongs to something else. That matters only
 * right above the interrupted code: anybody else's return address is what a call has left.
 *
 * A call that never returns may be the last instruction of its function and leave the
 * address of the next one. Whoever is interrupted in what was called then is looked at
 * again, and is somewhere else.
 *
 * Context: the machine is stopped, or the task's locks are held. The lookup takes none.
 */
static bool is_entry(unsigned long addr)
{
	unsigned long size, offset;

	return ksyms_size_offset(addr, &size, &offset) && !offset;
}

enum stack_verdict stack_check(struct task_struct *task, const struct range_set *ranges,
			       unsigned long *hit, struct stack_trace_copy *trace)
{
	struct unwind_state state;
	bool interrupted = false;

	*hit = 0;
	trace->nr = 0;

	/* The stack was freed: the task is dead and has run for the last time. */
	if (!refcount_read(&task->stack_refcount))
		return STACK_CLEAN;
	if (compat_rethook_unreadable(task))
		return STACK_UNRELIABLE;

	for (unwind_start(&state, task, NULL, NULL);
	     !unwind_done(&state) && !unwind_error(&state);
	     unwind_next_frame(&state)) {
		struct pt_regs *regs = unwind_get_entry_regs(&state, NULL);
		unsigned long addr;

		if (regs && user_mode(regs))
			return STACK_CLEAN;
		if (regs && IS_ENABLED(CONFIG_FRAME_POINTER))
			return STACK_UNRELIABLE;
		addr = unwind_get_return_address(&state);
		if (!addr)
			return STACK_UNRELIABLE;
		remember(trace, addr);
		if (range_set_contains(ranges, addr)) {
			*hit = addr;
			remember_callers(&state, trace);
			return STACK_INSIDE;
		}
		if (interrupted && is_entry(addr))
			return STACK_UNRELIABLE;
		interrupted = regs;
	}
	if (unwind_error(&state) || !at_bottom(&state, task))
		return STACK_UNRELIABLE;
	return STACK_CLEAN;
}

void stack_copy_interrupted(struct stack_trace_copy *trace)
{
	struct stack_walk walk;
	unsigned long addr;

	trace->nr = 0;
	stack_walk_begin(&walk, NULL);
	if (!stack_walk_out(&walk))
		return;
	while (trace->nr < STACK_DEPTH && stack_walk_next(&walk, &addr))
		if (addr)
			remember(trace, addr);
}
