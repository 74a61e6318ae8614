// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend_target: the module that the selftests patch.
 *
 * Each function can be called from userspace by reading the file of its name
 * in /proc/mend_target/: the file holds what the function returned. Writing to
 * "release" wakes everybody who sleeps in target_hold(), writing to "fault" calls
 * target_fault() with the buffer, to "torn" target_torn(), writing N to "load"
 * starts N kernel threads that call target_outer() all the time, one that
 * sleeps in it now and then, and a timer that calls it; 0 stops them.
 *
 * Locking: load_lock protects load_threads and nr_load.
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/timer.h>
#include <linux/version.h>
#include <linux/wait.h>

#include "target.h"
#include "target_dup.h"

#define LOAD_MAX	8

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define target_del_timer_sync	timer_delete_sync
#else
#define target_del_timer_sync	del_timer_sync
#endif

struct target_counters target_counters;
EXPORT_SYMBOL_GPL(target_counters);

/* As target_secret() */
DEFINE_PER_CPU(int, target_percpu) = 30000;

static DECLARE_WAIT_QUEUE_HEAD(hold_queue);
static unsigned int hold_round;

static DEFINE_MUTEX(load_lock);
static struct task_struct *load_threads[LOAD_MAX + 1];
static unsigned int nr_load;

/* Prototypes for W=1: these are global so that kallsyms knows them as T. */
int target_plain(void);
int target_first(void);
int target_second(void);
int target_hold(void);
int target_caller(void);
int target_hidden(void);
int target_behind_end(void);
int target_torn(const char __user *buf);
int target_before_entry(const char __user *buf);
int target_fault(const char __user *buf);
int target_notrace(void);
int target_extern(void);
int target_outer(bool nap);

TARGET_FN int target_plain(void)
{
	return 0;
}

TARGET_FN int target_first(void)
{
	return 0;
}

TARGET_FN int target_second(void)
{
	return 0;
}

/* A payload replaces this one with a look at something that is not exported. */
TARGET_FN int target_extern(void)
{
	return 0;
}

TARGET_FN notrace int target_notrace(void)
{
	return 0;
}

/* Not exported and never patched: payloads reach it with MEND_EXTERN(). */
static TARGET_FN int target_secret(void)
{
	return 4711;
}

TARGET_FN int target_inner(void)
{
	return 0;
}
EXPORT_SYMBOL_GPL(target_inner);

/* The kernel's log has the switches, too: it tells between which two this was. */
void target_met_another(int version, int before, int after, bool nap)
{
	if (atomic_long_inc_return(&target_counters.mixed) > 1)
		return;
	pr_info("mend_target: an outer of version %d met inners of %d and %d: %s (pid %d)%s%s\n",
		version, before, after, current->comm, task_pid_nr(current),
		in_task() ? "" : ", in an interrupt or the timer", nap ? ", napping" : "");
}
EXPORT_SYMBOL_GPL(target_met_another);

TARGET_FN int target_outer(bool nap)
{
	return target_outer_body(0, nap);
}

/* Sleeps until the next write to "release", or a signal. */
TARGET_FN int target_hold(void)
{
	unsigned int round = READ_ONCE(hold_round);

	if (wait_event_interruptible(hold_queue, READ_ONCE(hold_round) != round))
		return -EINTR;
	return 0;
}

/* Sleeps in another function: a frame that is not the last one. */
TARGET_FN int target_caller(void)
{
	int ret = target_hold();

	return ret == -EINTR ? ret : 0;
}

/* The same below a frame at which the unwinder stops (target_stacks.S). */
TARGET_FN int target_hidden(void)
{
	int ret = target_behind_end();

	return ret == -EINTR ? ret : 0;
}

/* Sleeps in a page fault for as long as whoever owns the page likes. */
TARGET_FN int target_fault(const char __user *buf)
{
	char c __maybe_unused;

	return copy_from_user(&c, buf, sizeof(c)) ? -EFAULT : 0;
}

/* The same below code that is about to return into a function's entry (target_stacks.S). */
TARGET_FN int target_torn(const char __user *buf)
{
	return target_before_entry(buf) ? -EFAULT : 0;
}

static int load_hot(void *unused)
{
	while (!kthread_should_stop()) {
		int i;

		for (i = 0; i < 32; i++)
			target_outer(false);
		/*
		 * About as long outside as inside, or on a preemptible kernel
		 * two threads would hardly ever both be outside.
		 */
		usleep_range(20, 100);
	}
	return 0;
}

static int load_sleeper(void *unused)
{
	while (!kthread_should_stop()) {
		target_outer(true);
		usleep_range(2 * TARGET_NAP_US, 4 * TARGET_NAP_US);
	}
	return 0;
}

/* From an interrupt, whoever is interrupted. */
static void load_tick(struct timer_list *timer)
{
	target_outer(false);
	mod_timer(timer, jiffies + 1);
}

static DEFINE_TIMER(load_timer, load_tick);

