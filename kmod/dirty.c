// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dirty set: check outside, stop briefly.
 *
 * To know that no task is inside code that changes, it is enough to have
 * looked at every task once, at a moment when it did not run, and at no moment
 * after which it ran. So tasks are looked at while the machine goes on, and
 * whoever runs afterwards is looked at again. Only what ran in the very last
 * moment is left for the stop window, however many tasks there are.
 *
 * A task is clean or dirty. A probe at sched_switch makes the task that leaves
 * a CPU dirty and queues it on that CPU's ring. The sweep moves rings into a
 * pending list and looks at each pending task; one that is not on a CPU and
 * not inside becomes clean. Before the first look all tasks are pending.
 *
 * Invariant: a task is dirty if and only if it is in exactly one of the rings
 * or in the pending list, once. The probe queues only what it makes dirty;
 * only the sweep makes clean, and takes the task off pending then.
 *
 * Why a clean task is still clean when the machine has stopped:
 *
 *  - The sweep looks under task_call_func(): the task's locks are held, so
 *    that it can neither be woken nor be scheduled in meanwhile. It became
 *    clean while it was not on a CPU.
 *  - If it has run since, it was switched out again before the window, at the
 *    latest by the stopper thread, and every switch-out passes the probe. The
 *    probe runs before on_cpu is cleared, on the CPU that the task leaves; the
 *    sweep's acquire of on_cpu == 0 therefore sees the probe's writes, and a
 *    switch-out cannot be half seen.
 *  - A task that is not in the table has been born since, and has never left a
 *    CPU: it has not run, or is running and will be switched out by a stopper.
 *    One that was born while the list was read had not run when it was. (Or it
 *    had left the list before it was read, in the tail of do_exit(), and has not
 *    run since: the limit that walking all has too, see consistency.c.)
 *  - A switch-out that began before the probe was registered belongs to a task
 *    that is listed as pending afterwards: registering precedes listing.
 *  - Dead tasks stay pending until their stack is freed or they are seen
 *    leaving for the last time; the table's reference keeps the struct.
 *
 * CPUs may come and go meanwhile: rings and their reading cover all possible
 * CPUs, and the window holds the hotplug lock, so that no CPU is half there
 * then. Tracepoints are silent on a CPU between the moment it is marked offline
 * and its end; only stopper and idle threads run there in that time, and the
 * idle thread of a CPU that comes back starts anew.
 *
 * If the table or a ring is full, a task has been lost: the set is of no use
 * any more (dirty_overflowed()); the switch begins anew or walks everything.
 *
 * Locking: everything here belongs to the holder of the switch mutex, from
 * dirty_disarm() on to the work @retiring, and to the next holder when
 * dirty_arm() has waited for that. Except for what the probe touches: slots of
 * the table (cmpxchg to fill one, never emptied while armed), the dirty marks
 * (atomic), the head of its own CPU's ring (interrupts off, released to the
 * reader) and @overflowed. The probe runs under the runqueue lock: no wake-up,
 * no put_task_struct(), no allocation.
 */
#include "dirty.h"

#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include "compat/ksyms.h"

/* Slots of the table for each thread that exists, and for threads to come. */
#define SLOTS_PER_THREAD	4
#define SLOTS_SPARE		4096
#define PROBE_LENGTH		64
#define RING_SIZE		8192

/* The sweep is done when so many tasks per CPU are left. */
#define PENDING_PER_CPU		4
#define SWEEPS_MAX		8

struct dirty_slot {
	struct task_struct *task;
	atomic_t dirty;
};

/**
 * struct dirty_ring - tasks that left one CPU
 * @head: written by the probe on that CPU
 * @tail: written by the sweep
 * @slot: indices into the table
 */
struct dirty_ring {
	u32 head;
	u32 tail;
	u32 slot[];
};

static struct tracepoint *sched_switch_tracepoint;

static struct dirty_slot *slots;
static u32 slots_bits;
static u32 *pending;
static u32 nr_pending;
static struct dirty_ring **rings;
static u32 ring_size;
static bool overflowed;
static bool probing;

/* Of its own, and with a rescuer: the one that takes patches back has one, and waits. */
static struct workqueue_struct *retire_queue;
static void retire_set(struct work_struct *work);
static DECLARE_WORK(retiring, retire_set);

#ifdef CONFIG_MEND_SELFTEST
unsigned int dirty_test_slots;
unsigned int dirty_test_ring;
bool dirty_test_no_probe;
#define test_value(name, otherwise)	(READ_ONCE(dirty_test_##name) ?: (otherwise))
#define test_no_probe()			READ_ONCE(dirty_test_no_probe)
#else
#define test_value(name, otherwise)	(otherwise)
#define test_no_probe()			false
#endif

/*
 * The task's slot, taken for it if it has none. @fresh: it was taken now.
 * Lock-free: two CPUs may come with the same task, the probe and the listing.
 */
