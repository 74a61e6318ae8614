// SPDX-License-Identifier: GPL-2.0-only
/*
 * From names to addresses; see symbols.h.
 *
 * vmlinux is asked through kallsyms. A module's symbols are read from the
 * symbol table in its struct module: what is wanted there (exact addresses,
 * symbols of a payload that is just being loaded) kallsyms does not tell, and
 * the caller keeps the module loaded.
 *
 * No locks of its own; module symbol tables are read under RCU.
 */
#include "symbols.h"

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <mend/payload.h>
#include "arch/x86/text.h"
#include "compat/compat.h"
#include "compat/ksyms.h"
#include "report.h"

/**
 * struct matches - addresses of symbols of one name
 * @nr: found
 * @max: room in @addr; 0 while counting
 * @init: found in init memory, which does not count
 * @addr: kvmalloc'ed; NULL while counting
 */
struct matches {
	u32 nr;
	u32 max;
	u32 init;
	unsigned long *addr;
};

static bool is_init_memory(unsigned long addr)
{
	static unsigned long start, end;

	/* Constant; set by whoever comes first, to the same values. */
	if (!READ_ONCE(end)) {
		WRITE_ONCE(start, ksyms_lookup("__init_begin"));
		WRITE_ONCE(end, ksyms_lookup("__init_end"));
	}
	return addr >= READ_ONCE(start) && addr < READ_ONCE(end);
}

static void match_add(struct matches *matches, unsigned long addr, bool init)
{
	if (init) {
		matches->init++;
		return;
	}
	if (matches->nr < matches->max)
		matches->addr[matches->nr] = addr;
	matches->nr++;
}

static int match_vmlinux(void *data, unsigned long addr)
{
	match_add(data, addr, is_init_memory(addr));
	return 0;
}

/*
 * Under rcu_read_lock(): a module that has just come to life exchanges its table
 * for a smaller one and frees the first, whoever holds a reference on it.
 */
static const struct mod_kallsyms *symbol_table(struct module *mod)
{
	return rcu_dereference_check(mod->kallsyms, rcu_read_lock_held());
}

/*
 * A module's per-CPU variables lie in none of its memories; their addresses are offsets.
 * Any context; the caller keeps @mod loaded, and both fields are set before that can be.
 */
static bool is_percpu(const struct module *mod, unsigned long addr)
{
#ifdef CONFIG_SMP
	return addr - (__force unsigned long)mod->percpu < mod->percpu_size;
#else
	return false;
#endif
}

static bool outlives_init(const struct module *mod, unsigned long addr)
{
	return compat_module_holds(mod, addr, 1) || is_percpu(mod, addr);
}

static void match_module(struct module *mod, const char *name, struct matches *matches)
{
	const struct mod_kallsyms *table;
	unsigned int i;

	rcu_read_lock();
	table = symbol_table(mod);
	for (i = 0; table && i < table->num_symtab; i++) {
		const Elf_Sym *sym = &table->symtab[i];

		if (sym->st_shndx == SHN_UNDEF || strcmp(table->strtab + sym->st_name, name))
			continue;
		match_add(matches, sym->st_value, !outlives_init(mod, sym->st_value));
	}
	rcu_read_unlock();
}

static int match_once(struct module *mod, const char *name, struct matches *matches)
{
	matches->nr = 0;
	matches->init = 0;
	if (!mod)
		return ksyms_on_each_match(match_vmlinux, name, matches);
	match_module(mod, name, matches);
	return 0;
}

static int compare_addr(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

/* All addresses of that name in ascending order; to be freed by the caller. */
static int match_all(struct module *mod, const char *name, struct matches *matches)
{
	memset(matches, 0, sizeof(*matches));
	match_once(mod, name, matches);
	if (!matches->nr)
		return 0;
	matches->max = matches->nr;
	matches->addr = kvmalloc_array(matches->max, sizeof(*matches->addr), GFP_KERNEL);
	if (!matches->addr)
		return -ENOMEM;
	match_once(mod, name, matches);
	/* A module's table may have been exchanged in between. */
	matches->nr = min(matches->nr, matches->max);
	sort(matches->addr, matches->nr, sizeof(*matches->addr), compare_addr, NULL);
	return 0;
}

static int pick(const struct symbol_ref *ref, const struct matches *matches,
		unsigned long *addr, struct mend_report *report)
{
	if (!matches->nr && matches->init)
		return report_fail(report, -EINVAL, MEND_R_INIT_SYMBOL,
				   "%s:%s is init code or data, which is gone after start-up",
				   ref->object, ref->name);
	if (!matches->nr)
		return report_fail(report, -ENOENT, MEND_R_NO_SYMBOL,
				   "%s has no symbol %s; was the payload built for another kernel?",
				   ref->object, ref->name);
	if (!ref->sympos && matches->nr > 1)
		return report_fail(report, -EINVAL, MEND_R_AMBIGUOUS,
				   "%s has %u symbols named %s; say which with sympos 1..%u",
				   ref->object, matches->nr, ref->name, matches->nr);
	if (ref->sympos > matches->nr)
		return report_fail(report, -ENOENT, MEND_R_NO_SYMBOL,
				   "%s has only %u symbols named %s, not %lu",
				   ref->object, matches->nr, ref->name, ref->sympos);
	*addr = matches->addr[ref->sympos ? ref->sympos - 1 : 0];
	return 0;
}

int symbol_resolve(const struct symbol_ref *ref, unsigned long *addr,
		   struct mend_report *report)
{
	struct matches matches;
	int err = match_all(ref->mod, ref->name, &matches);

	if (err)
		return report_fail(report, err, MEND_R_NOMEM,
				   "out of memory while looking up %s", ref->name);
	err = pick(ref, &matches, addr, report);
	kvfree(matches.addr);
	return err;
}

/*
 * Functions that are on some stack at every moment, so that the switch would
 * wait for ever; or that run while the machine is stopped.
 */
static const char *const always_on_stack[] = {
	"__schedule", "schedule", "preempt_schedule", "preempt_schedule_common",
	"preempt_schedule_notrace", "preempt_schedule_irq", "schedule_timeout", "schedule_idle",
	"do_idle", "cpu_startup_entry", "kthread", "worker_thread", "smpboot_thread_fn",
	"ret_from_fork", "rest_init", "start_secondary", "rcu_gp_kthread",
	"stop_machine", "stop_machine_cpuslocked", "multi_cpu_stop", "cpu_stopper_thread",
	"stop_cpus", "__stop_cpus", "ftrace_modify_all_code",
};

static bool is_always_on_stack(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(always_on_stack); i++)
		if (!strcmp(name, always_on_stack[i]))
			return true;
	return false;
}

