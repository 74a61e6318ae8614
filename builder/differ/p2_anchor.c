// SPDX-License-Identifier: MIT
/*
 * Pass 2: anchor; see anchor.h.
 *
 * The linker puts each section of an object into the kernel in one piece, so one
 * address says where all of it is. Sections of code are found by the names of
 * their functions and proven by their bytes; every relocation in them then tells
 * where another section is, or is a further proof.
 */
#include "anchor.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "tables.h"

struct external {
	const char *name;
	uint64_t addr;
};

struct anchor {
	struct object *exact;
	const struct image *img;
	struct external *externals;
	size_t nr_externals;
	size_t nr_functions;
	const char *why;
};

static const struct symbol *function_at(const struct section *sec, uint64_t offset)
{
	const struct symbol *best = NULL;
	size_t i;

	for (i = 0; i < sec->nr_syms; i++)
		if (sec->syms[i]->type == STT_FUNC && sec->syms[i]->value <= offset)
			best = sec->syms[i];
	return best;
}

static const char *place_name(const struct section *sec, uint64_t offset)
{
	const struct symbol *sym = function_at(sec, offset);

	if (!sym)
		return xasprintf("%s+%#lx", sec->name, (unsigned long)offset);
	return xasprintf("%s+%#lx", sym->name, (unsigned long)(offset - sym->value));
}

/* Bytes that the linker or objtool may have changed. A NOP must be one there. */
static uint8_t *mask_of(const struct anchor *a, const struct section *sec)
{
	const struct section *jumps = object_section(a->exact, "__jump_table");
	uint8_t *mask = xcalloc(1, sec->size);
	struct target t;
	unsigned int len;
	size_t i;

	for (i = 0; i < sec->nr_relas; i++)
		memset(mask + sec->relas[i].offset, 1,
		       (size_t)reloc_width(sec->relas[i].type));
	for (i = 0; jumps && i + 2 < jumps->nr_relas; i += 3) {
		t = rela_target(&jumps->relas[i]);
		if (t.sec != sec || t.offset < 0 || t.offset + 5 > (int64_t)sec->size)
			continue;
		len = jump_label_nop(a->exact, sec, (uint64_t)t.offset);
		memset(mask + t.offset, 2, len);
	}
	return mask;
}

static bool is_nop(const uint8_t *bytes, const uint8_t *mask)
{
	static const uint8_t two[] = { 0x66, 0x90 }, five[] = { 0x0f, 0x1f, 0x44, 0, 0 };

	return (mask[1] == 2 && !memcmp(bytes, two, sizeof(two))) ||
	       (mask[1] == 2 && mask[2] == 2 && mask[3] == 2 && mask[4] == 2 &&
		!memcmp(bytes, five, sizeof(five)));
}

/* The offset of the first difference; the section's size if there is none. */
static uint64_t first_difference(const struct anchor *a, const struct section *sec,
				 uint64_t base)
{
	const uint8_t *bytes = image_bytes(a->img, base, sec->size);
	uint8_t *mask = mask_of(a, sec);
	uint64_t i, end = sec->size;

	if (!bytes)
		return 0;
	for (i = 0; i < end; i++) {
		if (mask[i] == 0 && bytes[i] != sec->data[i])
			break;
		if (mask[i] == 2 && (!i || mask[i - 1] != 2) && !is_nop(bytes + i, mask + i))
			break;
	}
	free(mask);
	return i;
}

/* The places where code of these names may be, and how well it fits there. */
struct fit {
	uint64_t base[2];	/* where all of it is; more than two are not told apart */
	unsigned int nr;
	uint64_t best, best_base; /* where it is not: as far as it is the same */
	bool tried;
};

static void try_base(const struct anchor *a, const struct section *sec, uint64_t base,
		     struct fit *fit)
{
	uint64_t offset;

	if ((fit->nr && base == fit->base[0]) || (fit->tried && base == fit->best_base))
		return;
	offset = first_difference(a, sec, base);
	if (offset == sec->size) {
		if (fit->nr < 2)
			fit->base[fit->nr++] = base;
		return;
	}
	if (!fit->tried || offset > fit->best) {
		fit->best = offset;
		fit->best_base = base;
	}
	fit->tried = true;
}