static __always_inline struct dirty_slot *slot_of(struct task_struct *task, bool *fresh)
{
	u32 mask = (1U << slots_bits) - 1;
	u32 i, index = hash_ptr(task, slots_bits);

	*fresh = false;
	for (i = 0; i < PROBE_LENGTH; i++, index = (index + 1) & mask) {
		struct task_struct *owner = READ_ONCE(slots[index].task);

		if (!owner) {
			owner = cmpxchg(&slots[index].task, NULL, task);
			*fresh = !owner;
		}
		if (!owner || owner == task)
			return &slots[index];
	}
	WRITE_ONCE(overflowed, true);
	return NULL;
}

static __always_inline void ring_push(struct dirty_ring *ring, u32 slot)
{
	u32 head = ring->head;

	/* The sweep only ever makes room: an old tail is on the safe side. */
	if (head - READ_ONCE(ring->tail) >= ring_size) {
		WRITE_ONCE(overflowed, true);
		return;
	}
	ring->slot[head % ring_size] = slot;
	/* The entry before the index; pairs with the acquire in drain_rings(). */
	smp_store_release(&ring->head, head + 1);
}

/*
 * Under the runqueue lock, interrupts off, on the CPU that @prev leaves. @prev
 * is alive until this CPU has finished the switch, so a reference can be taken.
 */
static notrace void probe_sched_switch(void *unused, bool preempt, struct task_struct *prev,
				       struct task_struct *next, unsigned int prev_state)
{
	struct dirty_slot *slot;
	bool fresh;

	slot = slot_of(prev, &fresh);
	if (!slot)
		return;
	if (fresh)
		get_task_struct(prev);
	if (!atomic_xchg(&slot->dirty, 1))
		ring_push(rings[raw_smp_processor_id()], slot - slots);
}

static void find_sched_switch(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "sched_switch"))
		sched_switch_tracepoint = tracepoint;
}

int dirty_init(void)
{
	for_each_kernel_tracepoint(find_sched_switch, NULL);
	if (!sched_switch_tracepoint)
		return -ENOENT;
	retire_queue = alloc_workqueue("mend_dirty", WQ_UNBOUND | WQ_MEM_RECLAIM, 1);
	return retire_queue ? 0 : -ENOMEM;
}

static u32 count_threads(void)
{
	struct task_struct *process, *thread;
	u32 nr = 0;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		nr++;
	rcu_read_unlock();
	return nr;
}

static void free_rings(void)
{
	int cpu;

	if (!rings)
		return;
	for_each_possible_cpu(cpu)
		kvfree(rings[cpu]);
	kfree(rings);
	rings = NULL;
}

static int alloc_rings(void)
{
	int cpu;

	ring_size = test_value(ring, RING_SIZE);
	rings = kcalloc(nr_cpu_ids, sizeof(*rings), GFP_KERNEL);
	if (!rings)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		rings[cpu] = kvzalloc(struct_size(rings[cpu], slot, ring_size), GFP_KERNEL);
		if (!rings[cpu])
			return -ENOMEM;
	}
	return 0;
}

static void free_set(void)
{
	free_rings();
	kvfree(pending);
	kvfree(slots);
	pending = NULL;
	slots = NULL;
}

static int alloc_set(void)
{
	u32 nr = test_value(slots, count_threads() * SLOTS_PER_THREAD + SLOTS_SPARE);

	slots_bits = order_base_2(nr);
	overflowed = false;
	nr_pending = 0;
	slots = kvcalloc(1U << slots_bits, sizeof(*slots), GFP_KERNEL);
	pending = kvcalloc(1U << slots_bits, sizeof(*pending), GFP_KERNEL);
	if (!slots || !pending || alloc_rings()) {
		free_set();
		return -ENOMEM;
	}
	return 0;
}

/* @task has a reference of ours, which the table keeps or drops. */
static void list_task(struct task_struct *task)
{
	struct dirty_slot *slot;
	bool fresh;

	slot = slot_of(task, &fresh);
	if (!fresh)
		put_task_struct(task);
	/* If it is dirty already, the probe has queued it. */
	if (slot && !atomic_xchg(&slot->dirty, 1))
		pending[nr_pending++] = slot - slots;
}

static void list_all_tasks(void)
{
	struct task_struct *process, *thread;
	int cpu;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		/* Zero: it was dead before it could be listed. */
		if (refcount_inc_not_zero(&thread->usage))
			list_task(thread);
	rcu_read_unlock();
	/* Of a CPU that comes up later, the idle task is seen when it is switched out. */
	for_each_online_cpu(cpu)
		list_task(get_task_struct(ksyms_idle_task(cpu)));
}

int dirty_arm(void)
{
	int err;

	/* The set of the last switch may still be in use by late probes. */
	flush_work(&retiring);
	err = alloc_set();
	if (err)
		return err;
	probing = !test_no_probe();
	if (probing)
		err = tracepoint_probe_register(sched_switch_tracepoint, probe_sched_switch, NULL);
	if (err) {
		free_set();
		return err;
	}
	list_all_tasks();
	return 0;
}

