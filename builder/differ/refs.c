// SPDX-License-Identifier: MIT
/*
 * References: what a relocation means, and when two of them mean the same. See
 * passes.h.
 *
 * The compiler may fold a number into an address: text - 48 for a table that is
 * indexed by a digit. A relocation into strings or other constants without names
 * therefore shows for certain what is meant only where an instruction takes a
 * plain address. Everywhere else the whole section counts: then two references are
 * the same if nothing in it has changed, and a copy of it is a copy of all of it.
 */
#include <string.h>

#include "passes.h"
#include "tables.h"

/* Data that points to itself would be compared for ever. */
#define DEPTH_MAX	8

bool is_copied(const struct section *sec)
{
	const struct symbol *sym = section_symbol(sec);

	return sec->kind == SEC_CONST || sec->kind == SEC_ONCE ||
	       (sec->kind == SEC_DATA && is_throwaway(sym));
}

bool is_branch(const struct section *sec, const struct rela *r)
{
	const uint8_t *at;

	if (!section_is_code(sec) || !reloc_is_pcrel(r->type) || reloc_width(r->type) != 4)
		return false;
	at = sec->data + r->offset;
	if (r->offset >= 1 && (at[-1] == 0xe8 || at[-1] == 0xe9))
		return true;
	return r->offset >= 2 && at[-2] == 0x0f && (at[-1] & 0xf0) == 0x80;
}

bool points_at_entry(const struct section *sec, const struct rela *r)
{
	struct target t = rela_target(r);
	const struct symbol *sym = t.sec ? section_symbol(t.sec) : NULL;

	return sym && exact_offset(sec, r) == (int64_t)sym->value;
}

/* mov $address, %register; or lea address(%rip), %register */
static bool is_plain_address(const struct section *sec, const struct rela *r)
{
	const uint8_t *at = sec->data + r->offset;

	if (!section_is_code(sec))
		return true;
	if (r->offset < 3)
		return false;
	if (r->type == R_X86_64_32S)
		return (at[-3] == 0x48 || at[-3] == 0x49) && at[-2] == 0xc7 &&
		       (at[-1] & 0xf8) == 0xc0;
	return r->type == R_X86_64_PC32 && r->sym->type != STT_SECTION && r->addend == -4 &&
	       (at[-3] == 0x48 || at[-3] == 0x4c) && at[-2] == 0x8d && (at[-1] & 0xc7) == 0x05;
}

/* The string that begins at @offset; NULL if none does for certain. */
static const char *string_at(const struct section *sec, int64_t offset)
{
	if (!(sec->flags & SHF_STRINGS) || sec->entsize != 1 || !sec->data || offset < 0 ||
	    (uint64_t)offset >= sec->size || (offset && sec->data[offset - 1]) ||
	    !sec->data[offset] ||
	    !memchr(sec->data + offset, 0, sec->size - (uint64_t)offset))
		return NULL;
	return (const char *)sec->data + offset;
}

static bool same_section(const struct section *a, const struct section *b)
{
	return a->size == b->size && a->flags == b->flags &&
	       same_content(a, 0, b, 0, a->size, NULL);
}

static bool same_constant(const struct section *sa, const struct rela *a,
			  const struct section *sb, const struct rela *b)
{
	struct target ta = rela_target(a), tb = rela_target(b);
	const char *x, *y;

	/* Which function's section holds a shared string depends on who comes first. */
	if (is_plain_address(sa, a) && is_plain_address(sb, b)) {
		x = string_at(ta.sec, exact_offset(sa, a));
		y = string_at(tb.sec, exact_offset(sb, b));
		if (x && y)
			return !strcmp(x, y);
	}
	return ta.offset == tb.offset && !strcmp(ta.sec->name, tb.sec->name) &&
	       same_section(ta.sec, tb.sec);
}