static bool is_for_start_up(const struct section *sec)
{
	return has_prefix(sec->name, ".exit.") || has_prefix(sec->name, ".init.");
}

static bool find_code(struct anchor *a, struct section *sec)
{
	const struct kallsym *syms;
	struct fit fit = { 0 };
	size_t i, j, nr;

	for (i = 0; i < sec->nr_syms; i++) {
		if (sec->syms[i]->type != STT_FUNC)
			continue;
		syms = image_find(a->img, sec->syms[i]->name, &nr);
		for (j = 0; j < nr; j++)
			try_base(a, sec, syms[j].addr - sec->syms[i]->value, &fit);
	}
	if (fit.nr == 1) {
		sec->base = fit.base[0];
		return sec->anchored = true;
	}
	/* Nothing there can be patched anyway. */
	if (fit.nr && is_for_start_up(sec))
		return true;
	if (fit.nr)
		a->why = xasprintf("%s: the shipped %s has this code more than once",
				   place_name(sec, 0), image_object(a->img));
	else if (fit.tried)
		a->why = xasprintf("%s: the code compiled from this source differs from the shipped one",
				   place_name(sec, fit.best));
	else
		a->why = xasprintf("%s: the shipped %s has no function of that name",
				   place_name(sec, 0), image_object(a->img));
	return false;
}

static size_t count_functions(const struct section *sec)
{
	size_t i, n = 0;

	for (i = 0; i < sec->nr_syms; i++)
		n += sec->syms[i]->type == STT_FUNC;
	return n;
}

/* Code for start-up and shut-down may have been left out of the image. */
static bool may_be_absent(const struct anchor *a, const struct section *sec)
{
	size_t i, nr;

	if (!is_for_start_up(sec))
		return false;
	for (i = 0; i < sec->nr_syms; i++) {
		image_find(a->img, sec->syms[i]->name, &nr);
		if (nr)
			return false;
	}
	return true;
}

static bool find_all_code(struct anchor *a)
{
	struct section *sec;
	size_t i, n;

	for (i = 1; i < a->exact->nr_secs; i++) {
		sec = &a->exact->secs[i];
		n = count_functions(sec);
		if (!section_is_code(sec) || !sec->size || !sec->data || !n ||
		    may_be_absent(a, sec))
			continue;
		if (!find_code(a, sec))
			return false;
		a->nr_functions += n;
	}
	if (!a->nr_functions)
		a->why = "it holds no functions";
	return a->nr_functions > 0;
}

static bool note_external(struct anchor *a, const char *name, uint64_t addr)
{
	size_t i;

	for (i = 0; i < a->nr_externals; i++)
		if (!strcmp(a->externals[i].name, name))
			return a->externals[i].addr == addr;
	PUSH(a->externals, a->nr_externals, ((struct external){ name, addr }));
	return true;
}

static bool note_base(struct section *sec, uint64_t base)
{
	if (sec->anchored)
		return sec->base == base;
	sec->base = base;
	return sec->anchored = true;
}

/* One relocation of an anchored section: where is what it refers to? */
static bool follow(struct anchor *a, const struct section *sec, const struct rela *r)
{
	struct target t = rela_target(r);
	struct image_ref ref;

	if (r->type == R_X86_64_NONE || r->sym->absolute)
		return true;
	if (!image_reloc(a->img, sec->base + r->offset, r, &ref))
		return false;
	if (ref.undefined)
		return !t.sec && !strcmp(ref.undefined, r->sym->name);
	if (!t.sec)
		return note_external(a, r->sym->name, ref.addr);
	/* The linker puts equal strings in one place, and weak symbols may lose. */
	if ((t.sec->flags & SHF_MERGE) || r->sym->bind == STB_WEAK)
		return true;
	return note_base(t.sec, ref.addr - (r->sym->type == STT_SECTION ? 0 : r->sym->value));
}

static bool follow_section(struct anchor *a, const struct section *sec)
{
	const uint8_t *mask = mask_of(a, sec);
	size_t i;

	for (i = 0; i < sec->nr_relas; i++) {
		if (mask[sec->relas[i].offset] == 2 || follow(a, sec, &sec->relas[i]))
			continue;
		a->why = xasprintf("%s: refers to something else in the shipped %s",
				   place_name(sec, sec->relas[i].offset), image_object(a->img));
		return false;
	}
	return true;
}

