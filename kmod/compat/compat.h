/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernels, as capabilities. The only place, with the
 * other files of this folder, that knows a kernel version.
 */
#ifndef MEND_COMPAT_H
#define MEND_COMPAT_H

#include <linux/ftrace.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/module_signature.h>
#include <linux/sched.h>
#include <linux/sysfs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "mend needs Linux 6.1 or newer"
#endif

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error "mend needs an ftrace whose callbacks can change the instruction pointer (DYNAMIC_FTRACE_WITH_ARGS)"
#endif

/* 6.2 renamed ftrace_instruction_pointer_set(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define MEND_HAVE_FTRACE_REGS_SET_IP
#endif

/* 6.4 turned core_layout and init_layout into an array of memories. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define MEND_HAVE_MODULE_MEMORY
#endif

/* 6.13 put a timer's function among the arguments, and 6.15 took the old way away. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define MEND_HAVE_HRTIMER_SETUP
#endif

/* 6.17 made binary attributes constant. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
typedef const struct bin_attribute compat_bin_attribute;
#else
typedef struct bin_attribute compat_bin_attribute;
#endif

/* What stands behind the signature of a module; 7.x renamed it. */
#ifdef MODULE_SIGNATURE_MARKER
#define COMPAT_MODULE_SIG_MARKER	MODULE_SIGNATURE_MARKER
#else
#define COMPAT_MODULE_SIG_MARKER	MODULE_SIG_STRING
#endif

/** compat_hrtimer_setup() - a timer that calls @function */
static inline void compat_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*function)(struct hrtimer *),
					clockid_t clock, enum hrtimer_mode mode)
{
#ifdef MEND_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

/* Inlined into the ftrace handler: no calls. */
static __always_inline void compat_set_ip(struct ftrace_regs *fregs, unsigned long ip)
{
#ifdef MEND_HAVE_FTRACE_REGS_SET_IP
	ftrace_regs_set_instruction_pointer(fregs, ip);
#else
	ftrace_instruction_pointer_set(fregs, ip);
#endif
}

/** compat_module_text() - where a module's text is, without its init text */
static inline void compat_module_text(const struct module *mod, unsigned long *start,
				      unsigned long *size)
{
#ifdef MEND_HAVE_MODULE_MEMORY
	*start = (unsigned long)mod->mem[MOD_TEXT].base;
	*size = mod->mem[MOD_TEXT].size;
#else
	*start = (unsigned long)mod->core_layout.base;
	*size = mod->core_layout.text_size;
#endif
}

/**
 * compat_module_holds() - do @size bytes at @addr lie within one of the
 * module's memories that outlive its init?
 */
static inline bool compat_module_holds(const struct module *mod, unsigned long addr,
				       unsigned long size)
{
#ifdef MEND_HAVE_MODULE_MEMORY
	for_class_mod_mem_type(type, core) {
		unsigned long base = (unsigned long)mod->mem[type].base;

		if (addr >= base && size <= mod->mem[type].size &&
		    addr - base <= mod->mem[type].size - size)
			return true;
	}
	return false;
#else
	unsigned long base = (unsigned long)mod->core_layout.base;

	return addr >= base && size <= mod->core_layout.size &&
	       addr - base <= mod->core_layout.size - size;
#endif
}

/*
 * Would reading this task's pending kretprobes warn? A rethook's return
 * address may be looked up only for a task that does not run; 6.1 warns for a
 * merely runnable one.
 */
static inline bool compat_rethook_unreadable(struct task_struct *task)
{
#ifdef CONFIG_RETHOOK
	return task_is_running(task) && !llist_empty(&task->rethooks);
#elif defined(CONFIG_KRETPROBES)
	return task_is_running(task) && !llist_empty(&task->kretprobe_instances);
#else
	return false;
#endif
}

#endif /* MEND_COMPAT_H */
