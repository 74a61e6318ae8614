/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User tasks, their files and their way back to user space, where kernels
 * differ.
 */
#ifndef MEND_COMPAT_USER_TASK_H
#define MEND_COMPAT_USER_TASK_H

#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/version.h>

/* 6.3 gave mounts an idmap of their own, apart from user namespaces. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define MEND_HAVE_MNT_IDMAP
#endif

#ifdef MEND_HAVE_MNT_IDMAP
typedef struct mnt_idmap compat_mnt_idmap;
#else
typedef struct user_namespace compat_mnt_idmap;
#endif

/* 6.4 widened "io worker" to everything that user space has the kernel clone. */
#ifdef PF_USER_WORKER
#define COMPAT_PF_USER_WORKER	PF_USER_WORKER
#else
#define COMPAT_PF_USER_WORKER	PF_IO_WORKER
#endif

/** compat_is_user_task() - does @task run a program, and come from its system call? */
static inline bool compat_is_user_task(const struct task_struct *task)
{
	return task->mm && !(task->flags & (PF_KTHREAD | COMPAT_PF_USER_WORKER));
}

/**
 * compat_task_work_init() - find task_work_add(), which not every kernel exports
 *
 * Return: 0; -ENOENT, logged. Context: module init, after ksyms_init().
 */
int compat_task_work_init(void);

/**
 * compat_task_work_add() - have @work run before current returns to user space
 *
 * Return: 0; -ESRCH: current is past that point in its exit.
 */
int compat_task_work_add(struct callback_head *work);

#endif /* MEND_COMPAT_USER_TASK_H */