static bool same_piece(const struct section *sa, const struct rela *a,
		       const struct section *sb, const struct rela *b)
{
	struct target ta = rela_target(a), tb = rela_target(b);
	int64_t oa = exact_offset(sa, a), ob = exact_offset(sb, b);
	const struct piece *pa = piece_meant(sa, a), *pb = piece_meant(sb, b);

	/* A replacement of no bytes is nowhere. */
	if (!pa || !pb)
		return !pa && !pb && ta.sec->table == tb.sec->table;
	return oa - (int64_t)pa->start == ob - (int64_t)pb->start && pa->size == pb->size &&
	       same_content(ta.sec, pa->start, tb.sec, pb->start, pa->size, ta.sec->table);
}

static bool same_variable(const struct target *a, const struct target *b)
{
	const struct symbol *x = section_symbol(a->sec), *y = section_symbol(b->sec);

	if (a->offset - (int64_t)x->value != b->offset - (int64_t)y->value)
		return false;
	if (is_throwaway(x) && is_throwaway(y))
		return same_base_name(x->name, y->name) && same_section(a->sec, b->sec);
	return b->sec->twin == a->sec;
}

static bool same_type(uint32_t a, uint32_t b)
{
	return reloc_width(a) == reloc_width(b) && reloc_is_pcrel(a) == reloc_is_pcrel(b) &&
	       (a == b || reloc_is_pcrel(a));
}

/*
 * In a section that several things share. When one of them grows, the others move: who
 * refers to these has not changed for that. A global name stands for one thing only.
 */
static bool same_place(const struct rela *a, const struct rela *b)
{
	struct target ta = rela_target(a), tb = rela_target(b);

	if (tb.sec->twin != ta.sec)
		return false;
	if (a->sym->bind == STB_GLOBAL && b->sym->bind == STB_GLOBAL)
		return !strcmp(a->sym->name, b->sym->name) && a->addend == b->addend;
	return ta.offset == tb.offset;
}

bool same_reference(const struct section *sa, const struct rela *a,
		    const struct section *sb, const struct rela *b)
{
	struct target ta = rela_target(a), tb = rela_target(b);

	if (!same_type(a->type, b->type))
		return false;
	if (!ta.sec && !tb.sec)
		return a->sym->absolute == b->sym->absolute && a->sym->value == b->sym->value &&
		       ta.offset == tb.offset && !strcmp(a->sym->name, b->sym->name);
	if (!ta.sec || !tb.sec || ta.sec->kind != tb.sec->kind)
		return false;
	switch (tb.sec->kind) {
	case SEC_CONST:
		return same_constant(sa, a, sb, b);
	case SEC_ONCE:
		return true;
	case SEC_PIECES:
		return same_piece(sa, a, sb, b);
	case SEC_FUNC:
	case SEC_DATA:
		return same_variable(&ta, &tb);
	case SEC_TEXT:
	case SEC_SHARED:
		return same_place(a, b);
	default:
		return false;
	}
}

static bool same_bytes(const struct section *a, uint64_t at_a, const struct section *b,
		       uint64_t at_b, uint64_t size, const struct table *table)
{
	uint64_t skip = table ? table->mask_len : 0;

	if (!a->data || !b->data)
		return !a->data && !b->data;
	if (!skip || table->mask + skip > size)
		return !memcmp(a->data + at_a, b->data + at_b, size);
	return !memcmp(a->data + at_a, b->data + at_b, table->mask) &&
	       !memcmp(a->data + at_a + table->mask + skip, b->data + at_b + table->mask + skip,
		       size - table->mask - skip);
}

bool same_content(const struct section *a, uint64_t at_a, const struct section *b,
		  uint64_t at_b, uint64_t size, const struct table *table)
{
	static unsigned int depth;
	const struct rela *x, *y;
	size_t i, nx, ny;
	bool same;

	if (!size)
		return true;
	x = rela_range(a, at_a, size, &nx);
	y = rela_range(b, at_b, size, &ny);
	same = nx == ny && depth < DEPTH_MAX && same_bytes(a, at_a, b, at_b, size, table);
	depth++;
	for (i = 0; i < nx && same; i++)
		same = x[i].offset - at_a == y[i].offset - at_b &&
		       same_reference(a, &x[i], b, &y[i]);
	depth--;
	return same;
}
