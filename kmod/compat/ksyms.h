/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mend needs from the kernel and the kernel does not export.
 *
 * Found once, at load, by name. The functions behind these wrappers are
 * reached through static calls only, that is by a direct call instruction:
 * on kernels with indirect branch tracking the landing pad of a function that
 * nobody calls indirectly is removed at boot, and a call through a C pointer
 * would fault.
 */
#ifndef MEND_KSYMS_H
#define MEND_KSYMS_H

#include <linux/stop_machine.h>
#include <linux/types.h>

struct kprobe;
struct module;
struct task_struct;

/**
 * ksyms_init() - find everything; module init only, may sleep
 *
 * Return: 0; -ENOENT with the missing name logged; or what register_kprobe()
 * said.
 */
int ksyms_init(void);

/** ksyms_lookup() - address of the first symbol of that name, 0: none. May sleep. */
unsigned long ksyms_lookup(const char *name);

/**
 * ksyms_on_each_match() - call @fn for every symbol of vmlinux called @name
 *
 * Return: 0, or the first non-zero result of @fn. May sleep.
 */
int ksyms_on_each_match(int (*fn)(void *data, unsigned long addr), const char *name,
			void *data);

/**
 * ksyms_size_offset() - the symbol that @addr is in
 * @size: out: its size, up to the next symbol
 * @offset: out: @addr's offset in it
 *
 * Return: whether there is one. Any context.
 */
bool ksyms_size_offset(unsigned long addr, unsigned long *size, unsigned long *offset);

/** ksyms_ftrace_location() - the ftrace record of the function at @addr; 0: none */
unsigned long ksyms_ftrace_location(unsigned long addr);

/** ksyms_text_poke_copy() - write to memory that may be read-only; may sleep */
void ksyms_text_poke_copy(void *addr, const void *bytes, size_t len);

/** ksyms_idle_task() - any context */
struct task_struct *ksyms_idle_task(int cpu);

/**
 * ksyms_task_call_func() - call @fn while @task can neither be woken nor be
 * scheduled in, under its locks with interrupts off
 *
 * Return: what @fn returned.
 */
int ksyms_task_call_func(struct task_struct *task, int (*fn)(struct task_struct *, void *),
			 void *data);

/** ksyms_put_task_stack() - the reverse of try_get_task_stack(); may free the stack */
void ksyms_put_task_stack(struct task_struct *task);

/**
 * ksyms_stop_one_cpu_nowait() - have a CPU's stopper thread call @fn
 * @work: unused, and left alone until @fn has begun
 *
 * Any context. Return: whether it will; false: that CPU is offline.
 */
bool ksyms_stop_one_cpu_nowait(unsigned int cpu, cpu_stop_fn_t fn, void *arg,
			       struct cpu_stop_work *work);

/** ksyms_get_kprobe() - the caller disables preemption */
struct kprobe *ksyms_get_kprobe(void *addr);

/** ksyms_find_module() - the caller disables preemption */
struct module *ksyms_find_module(const char *name);

#endif /* MEND_KSYMS_H */
