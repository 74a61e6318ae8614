// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unexported symbols, found once and called directly; see ksyms.h.
 *
 * The way in is a kprobe: registering one by name yields the address of
 * kallsyms_lookup_name(), and that yields everything else. The static calls
 * are set once in ksyms_init() and never change.
 */
#define pr_fmt(fmt) "mend: " fmt

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/static_call.h>
#include <linux/stop_machine.h>
#include <linux/wait.h>
#include <asm/text-patching.h>
#include "ksyms.h"

DEFINE_STATIC_CALL_NULL(mend_kallsyms_lookup_name, kallsyms_lookup_name);
DEFINE_STATIC_CALL_NULL(mend_kallsyms_on_each_match_symbol, kallsyms_on_each_match_symbol);
DEFINE_STATIC_CALL_NULL(mend_kallsyms_lookup_size_offset, kallsyms_lookup_size_offset);
DEFINE_STATIC_CALL_NULL(mend_ftrace_location, ftrace_location);
DEFINE_STATIC_CALL_NULL(mend_text_poke_copy, text_poke_copy);
DEFINE_STATIC_CALL_NULL(mend_idle_task, idle_task);
DEFINE_STATIC_CALL_NULL(mend_task_call_func, task_call_func);
DEFINE_STATIC_CALL_NULL(mend_put_task_stack, put_task_stack);
DEFINE_STATIC_CALL_NULL(mend_get_kprobe, get_kprobe);
DEFINE_STATIC_CALL_NULL(mend_find_module, find_module);
#ifdef CONFIG_SMP
DEFINE_STATIC_CALL_NULL(mend_stop_one_cpu_nowait, stop_one_cpu_nowait);
#endif

/*
 * The entry of kallsyms_lookup_name(). A kprobe by name may sit behind an
 * ENDBR; sprint_symbol() tells how far behind.
 */
static int probe_lookup_name(unsigned long *entry)
{
	/*
	 * Disabled: it is there to be asked for its address. Nothing is armed,
	 * so nothing can fail to be disarmed with a probe on the stack.
	 */
	struct kprobe probe = {
		.symbol_name = "kallsyms_lookup_name",
		.flags = KPROBE_FLAG_DISABLED,
	};
	char symbol[KSYM_SYMBOL_LEN];
	unsigned long addr, offset = 0;
	const char *plus;
	int err;

	err = register_kprobe(&probe);
	if (err) {
		pr_err("cannot place a kprobe to find kallsyms_lookup_name(): error %d; is kprobes.enabled off?\n",
		       err);
		return err;
	}
	addr = (unsigned long)probe.addr;
	unregister_kprobe(&probe);

	sprint_symbol(symbol, addr);
	plus = strchr(symbol, '+');
	if (!plus || sscanf(plus, "+%lx/", &offset) != 1 || offset > 16)
		return -ENOENT;
	*entry = addr - offset;
	return 0;
}

#define resolve(function)							\
	({									\
		unsigned long addr_ = ksyms_lookup(#function);			\
										\
		if (addr_)							\
			static_call_update(mend_##function, (typeof(&function))addr_); \
		else								\
			pr_err("this kernel has no symbol " #function "; mend cannot run on it\n"); \
		addr_ != 0;							\
	})

int ksyms_init(void)
{
	unsigned long lookup;
	int err = probe_lookup_name(&lookup);

	if (err)
		return err;
	static_call_update(mend_kallsyms_lookup_name,
			   (typeof(&kallsyms_lookup_name))lookup);
	if (ksyms_lookup("kallsyms_lookup_name") != lookup) {
		pr_err("kallsyms_lookup_name() does not find itself; mend cannot run on this kernel\n");
		return -ENOENT;
	}
	if (!resolve(kallsyms_on_each_match_symbol) ||
	    !resolve(kallsyms_lookup_size_offset) ||
	    !resolve(ftrace_location) ||
	    !resolve(text_poke_copy) ||
	    !resolve(idle_task) ||
	    !resolve(task_call_func) ||
	    !resolve(put_task_stack) ||
	    !resolve(get_kprobe) ||
	    !resolve(find_module))
		return -ENOENT;
#ifdef CONFIG_SMP
	if (!resolve(stop_one_cpu_nowait))
		return -ENOENT;
#endif
	return 0;
}

unsigned long ksyms_lookup(const char *name)
{
	return static_call(mend_kallsyms_lookup_name)(name);
}

int ksyms_on_each_match(int (*fn)(void *data, unsigned long addr), const char *name,
			void *data)
{
	return static_call(mend_kallsyms_on_each_match_symbol)(fn, name, data);
}

bool ksyms_size_offset(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	return static_call(mend_kallsyms_lookup_size_offset)(addr, size, offset);
}

unsigned long ksyms_ftrace_location(unsigned long addr)
{
	return static_call(mend_ftrace_location)(addr);
}

void ksyms_text_poke_copy(void *addr, const void *bytes, size_t len)
{
	static_call(mend_text_poke_copy)(addr, bytes, len);
}

struct task_struct *ksyms_idle_task(int cpu)
{
	return static_call(mend_idle_task)(cpu);
}

int ksyms_task_call_func(struct task_struct *task, int (*fn)(struct task_struct *, void *),
			 void *data)
{
	return static_call(mend_task_call_func)(task, fn, data);
}

void ksyms_put_task_stack(struct task_struct *task)
{
	static_call(mend_put_task_stack)(task);
}

struct kprobe *ksyms_get_kprobe(void *addr)
{
	return static_call(mend_get_kprobe)(addr);
}

struct module *ksyms_find_module(const char *name)
{
	return static_call(mend_find_module)(name);
}

bool ksyms_stop_one_cpu_nowait(unsigned int cpu, cpu_stop_fn_t fn, void *arg,
			       struct cpu_stop_work *work)
{
#ifdef CONFIG_SMP
	return static_call(mend_stop_one_cpu_nowait)(cpu, fn, arg, work);
#else
	/* A work item does it, in the header. */
	return stop_one_cpu_nowait(cpu, fn, arg, work);
#endif
}
