// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend_bench: the module that the benchmark patches.
 *
 * /proc/mend_bench/
 *   call   write N: call bench_call() N times with interrupts off; read:
 *          "calls ticks", the ticks of the time stamp counter that they took
 *   clock  read: "instructions ticks ns" of a loop whose length is known. Under
 *          qemu's -icount the three have a fixed relation, and this is it
 *   nap    write N: start the two threads that sleep N ms inside
 *          bench_sleep_mend() and bench_sleep_klp(), and are outside for
 *          BENCH_OUT_MS in between
 *
 * Locking: bench_mutex protects the figures of the last measurement and the
 * list of threads.
 */
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <asm/msr.h>

#include "target.h"
#include "wide.h"

#define BENCH_OUT_MS		500
#define BENCH_CALLS_MAX		1000000U
#define BENCH_LOOPS		1000000U

static DEFINE_MUTEX(bench_mutex);
static u64 last_calls, last_ticks;
static struct task_struct *nappers[2];
static unsigned int nap_ms;

/* Prototypes for W=1: these are global so that kallsyms knows them as T. */
unsigned long bench_call(unsigned long x);
void bench_sleep_mend(unsigned int ms);
void bench_sleep_klp(unsigned int ms);

/* Unlike msleep(), whose timer wheel makes 30 seconds two more or less. */
static __always_inline void nap_exactly(unsigned int ms)
{
	usleep_range(ms * USEC_PER_MSEC, (ms + 1) * USEC_PER_MSEC);
}

BENCH_FN unsigned long bench_call(unsigned long x)
{
	return bench_call_body(x);
}

BENCH_FN void bench_sleep_mend(unsigned int ms)
{
	nap_exactly(ms);
	barrier();	/* or it would be a jump, and nobody inside */
}

BENCH_FN void bench_sleep_klp(unsigned int ms)
{
	nap_exactly(ms);
	barrier();	/* or it would be a jump, and nobody inside */
}

#define WIDE(_n)						\
	unsigned long bench_wide_##_n(unsigned long x);		\
	BENCH_FN unsigned long bench_wide_##_n(unsigned long x)	\
	{							\
		return x + (_n);				\
	}

WIDE_100(WIDE)

static u64 measure_calls(unsigned int nr)
{
	unsigned long flags, x = 1;
	unsigned int i;
	u64 begin, end;

	local_irq_save(flags);
	begin = rdtsc_ordered();
	for (i = 0; i < nr; i++)
		x = bench_call(x);
	end = rdtsc_ordered();
	local_irq_restore(flags);
	/* Used, as far as the compiler can tell. */
	OPTIMIZER_HIDE_VAR(x);
	return end - begin;
}

static ssize_t call_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	unsigned int nr;
	int err = kstrtouint_from_user(buf, len, 0, &nr);

	if (err)
		return err;
	if (!nr || nr > BENCH_CALLS_MAX)
		return -EINVAL;
	mutex_lock(&bench_mutex);
	last_ticks = measure_calls(nr);
	last_calls = nr;
	mutex_unlock(&bench_mutex);
	return len;
}

static int call_show(struct seq_file *m, void *unused)
{
	mutex_lock(&bench_mutex);
	seq_printf(m, "%llu %llu\n", last_calls, last_ticks);
	mutex_unlock(&bench_mutex);
	return 0;
}

static int call_open(struct inode *inode, struct file *file)
{
	return single_open(file, call_show, NULL);
}

static int clock_show(struct seq_file *m, void *unused)
{
	u64 ticks, ns, loops = BENCH_LOOPS;
	unsigned long flags;

	local_irq_save(flags);
	ns = ktime_get_mono_fast_ns();
	ticks = rdtsc_ordered();
	asm volatile("1: dec %0; jnz 1b" : "+r" (loops) : : "cc");
	ticks = rdtsc_ordered() - ticks;
	ns = ktime_get_mono_fast_ns() - ns;
	local_irq_restore(flags);
	seq_printf(m, "%u %llu %llu\n", 2 * BENCH_LOOPS, ticks, ns);
	return 0;
}

static int nap_fn(void *data)
{
	void (*nap)(unsigned int ms) = data;

	while (!kthread_should_stop()) {
		nap(READ_ONCE(nap_ms));
		if (!kthread_should_stop())
			nap_exactly(BENCH_OUT_MS);
	}
	return 0;
}

static void nap_stop(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nappers); i++) {
		if (nappers[i])
			kthread_stop(nappers[i]);
		nappers[i] = NULL;
	}
}

static int nap_start(unsigned int ms)
{
	static void (* const fn[])(unsigned int ms) = { bench_sleep_mend, bench_sleep_klp };
	struct task_struct *task;
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(fn) != ARRAY_SIZE(nappers));
	WRITE_ONCE(nap_ms, ms);
	for (i = 0; i < ARRAY_SIZE(nappers); i++) {
		task = kthread_run(nap_fn, fn[i], "bench_nap/%u", i);
		if (IS_ERR(task))
			return PTR_ERR(task);
		nappers[i] = task;
	}
	return 0;
}

static ssize_t nap_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	unsigned int ms;
	int err = kstrtouint_from_user(buf, len, 0, &ms);

	if (err)
		return err;
	mutex_lock(&bench_mutex);
	nap_stop();
	err = ms ? nap_start(ms) : 0;
	mutex_unlock(&bench_mutex);
	return err ?: len;
}

static const struct proc_ops call_ops = {
	.proc_open = call_open,
	.proc_read = seq_read,
	.proc_write = call_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static const struct proc_ops nap_ops = { .proc_write = nap_write };

static struct proc_dir_entry *bench_dir;

static int __init bench_init(void)
{
	bench_dir = proc_mkdir("mend_bench", NULL);
	if (bench_dir && proc_create("call", 0600, bench_dir, &call_ops) &&
	    proc_create("nap", 0200, bench_dir, &nap_ops) &&
	    proc_create_single("clock", 0400, bench_dir, clock_show))
		return 0;
	proc_remove(bench_dir);
	return -ENOMEM;
}

static void __exit bench_exit(void)
{
	proc_remove(bench_dir);
	nap_stop();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Functions for mend's benchmark to patch");
MODULE_LICENSE("GPL");
