// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two functions that must change together: /proc/PID/statm in kB.
 *
 * task_statm() counts, proc_pid_statm() prints. Here the unit that passes
 * between them changes from pages to kB, and the printing side says so. With
 * only one of them replaced the file would be wrong by a factor of four and
 * look right: pages called kB, or kB taken for pages. That is what a switch at
 * one instant is for, and the reason why no task may be inside the printing
 * side at that instant: it would have asked in one unit and get the answer in
 * the other.
 *
 * The new proc_pid_statm() calls task_statm() by the kernel's own address and
 * so through the redirection, as any other caller would. It could call the
 * replacement in this file directly; then half of the example would be gone.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <mend/patch.h>

/* Both from fs/proc/internal.h, which is not among the kernel's headers. */
unsigned long task_statm(struct mm_struct *mm, unsigned long *shared, unsigned long *text,
			 unsigned long *data, unsigned long *resident);

MEND_EXTERN("vmlinux", task_statm, 0);

static unsigned long pages_to_kb(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/* The exact count, where counters are spread over the CPUs. */
static unsigned long counter(struct mm_struct *mm, int member)
{
#ifdef PATCH_HAVE_MM_COUNTER_SUM
	return get_mm_counter_sum(mm, member);
#else
	return get_mm_counter(mm, member);
#endif
}

static unsigned long kb_task_statm(struct mm_struct *mm, unsigned long *shared,
				   unsigned long *text, unsigned long *data,
				   unsigned long *resident)
{
	unsigned long file = counter(mm, MM_FILEPAGES) + counter(mm, MM_SHMEMPAGES);
	unsigned long code = PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK);

	*shared = pages_to_kb(file);
	*resident = pages_to_kb(file + counter(mm, MM_ANONPAGES));
	*text = code >> 10;
	*data = pages_to_kb(mm->data_vm + mm->stack_vm);
	return pages_to_kb(mm->total_vm);
}

static int kb_proc_pid_statm(struct seq_file *m, struct pid_namespace *ns, struct pid *pid,
			     struct task_struct *task)
{
	unsigned long size = 0, resident = 0, shared = 0, text = 0, data = 0;
	struct mm_struct *mm = get_task_mm(task);

	/* Kernel threads have none. */
	if (mm) {
		size = task_statm(mm, &shared, &text, &data, &resident);
		mmput(mm);
	}
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0 kB\n", size, resident, shared, text, data);
	return 0;
}

static const struct mend_func vmlinux_funcs[] = {
	MEND_FUNC(proc_pid_statm, kb_proc_pid_statm),
	MEND_FUNC(task_statm, kb_task_statm),
	{ }
};

static const struct mend_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ }
};

static struct mend_patch patch = {
	.name = PATCH_NAME,
	.generation = PATCH_GENERATION,
	.objs = objects,
	.unloadable = true,	/* code only: nothing outside points into it */
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend example: /proc/PID/statm in kB, two functions at once");