static void load_stop(void)
{
	lockdep_assert_held(&load_lock);
	target_del_timer_sync(&load_timer);
	while (nr_load)
		kthread_stop(load_threads[--nr_load]);
}

static int load_start_one(int (*fn)(void *))
{
	struct task_struct *t = kthread_run(fn, NULL, "mend_load/%u", nr_load);

	lockdep_assert_held(&load_lock);
	if (IS_ERR(t))
		return PTR_ERR(t);
	load_threads[nr_load++] = t;
	return 0;
}

static int load_set(unsigned int nr)
{
	int err = 0;

	if (nr > LOAD_MAX)
		return -EINVAL;
	mutex_lock(&load_lock);
	load_stop();
	if (nr)
		err = load_start_one(load_sleeper);
	if (nr)
		mod_timer(&load_timer, jiffies + 1);
	while (!err && nr--)
		err = load_start_one(load_hot);
	if (err)
		load_stop();
	mutex_unlock(&load_lock);
	return err;
}

static ssize_t load_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	unsigned int nr;
	int err = kstrtouint_from_user(buf, len, 0, &nr);

	if (!err)
		err = load_set(nr);
	return err ?: len;
}

static ssize_t release_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	WRITE_ONCE(hold_round, hold_round + 1);
	wake_up_all(&hold_queue);
	return len;
}

static int fault_returned;

static ssize_t keep_fault(int ret, size_t len)
{
	if (ret < 0)
		return ret;
	fault_returned = ret;
	return len;
}

static ssize_t fault_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	return keep_fault(target_fault(buf), len);
}

static ssize_t torn_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	return keep_fault(target_torn(buf), len);
}

static const struct proc_ops fault_ops = { .proc_write = fault_write };
static const struct proc_ops torn_ops = { .proc_write = torn_write };
static const struct proc_ops load_ops = { .proc_write = load_write };
static const struct proc_ops release_ops = { .proc_write = release_write };

/* Through volatile pointers, or the compiler could look behind the call. */
#define SHOW(_name, _call)						\
	static int show_##_name(struct seq_file *m, void *unused)	\
	{								\
		int ret = (_call);					\
									\
		if (ret == -EINTR)					\
			return ret;					\
		seq_printf(m, "%d\n", ret);				\
		return 0;						\
	}

/* What target_plain() returned when this module's own init called it. */
static int plain_in_init;

SHOW(plain, target_plain())
SHOW(init, plain_in_init)
SHOW(first, target_first())
SHOW(second, target_second())
SHOW(extern, target_extern())
SHOW(notrace, target_notrace())
SHOW(secret, target_secret())
SHOW(inner, target_inner())
SHOW(outer, target_outer(false))
SHOW(nap, target_outer(true))
SHOW(hold, target_hold())
SHOW(caller, target_caller())
SHOW(hidden, target_hidden())
SHOW(faulted, fault_returned)
SHOW(dup1, target_call_dup1())
SHOW(dup2, target_call_dup2())
SHOW(dup3, target_call_dup3())

static int show_counters(struct seq_file *m, void *unused)
{
	int i;

	for (i = 0; i < TARGET_VERSIONS; i++)
		seq_printf(m, "entered%d %ld\n", i,
			   atomic_long_read(&target_counters.entered[i]));
	seq_printf(m, "mixed %ld\n", atomic_long_read(&target_counters.mixed));
	return 0;
}

static int target_create_files(struct proc_dir_entry *dir)
{
	static const struct {
		const char *name;
		int (*show)(struct seq_file *m, void *unused);
	} files[] = {
		{ "plain", show_plain }, { "init", show_init }, { "first", show_first }, { "second", show_second },
		{ "extern", show_extern }, { "notrace", show_notrace },
		{ "secret", show_secret }, { "inner", show_inner }, { "outer", show_outer },
		{ "nap", show_nap }, { "hold", show_hold },
		{ "caller", show_caller }, { "hidden", show_hidden }, { "faulted", show_faulted },
		{ "dup1", show_dup1 },
		{ "dup2", show_dup2 }, { "dup3", show_dup3 }, { "counters", show_counters },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!proc_create_single(files[i].name, 0400, dir, files[i].show))
			return -ENOMEM;
	if (!proc_create("release", 0200, dir, &release_ops) ||
	    !proc_create("fault", 0200, dir, &fault_ops) ||
	    !proc_create("torn", 0200, dir, &torn_ops) ||
	    !proc_create("load", 0200, dir, &load_ops))
		return -ENOMEM;
	return 0;
}

static struct proc_dir_entry *target_dir;

static int __init target_init(void)
{
	int err;

	plain_in_init = target_plain();
	target_dir = proc_mkdir("mend_target", NULL);
	if (!target_dir)
		return -ENOMEM;
	err = target_create_files(target_dir);
	if (err)
		proc_remove(target_dir);
	return err;
}

static void __exit target_exit(void)
{
	proc_remove(target_dir);
	load_set(0);
}

module_init(target_init);
module_exit(target_exit);
MODULE_DESCRIPTION("Functions for mend's selftests to patch");
MODULE_LICENSE("GPL");
