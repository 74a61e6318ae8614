// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_work_add(), found by name; see user_task.h and ksyms.h, which tells why
 * it is reached through a static call.
 */
#define pr_fmt(fmt) "mend: " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/static_call.h>
#include "ksyms.h"
#include "user_task.h"

DEFINE_STATIC_CALL_NULL(mend_task_work_add, task_work_add);

int compat_task_work_init(void)
{
	unsigned long addr = ksyms_lookup("task_work_add");

	if (!addr) {
		pr_err("this kernel has no symbol task_work_add; mend cannot run on it\n");
		return -ENOENT;
	}
	static_call_update(mend_task_work_add, (typeof(&task_work_add))addr);
	return 0;
}

int compat_task_work_add(struct callback_head *work)
{
	return static_call(mend_task_work_add)(current, work, TWA_RESUME);
}
