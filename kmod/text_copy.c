// SPDX-License-Identifier: GPL-2.0-only
/*
 * A payload's text as it is meant to be; see text_copy.h.
 *
 * The text of a module is never quite constant. The kernel itself rewrites
 *
 *   - ftrace's calls at the beginning of functions, when somebody traces the
 *     payload's own functions;
 *   - jump labels (static keys) and static calls, and the trampolines of static
 *     calls that the payload defines;
 *   - LOCK prefixes, when the second CPU comes up on a machine that was booted
 *     with one;
 *   - the instruction under a kprobe;
 *
 * and mend.ko writes the relocations for a module when that module arrives.
 * Where these places are is known: all of them but kprobes when the payload is
 * loaded, from the same tables that the kernel uses. They are left out of the
 * comparison, a few bytes each. So a difference is nobody's legitimate work;
 * and a change in one of these places is not noticed.
 *
 * Locking: a copy never changes.
 */
#include "text_copy.h"

#include <linux/jump_label.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include "arch/x86/text.h"
#include "compat/compat.h"
#include "compat/ksyms.h"
#include "payload.h"
#include "range.h"
#include "reloc_math.h"
#include "symbols.h"

#define CHUNK	64

/**
 * struct text_copy
 * @start: where the text is
 * @size: bytes
 * @mutable: places that may change, sealed
 * @bytes: what it is meant to be
 */
struct text_copy {
	unsigned long start;
	unsigned long size;
	struct range_set *mutable;
	u8 *bytes;
};

static bool holds(const struct text_copy *copy, unsigned long addr)
{
	return addr >= copy->start && addr - copy->start < copy->size;
}

/* Init text is gone by the time that anybody compares. */
static void may_change(struct text_copy *copy, unsigned long addr, u32 size)
{
	if (holds(copy, addr))
		WARN_ON_ONCE(range_set_add(copy->mutable, addr, addr + size));
}

static void add_ftrace_sites(struct text_copy *copy, const struct module *mod)
{
	u32 i;

	for (i = 0; i < mod->num_ftrace_callsites; i++)
		may_change(copy, mod->ftrace_callsites[i], MCOUNT_INSN_SIZE);
}

static u32 count_jump_labels(const struct module *mod)
{
#ifdef CONFIG_JUMP_LABEL
	return mod->num_jump_entries;
#else
	return 0;
#endif
}

static void add_jump_labels(struct text_copy *copy, const struct module *mod)
{
#ifdef CONFIG_JUMP_LABEL
	u32 i;

	for (i = 0; i < mod->num_jump_entries; i++) {
		unsigned long addr = jump_entry_code(&mod->jump_entries[i]);

		if (holds(copy, addr))
			may_change(copy, addr, arch_jump_label_bytes((const u8 *)addr));
	}
#endif
}

static u32 count_static_calls(const struct module *mod)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	return mod->num_static_call_sites;
#else
	return 0;
#endif
}

static void add_static_calls(struct text_copy *copy, const struct module *mod)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	int i;

	for (i = 0; i < mod->num_static_call_sites; i++) {
		const struct static_call_site *site = &mod->static_call_sites[i];
		unsigned long addr = (unsigned long)&site->addr + site->addr;

		if (holds(copy, addr))
			may_change(copy, addr, arch_static_call_bytes((const u8 *)addr));
	}
#endif
}

static u32 count_trampolines(struct module *mod)
{
	return module_symbols_with_prefix(mod, STATIC_CALL_TRAMP_PREFIX_STR, NULL, 0);
}

static int add_trampolines(struct text_copy *copy, struct module *mod, u32 nr)
{
	unsigned long *addrs;
	u32 i;

	if (!nr)
		return 0;
	addrs = kvmalloc_array(nr, sizeof(*addrs), GFP_KERNEL);
	if (!addrs)
		return -ENOMEM;
	nr = module_symbols_with_prefix(mod, STATIC_CALL_TRAMP_PREFIX_STR, addrs, nr);
	for (i = 0; i < nr; i++)
		may_change(copy, addrs[i], ARCH_STATIC_CALL_BYTES);
	kvfree(addrs);
	return 0;
}

static u32 count_relocs(const struct mend_payload *desc)
{
	return (desc->relocs_end - desc->relocs) / sizeof(struct mend_reloc);
}

static void add_relocs(struct text_copy *copy, struct module *mod,
		       const struct mend_payload *desc)
{
	const struct mend_reloc *reloc = (const void *)(unsigned long)desc->relocs;
	const char *owner;
	u32 i;

	for (i = 0; i < count_relocs(desc); i++, reloc++) {
		owner = payload_string(mod, reloc->object, MEND_OBJECT_LEN);
		if (!owner || strcmp(owner, "vmlinux"))
			may_change(copy, reloc->place, reloc_width(reloc->type));
	}
}

static int find_mutable(struct text_copy *copy, struct module *mod)
{
	const struct mend_payload *desc = payload_find(mod);
	u32 trampolines = count_trampolines(mod);
	u32 nr = mod->num_ftrace_callsites + count_jump_labels(mod) + count_static_calls(mod) +
		 trampolines + count_relocs(desc);

	copy->mutable = kvmalloc(range_set_bytes(nr), GFP_KERNEL);
	if (!copy->mutable)
		return -ENOMEM;
	range_set_init(copy->mutable, nr);
	if (add_trampolines(copy, mod, trampolines))
		return -ENOMEM;
	add_ftrace_sites(copy, mod);
	add_jump_labels(copy, mod);
	add_static_calls(copy, mod);
	add_relocs(copy, mod, desc);
	range_set_seal(copy->mutable);
	return 0;
}

struct text_copy *text_copy_make(struct module *mod)
{
	struct text_copy *copy = kzalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return NULL;
	compat_module_text(mod, &copy->start, &copy->size);
	copy->bytes = kvmalloc(copy->size, GFP_KERNEL);
	if (!copy->bytes || find_mutable(copy, mod)) {
		text_copy_free(copy);
		return NULL;
	}
	memcpy(copy->bytes, (const void *)copy->start, copy->size);
	return copy;
}

void text_copy_free(struct text_copy *copy)
{
	if (!copy)
		return;
	kvfree(copy->bytes);
	kvfree(copy->mutable);
	kfree(copy);
}

/* Somebody's kprobe, which may have become a jump. */
static bool is_probed(unsigned long addr)
{
	bool probed = false;
	u32 i;

	preempt_disable();
	for (i = 0; i < ARCH_KPROBE_BYTES && !probed; i++)
		probed = ksyms_get_kprobe((void *)(addr - i));
	preempt_enable();
	return probed;
}

static bool byte_differs(const struct text_copy *copy, unsigned long addr)
{
	u8 now = READ_ONCE(*(const u8 *)addr);
	u8 meant = copy->bytes[addr - copy->start];

	return now != meant && !range_set_contains(copy->mutable, addr) &&
	       !arch_is_lock_prefix(now, meant) && !is_probed(addr);
}

unsigned long text_copy_differs(const struct text_copy *copy, unsigned long from)
{
	unsigned long end = copy->start + copy->size;
	unsigned long addr = max(from, copy->start);
	unsigned long next;

	for (; addr < end; addr = next) {
		next = min(end, addr + CHUNK);
		if (!memcmp((const void *)addr, copy->bytes + (addr - copy->start), next - addr))
			continue;
		for (; addr < next; addr++)
			if (byte_differs(copy, addr))
				return addr;
	}
	return 0;
}