/* Every dirty task is in exactly one place; nothing runs the probe any more. */
static void check_invariant(void)
{
	u32 i, dirty = 0, queued = nr_pending;
	int cpu;

	if (!IS_ENABLED(CONFIG_MEND_SELFTEST) || overflowed)
		return;
	for (i = 0; i < 1U << slots_bits; i++)
		dirty += atomic_read(&slots[i].dirty);
	for_each_possible_cpu(cpu)
		queued += rings[cpu]->head - rings[cpu]->tail;
	WARN_ONCE(dirty != queued, "mend: %u tasks are dirty and %u are queued\n", dirty, queued);
}

/* Probes that were entered before the probe was unregistered may still be in the table. */
static void retire_set(struct work_struct *work)
{
	u32 i;

	tracepoint_synchronize_unregister();
	check_invariant();
	for (i = 0; i < 1U << slots_bits; i++) {
		if (slots[i].task)
			put_task_struct(slots[i].task);
		if (!(i % 1024))
			cond_resched();
	}
	free_set();
}

/* Two grace periods and a walk over the table are nothing that an admin has to wait for. */
void dirty_disarm(void)
{
	if (probing)
		tracepoint_probe_unregister(sched_switch_tracepoint, probe_sched_switch, NULL);
	queue_work(retire_queue, &retiring);
}

void dirty_exit(void)
{
	destroy_workqueue(retire_queue);
}

bool dirty_overflowed(void)
{
	return READ_ONCE(overflowed);
}

static void drain_rings(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct dirty_ring *ring = rings[cpu];
		/* Pairs with the release in ring_push(). */
		u32 head = smp_load_acquire(&ring->head);

		while (ring->tail != head) {
			pending[nr_pending++] = ring->slot[ring->tail % ring_size];
			/* The probe may reuse the entry once it sees this. */
			smp_store_release(&ring->tail, ring->tail + 1);
		}
	}
}

/**
 * struct look - one look at one task
 * @check: in and out
 * @slot: the task's
 * @running: out: it is on a CPU; nothing was looked at
 */
struct look {
	struct consistency *check;
	struct dirty_slot *slot;
	bool running;
};

/* With the task's locks held. Returns whether it is clean now. */
static int look_at_pinned(struct task_struct *task, void *data)
{
	struct look *look = data;

	/* Acquire: a switch-out that has finished has passed the probe. */
	look->running = smp_load_acquire(&task->on_cpu);
	if (look->running)
		return false;
	if (!consistency_check_task(look->check, task))
		return false;
	/* It cannot run before its locks are released: no race with the probe. */
	atomic_set(&look->slot->dirty, 0);
	return true;
}

/* Returns whether the task is clean now; @blocked is set if it is inside. */
static bool sweep_task(struct consistency *check, struct dirty_slot *slot, bool *blocked)
{
	struct look look = { .check = check, .slot = slot };
	bool clean;

	/* A stack is freed without the task's locks: hold it while we read. */
	if (!try_get_task_stack(slot->task)) {
		/* It has been freed: the task has left its CPU for the last time. */
		atomic_set(&slot->dirty, 0);
		return true;
	}
	clean = ksyms_task_call_func(slot->task, look_at_pinned, &look);
	ksyms_put_task_stack(slot->task);
	if (!clean && !look.running)
		*blocked = true;
	return clean;
}

/* One round over what is pending. Returns whether a task is in the way. */
static bool sweep_once(struct consistency *check)
{
	u32 i, nr, kept = 0;
	bool blocked = false;

	drain_rings();
	nr = nr_pending;
	for (i = 0; i < nr; i++) {
		/* After the first blocker, keep the rest: the blocker is to be named. */
		if (blocked || !sweep_task(check, &slots[pending[i]], &blocked))
			pending[kept++] = pending[i];
		if (!(i % 64))
			cond_resched();
	}
	nr_pending = kept;
	return blocked;
}

bool dirty_sweep(struct consistency *check)
{
	u32 before, enough = PENDING_PER_CPU * num_online_cpus();
	int round;

	for (round = 0; round < SWEEPS_MAX && !dirty_overflowed(); round++) {
		before = nr_pending;
		if (sweep_once(check))
			return false;
		if (nr_pending <= enough || (round && nr_pending >= before))
			break;
	}
	return true;
}

static bool check_slot(struct consistency *check, u32 index)
{
	return consistency_check_stopped(check, slots[index].task);
}

static bool check_ring(struct consistency *check, const struct dirty_ring *ring)
{
	u32 i;

	for (i = ring->tail; i != ring->head; i++)
		if (!check_slot(check, ring->slot[i % ring_size]))
			return false;
	return true;
}

bool dirty_check(struct consistency *check)
{
	u32 i;
	int cpu;

	consistency_begin(check);
	if (dirty_overflowed())
		return false;
	for (i = 0; i < nr_pending; i++)
		if (!check_slot(check, pending[i]))
			return false;
	for_each_possible_cpu(cpu)
		if (!check_ring(check, rings[cpu]))
			return false;
	return true;
}
