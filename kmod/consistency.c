// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a task inside? One task; and all of them, while the machine is stopped.
 *
 * Rule: at the instant of the switch no task is inside code that stops being
 * current. plan.c names that code as address ranges. Here all
 * tasks are looked at while none can run:
 *
 *  - a thread that is in the kernel, sleeping or preempted, has its frames on
 *    its stack and the unwinder finds them;
 *  - a thread in user mode has nothing but its entry frame;
 *  - a thread being forked, not yet in the list, has never run and will start
 *    in ret_from_fork(), which nobody may patch;
 *  - the idle tasks are in no list and are looked at by CPU. An idle task
 *    of a CPU that is offline starts anew when that CPU comes up;
 *  - the tasks on a CPU at this moment are the stopper threads, one each.
 *    The functions on their stacks cannot be patched (symbols.c);
 *  - a thread between release_task() and its last schedule() is in no list
 *    either. It can only be there in the tail of do_exit(), preempted or asleep;
 *    the functions called in that tail are a limit of the walk, documented in
 *    docs/consistency.md.
 *
 * The list of threads cannot change: a CPU that was changing it has either
 * finished or been stopped between two steps that RCU readers may see.
 */
#include "consistency.h"

#include <linux/cpumask.h>
#include <linux/kallsyms.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "compat/ksyms.h"

#ifdef CONFIG_MEND_SELFTEST
bool consistency_skip;
#define skip_check()	READ_ONCE(consistency_skip)
#else
#define skip_check()	false
#endif

bool consistency_check_task(struct consistency *check, struct task_struct *task)
{
	check->tasks++;
	if (skip_check())
		return true;
	check->verdict = stack_check(task, check->ranges, &check->hit, &check->trace);
	if (check->verdict == STACK_CLEAN)
		return true;
	check->pid = task->pid;
	check->tgid = task->tgid;
	memcpy(check->comm, task->comm, sizeof(check->comm));
	check->comm[sizeof(check->comm) - 1] = '\0';
	return false;
}

static bool check_threads(struct consistency *check)
{
	struct task_struct *process, *thread;
	bool clean = true;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		clean = consistency_check_stopped(check, thread);
		if (!clean)
			goto out;
	}
out:
	rcu_read_unlock();
	return clean;
}

static bool check_idle_tasks(struct consistency *check)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (!consistency_check_stopped(check, ksyms_idle_task(cpu)))
			return false;
	return true;
}

bool consistency_check_all(struct consistency *check)
{
	consistency_begin(check);
	return check_threads(check) && check_idle_tasks(check);
}

/*
 * Split "function+0x1/0x2 [module]" into function and module.
 */
static void describe_place(unsigned long addr, struct mend_blocker *blocker)
{
	char symbol[KSYM_SYMBOL_LEN];
	char *end, *module;

	sprint_symbol_no_offset(symbol, addr);
	strscpy(blocker->object, "vmlinux", sizeof(blocker->object));
	module = strstr(symbol, " [");
	if (module) {
		*module = '\0';
		module += 2;
		end = strchr(module, ']');
		if (end)
			*end = '\0';
		/* With CONFIG_STACKTRACE_BUILD_ID a build-id follows the name. */
		end = strchr(module, ' ');
		if (end)
			*end = '\0';
		strscpy(blocker->object, module, sizeof(blocker->object));
	}
	strscpy(blocker->func, symbol, sizeof(blocker->func));
}

void consistency_describe(const struct consistency *check, struct mend_blocker *blocker)
{
	size_t len = 0;
	u32 i;

	memset(blocker, 0, sizeof(*blocker));
	if (check->verdict == STACK_CLEAN)
		return;
	blocker->pid = check->pid;
	blocker->tgid = check->tgid;
	blocker->nr = 1;
	strscpy(blocker->comm, check->comm, sizeof(blocker->comm));
	if (check->hit)
		describe_place(check->hit, blocker);
	for (i = 0; i < check->trace.nr; i++)
		len += scnprintf(blocker->stack + len, sizeof(blocker->stack) - len, "%pS\n",
				 (void *)check->trace.addr[i]);
}
