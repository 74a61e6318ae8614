// SPDX-License-Identifier: GPL-2.0-only
/*
 * The roll call; see rollcall.h.
 *
 * stop_machine() waits for a stopper thread on every CPU, and the CPUs that have
 * come spin until the last one does. On a kernel that does not preempt kernel
 * code (preempt=none or voluntary) a CPU that is caught in a loop never comes:
 * the switch that was to take the loop away would freeze the whole machine. So
 * before the machine is stopped, a stopper thread is asked for on each CPU, and
 * nobody waits for it but the switch. If one does not come in time, there is
 * nothing to stop: whoever keeps that CPU is the blocker.
 *
 * Who that is, an interrupt tells: it sees what it has interrupted. A CPU that
 * does not take interrupts either is named by its number.
 *
 * A CPU that gets into a loop between the roll call and the stop is not
 * noticed. That is a moment, once; a loop that is there stays.
 *
 * Locking: rollcall_mutex, a leaf: one roll call at a time. A seat belongs to it but
 * for what a stopper or an interrupt writes, which it hands over by clearing
 * @called or @asked with release semantics. Both may come long after rollcall()
 * has given up: hence seats outlive it, hold no pointer of the caller's, and are
 * not used again before they are free.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "rollcall.h"

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include "compat/ksyms.h"
#include "stack.h"

/*
 * A thread of the highest class comes within microseconds; a virtual CPU may
 * take longer. More than that is a CPU that nobody would want to spin for.
 */
#define CALL_MS		200
#define ASK_MS		20

#define POLL_MIN_US	20
#define POLL_MAX_US	500

/**
 * struct seat - one CPU's
 * @called: a stopper has been asked for and has not come
 * @asked: an interrupt has been sent and has not come
 * @work: of the stopper
 * @csd: of the interrupt
 * @pid: whom the interrupt has found
 * @tgid: its process
 * @comm: its name
 * @trace: its stack in the kernel; empty: it was in user mode
 */
struct seat {
	int called;
	int asked;
	struct cpu_stop_work work;
	call_single_data_t csd;
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	struct stack_trace_copy trace;
};

static struct seat __percpu *seats;
static DEFINE_MUTEX(rollcall_mutex);

/* In the stopper thread. */
static int come(void *data)
{
	struct seat *seat = data;

	/* Pairs with the acquire in has_come(). */
	smp_store_release(&seat->called, 0);
	return 0;
}

/* In an interrupt. */
static void answer(void *data)
{
	struct seat *seat = data;

	seat->pid = current->pid;
	seat->tgid = current->tgid;
	memcpy(seat->comm, current->comm, sizeof(seat->comm));
	seat->comm[sizeof(seat->comm) - 1] = '\0';
	stack_copy_interrupted(&seat->trace);
	/* Pairs with the acquire in has_answered(). */
	smp_store_release(&seat->asked, 0);
}

static bool has_come(struct seat *seat)
{
	return !smp_load_acquire(&seat->called);
}

static bool has_answered(struct seat *seat)
{
	return !smp_load_acquire(&seat->asked);
}

static void call_cpu(int cpu)
{
	struct seat *seat = per_cpu_ptr(seats, cpu);

	/* Still waiting for it since an earlier call: that one will do. */
	if (!has_come(seat))
		return;
	seat->called = 1;
	/* It has gone offline: it will not be missed. */
	if (!ksyms_stop_one_cpu_nowait(cpu, come, seat, &seat->work))
		seat->called = 0;
}

/* A CPU that has not come, or -1. */
static int find_missing(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (!has_come(per_cpu_ptr(seats, cpu)))
			return cpu;
	return -1;
}

static int wait_for_all(void)
{
	u64 end = ktime_get_ns() + CALL_MS * NSEC_PER_MSEC;
	unsigned int delay = POLL_MIN_US;
	int cpu;

	while ((cpu = find_missing()) >= 0 && ktime_get_ns() < end) {
		usleep_range(delay, 2 * delay);
		delay = min(2 * delay, (unsigned int)POLL_MAX_US);
	}
	return cpu;
}

/* What keeps that CPU? Returns whether it has told. */
static bool ask_cpu(int cpu)
{
	struct seat *seat = per_cpu_ptr(seats, cpu);
	u64 end = ktime_get_ns() + ASK_MS * NSEC_PER_MSEC;

	if (has_answered(seat)) {
		seat->asked = 1;
		if (smp_call_function_single_async(cpu, &seat->csd)) {
			seat->asked = 0;
			return false;
		}
	}
	while (!has_answered(seat) && ktime_get_ns() < end)
		usleep_range(POLL_MIN_US, 2 * POLL_MIN_US);
	return has_answered(seat);
}

static void describe_silent(struct consistency *check, int cpu)
{
	check->pid = 0;
	check->tgid = 0;
	snprintf(check->comm, sizeof(check->comm), "CPU %d", cpu);
	check->hit = 0;
	check->trace.nr = 0;
}

static void describe_missing(struct consistency *check, int cpu)
{
	const struct seat *seat = per_cpu_ptr(seats, cpu);
	u32 i;

	check->verdict = STACK_STUCK;
	if (!ask_cpu(cpu)) {
		describe_silent(check, cpu);
		return;
	}
	check->pid = seat->pid;
	check->tgid = seat->tgid;
	memcpy(check->comm, seat->comm, sizeof(check->comm));
	check->trace = seat->trace;
	check->hit = seat->trace.nr ? seat->trace.addr[0] : 0;
	for (i = 0; i < seat->trace.nr; i++) {
		if (!range_set_contains(check->ranges, seat->trace.addr[i]))
			continue;
		check->hit = seat->trace.addr[i];
		return;
	}
}

/* A CPU that has not come, or -1. */
static int call_all(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		call_cpu(cpu);
	return wait_for_all();
}

bool rollcall(struct consistency *check)
{
	int cpu;

	mutex_lock(&rollcall_mutex);
	cpu = call_all();
	if (cpu >= 0)
		describe_missing(check, cpu);
	mutex_unlock(&rollcall_mutex);
	return cpu < 0;
}

void rollcall_wait(void)
{
	bool told = false;
	int cpu;

	do {
		mutex_lock(&rollcall_mutex);
		cpu = call_all();
		mutex_unlock(&rollcall_mutex);
		if (cpu >= 0 && !told)
			pr_warn("CPU %d is caught in the kernel: a module that comes or goes waits for it\n",
				cpu);
		told = true;
	} while (cpu >= 0);
}

int rollcall_init(void)
{
	int cpu;

	seats = alloc_percpu(struct seat);
	if (!seats)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_CSD(&per_cpu_ptr(seats, cpu)->csd, answer, per_cpu_ptr(seats, cpu));
	return 0;
}

void rollcall_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		while (!has_come(per_cpu_ptr(seats, cpu)) ||
		       !has_answered(per_cpu_ptr(seats, cpu)))
			msleep(20);
	/* The last of them may still be on its way out of our code. */
	synchronize_rcu();
	free_percpu(seats);
}