/* Tables are sorted or emptied when a kernel is linked: only code and data tell. */
static bool tells_addresses(const struct section *sec)
{
	return sec->anchored && sec->data && (sec->flags & SHF_ALLOC) &&
	       !table_find(sec->name) && !has_prefix(sec->name, "__") &&
	       !has_prefix(sec->name, ".static_call");
}

static bool follow_all(struct anchor *a)
{
	bool *done = xcalloc(a->exact->nr_secs, sizeof(*done)), again = true;
	size_t i;

	while (again) {
		again = false;
		for (i = 1; i < a->exact->nr_secs; i++) {
			if (done[i] || !tells_addresses(&a->exact->secs[i]))
				continue;
			done[i] = again = true;
			if (!follow_section(a, &a->exact->secs[i]))
				return false;
		}
	}
	return true;
}

/* What no code refers to may still have names that there are only once. */
static void find_by_name(const struct anchor *a, struct section *sec)
{
	const struct kallsym *syms;
	size_t i, nr;

	for (i = 0; i < sec->nr_syms && !sec->anchored; i++) {
		if (sec->syms[i]->type != STT_OBJECT)
			continue;
		syms = image_find(a->img, sec->syms[i]->name, &nr);
		if (nr == 1)
			note_base(sec, syms->addr - sec->syms[i]->value);
	}
	/* One that contradicts: then nothing is known. */
	for (i = 0; i < sec->nr_syms && sec->anchored; i++) {
		syms = image_find(a->img, sec->syms[i]->name, &nr);
		if (nr == 1 && syms->addr != sec->base + sec->syms[i]->value)
			sec->anchored = false;
	}
}

struct anchor *anchor_object(struct object *exact, const struct image *img, const char **why)
{
	struct anchor *a = xcalloc(1, sizeof(*a));
	size_t i;

	a->exact = exact;
	a->img = img;
	if (!find_all_code(a) || !follow_all(a)) {
		*why = a->why;
		return NULL;
	}
	for (i = 1; i < exact->nr_secs; i++)
		if (!exact->secs[i].anchored && (exact->secs[i].flags & SHF_ALLOC) &&
		    !(exact->secs[i].flags & SHF_MERGE))
			find_by_name(a, &exact->secs[i]);
	return a;
}

bool anchor_absent(const struct object *exact, const struct image *img)
{
	size_t i, nr, global = 0, global_found = 0, local = 0, local_found = 0;
	const struct symbol *sym;

	for (i = 1; i < exact->nr_syms; i++) {
		sym = &exact->syms[i];
		if (!sym->sec || sym->type != STT_FUNC || is_for_start_up(sym->sec))
			continue;
		image_find(img, sym->name, &nr);
		if (sym->bind == STB_GLOBAL) {
			global++;
			global_found += nr > 0;
		} else {
			local++;
			local_found += nr > 0;
		}
	}
	return global ? !global_found : local && !local_found;
}

size_t anchor_functions(const struct anchor *a)
{
	return a->nr_functions;
}

bool anchor_symbol(const struct anchor *a, const char *name, uint64_t *addr)
{
	const struct symbol *sym, *found = NULL;
	size_t i;

	for (i = 1; i < a->exact->nr_syms; i++) {
		sym = &a->exact->syms[i];
		if (!sym->sec || sym->type == STT_SECTION || strcmp(sym->name, name))
			continue;
		/* A weak one may have been overridden: its name leads elsewhere. */
		if (found || !sym->sec->anchored || sym->bind == STB_WEAK)
			return false;
		found = sym;
	}
	if (found)
		*addr = found->sec->base + found->value;
	return found;
}

bool anchor_extern(const struct anchor *a, const char *name, uint64_t *addr)
{
	size_t i;

	for (i = 0; i < a->nr_externals; i++) {
		if (strcmp(a->externals[i].name, name))
			continue;
		*addr = a->externals[i].addr;
		return true;
	}
	return false;
}
