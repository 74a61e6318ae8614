// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend_victim: a module with functions that payloads make go wrong.
 *
 * /proc/mend_victim/
 *	call	read: calls victim_call() and tells what it returned
 *	other	the same with victim_other()
 *	thread	write N: a kernel thread "mend_victim" on CPU N calls victim_call()
 *		once. What goes wrong in there dies with the thread, and not with
 *		a test that holds a file of this folder.
 *	hold	write 1: some payloads stay in victim_call() until a 0 is written
 *	warn	write: a warning, with nobody's code on the stack but ours
 *
 * Locking: thread_lock protects thread.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "victim.h"

bool victim_hold;
EXPORT_SYMBOL_GPL(victim_hold);

static DEFINE_MUTEX(thread_lock);
static struct task_struct *thread;

int victim_call(void);
int victim_other(void);

VICTIM_FN int victim_call(void)
{
	return 0;
}

VICTIM_FN int victim_other(void)
{
	return 0;
}

static int thread_fn(void *unused)
{
	victim_call();
	return 0;
}

/* A thread that has oopsed has an exit state like any other. */
static void thread_wait(void)
{
	lockdep_assert_held(&thread_lock);
	if (!thread)
		return;
	while (!READ_ONCE(thread->exit_state))
		msleep(10);
	put_task_struct(thread);
	thread = NULL;
}

static ssize_t thread_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct task_struct *new;
	unsigned int cpu;
	int err = kstrtouint_from_user(buf, len, 0, &cpu);

	if (err)
		return err;
	if (cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -ENODEV;
	mutex_lock(&thread_lock);
	thread_wait();
	new = kthread_create(thread_fn, NULL, "mend_victim");
	if (!IS_ERR(new)) {
		thread = get_task_struct(new);
		kthread_bind(new, cpu);
		wake_up_process(new);
	}
	mutex_unlock(&thread_lock);
	return IS_ERR(new) ? PTR_ERR(new) : len;
}

static ssize_t hold_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	bool on;
	int err = kstrtobool_from_user(buf, len, &on);

	if (!err)
		WRITE_ONCE(victim_hold, on);
	return err ?: len;
}

static ssize_t warn_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	WARN(1, "a warning of mend_victim\n");
	return len;
}

static const struct proc_ops thread_ops = { .proc_write = thread_write };
static const struct proc_ops hold_ops = { .proc_write = hold_write };
static const struct proc_ops warn_ops = { .proc_write = warn_write };

static int show_call(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", victim_call());
	return 0;
}

static int show_other(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", victim_other());
	return 0;
}

static struct proc_dir_entry *victim_dir;

static int __init victim_init(void)
{
	victim_dir = proc_mkdir("mend_victim", NULL);
	if (!victim_dir)
		return -ENOMEM;
	if (proc_create_single("call", 0400, victim_dir, show_call) &&
	    proc_create_single("other", 0400, victim_dir, show_other) &&
	    proc_create("thread", 0200, victim_dir, &thread_ops) &&
	    proc_create("hold", 0200, victim_dir, &hold_ops) &&
	    proc_create("warn", 0200, victim_dir, &warn_ops))
		return 0;
	proc_remove(victim_dir);
	return -ENOMEM;
}

static void __exit victim_exit(void)
{
	proc_remove(victim_dir);
	WRITE_ONCE(victim_hold, false);
	mutex_lock(&thread_lock);
	thread_wait();
	mutex_unlock(&thread_lock);
}

module_init(victim_init);
module_exit(victim_exit);
MODULE_DESCRIPTION("Functions that mend's selftests make go wrong");
MODULE_LICENSE("GPL");