int symbol_check_patchable(const struct symbol_ref *ref, unsigned long addr, unsigned long *ip,
			   struct mend_report *report)
{
	if (ref->mod == THIS_MODULE || (ref->mod && module_symbol_addr(ref->mod,
								       MEND_PAYLOAD_SYMBOL)))
		return report_fail(report, -EINVAL, MEND_R_UNPATCHABLE,
				   "%s is mend or a payload; a patch cannot change those",
				   ref->object);
	if (!ref->mod && is_always_on_stack(ref->name))
		return report_fail(report, -EINVAL, MEND_R_UNPATCHABLE,
				   "%s is on some task's stack at every moment; a switch would never find it free",
				   ref->name);
	*ip = ksyms_ftrace_location(addr);
	/* For a function without a record ftrace may name one behind it. */
	if (!*ip || !arch_site_is_entry(*ip, addr))
		return report_fail(report, -EINVAL, MEND_R_NO_FENTRY,
				   "%s:%s cannot be traced by ftrace (notrace, or not a function), so it cannot be redirected",
				   ref->object, ref->name);
	return 0;
}

static int add_part(unsigned long addr, struct addr_range *part)
{
	unsigned long size, offset;

	if (!ksyms_size_offset(addr, &size, &offset) || offset)
		return -ENOENT;
	part->start = addr;
	part->end = addr + size;
	return 0;
}

int symbol_parts(const struct symbol_ref *ref, unsigned long addr, struct addr_range **parts,
		 u32 *nr, struct mend_report *report)
{
	struct matches cold;
	char *cold_name;
	int err;
	u32 i;

	cold_name = kasprintf(GFP_KERNEL, "%s.cold", ref->name);
	err = cold_name ? match_all(ref->mod, cold_name, &cold) : -ENOMEM;
	kfree(cold_name);
	*parts = err ? NULL : kcalloc(1 + cold.nr, sizeof(**parts), GFP_KERNEL);
	if (!*parts) {
		if (!err)
			kvfree(cold.addr);
		return report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory for %s",
				   ref->name);
	}
	err = add_part(addr, &(*parts)[0]);
	for (i = 0; !err && i < cold.nr; i++)
		err = add_part(cold.addr[i], &(*parts)[1 + i]);
	*nr = 1 + cold.nr;
	kvfree(cold.addr);
	if (err) {
		kfree(*parts);
		*parts = NULL;
		return report_fail(report, err, MEND_R_NO_SYMBOL,
				   "kallsyms does not know the size of %s:%s", ref->object,
				   ref->name);
	}
	return 0;
}

bool module_symbol_name(struct module *mod, unsigned long addr, char *name, size_t size)
{
	const struct mod_kallsyms *table;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	table = symbol_table(mod);
	for (i = 0; table && i < table->num_symtab && !found; i++) {
		const Elf_Sym *sym = &table->symtab[i];

		found = sym->st_shndx != SHN_UNDEF && sym->st_value == addr &&
			ELF_ST_TYPE(sym->st_info) != STT_SECTION &&
			table->strtab[sym->st_name] &&
			strscpy(name, table->strtab + sym->st_name, size) >= 0;
	}
	rcu_read_unlock();
	return found;
}

unsigned long module_symbol_addr(struct module *mod, const char *name)
{
	const struct mod_kallsyms *table;
	unsigned long addr = 0;
	unsigned int i;

	rcu_read_lock();
	table = symbol_table(mod);
	for (i = 0; table && i < table->num_symtab && !addr; i++) {
		const Elf_Sym *sym = &table->symtab[i];

		if (sym->st_shndx != SHN_UNDEF && !strcmp(table->strtab + sym->st_name, name))
			addr = sym->st_value;
	}
	rcu_read_unlock();
	return addr;
}

u32 module_symbols_with_prefix(struct module *mod, const char *prefix, unsigned long *addrs,
			       u32 max)
{
	const struct mod_kallsyms *table;
	unsigned int i;
	u32 nr = 0;

	rcu_read_lock();
	table = symbol_table(mod);
	for (i = 0; table && i < table->num_symtab; i++) {
		const Elf_Sym *sym = &table->symtab[i];

		if (sym->st_shndx == SHN_UNDEF || !strstarts(table->strtab + sym->st_name, prefix))
			continue;
		if (max && nr == max)
			break;
		if (max)
			addrs[nr] = sym->st_value;
		nr++;
	}
	rcu_read_unlock();
	return nr;
}
