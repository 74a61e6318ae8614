// SPDX-License-Identifier: MIT
/* The kernel's tables about code; see tables.h. */
#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

#define ALT_REPLACEMENT	".altinstr_replacement"

/* A line number says nothing about code: in bug tables it follows two addresses. */
static const struct table tables[] = {
	{ .name = "__bug_table", .relas = 2, .mask = 8, .mask_len = 2 },
	{ .name = "__ex_table", .relas = 2 },
	{ .name = "__jump_table", .relas = 3, .flags = TABLE_JUMP },
	{ .name = ".altinstructions", .relas = 2, .flags = TABLE_ALT },
	{ .name = ".altinstr_aux", .relas = 3, .owner = 1 },
	{ .name = ALT_REPLACEMENT },
	{ .name = ".parainstructions", .relas = 1, .flags = TABLE_PATCHED },
	{ .name = ".smp_locks", .relas = 1 },
	{ .name = "__mcount_loc", .relas = 1, .flags = TABLE_MCOUNT },
	{ .name = "__dyndbg", .flags = TABLE_SYMBOLS },
	/* Hints for objtool, which runs on the output. */
	{ .name = ".discard.*", .relas = 1 },
};

const struct table *table_find(const char *name)
{
	size_t i, len;

	/* Only keeps symbols alive for other tools. */
	if (!strcmp(name, ".discard.addressable"))
		return NULL;
	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		len = strlen(tables[i].name);
		if (tables[i].name[len - 1] == '*' ? !strncmp(name, tables[i].name, len - 1) :
						     !strcmp(name, tables[i].name))
			return &tables[i];
	}
	return NULL;
}

static void add_piece(struct section *sec, uint64_t start, uint64_t size, struct section *owner)
{
	PUSH(sec->pieces, sec->nr_pieces,
	     ((struct piece){ .start = start, .size = size, .owner = owner }));
}

/* Entries of one size, each with the same relocations at the same places. */
static void split_entries(const struct object *obj, struct section *sec)
{
	const struct table *table = sec->table;
	uint64_t i, n, size;
	unsigned int j;

	n = sec->nr_relas / table->relas;
	if (!n || sec->nr_relas % table->relas || sec->size % n)
		fail("%s: section %s is not a table of the known kind", obj->path, sec->name);
	size = sec->size / n;
	for (i = 0; i < n; i++) {
		const struct rela *r = &sec->relas[i * table->relas];

		for (j = 0; j < table->relas; j++)
			if (r[j].offset / size != i ||
			    r[j].offset % size != sec->relas[j].offset)
				fail("%s: section %s is not a table of the known kind",
				     obj->path, sec->name);
		add_piece(sec, i * size, size, rela_target(&r[table->owner]).sec);
	}
}

static void split_symbols(const struct object *obj, struct section *sec)
{
	const struct symbol *sym;
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < sec->nr_syms; i++) {
		sym = sec->syms[i];
		if (sym->type != STT_OBJECT || !sym->size || sym->value < end)
			fail("%s: section %s is not a table of the known kind", obj->path,
			     sec->name);
		add_piece(sec, sym->value, sym->size, NULL);
		end = sym->value + sym->size;
	}
}

static int by_start(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Replacements are named by the table of alternatives: where, and at the end how long. */
static void split_replacements(const struct object *obj, struct section *alts)
{
	struct section *repl = object_section(obj, ALT_REPLACEMENT);
	struct target t;
	uint64_t len;
	size_t i;

	for (i = 0; i < alts->nr_pieces; i++) {
		t = rela_target(&alts->relas[2 * i + 1]);
		len = alts->data[alts->pieces[i].start + alts->pieces[i].size - 1];
		if (!len)
			continue;
		if (!repl || t.sec != repl || t.offset < 0 ||
		    (uint64_t)t.offset > repl->size || len > repl->size - (uint64_t)t.offset)
			fail("%s: an alternative has no replacement", obj->path);
		add_piece(repl, (uint64_t)t.offset, len, alts->pieces[i].owner);
	}
	if (!repl || !repl->nr_pieces)
		return;
	qsort(repl->pieces, repl->nr_pieces, sizeof(*repl->pieces), by_start);
	for (i = 1; i < repl->nr_pieces; i++)
		if (repl->pieces[i].start < repl->pieces[i - 1].start + repl->pieces[i - 1].size)
			fail("%s: replacements of alternatives overlap", obj->path);
}

void tables_split(struct object *obj)
{
	struct section *sec, *alts = NULL;
	size_t i;

	for (i = 1; i < obj->nr_secs; i++) {
		sec = &obj->secs[i];
		if (sec->kind != SEC_PIECES || !sec->size)
			continue;
		if (!sec->data)
			fail("%s: section %s has no content", obj->path, sec->name);
		if (sec->table->relas)
			split_entries(obj, sec);
		else if (sec->table->flags & TABLE_SYMBOLS)
			split_symbols(obj, sec);
		if (sec->table->flags & TABLE_ALT)
			alts = sec;
	}
	if (alts)
		split_replacements(obj, alts);
}

struct piece *piece_at(const struct section *sec, int64_t offset)
{
	size_t i;

	for (i = 0; i < sec->nr_pieces; i++)
		if (offset >= (int64_t)sec->pieces[i].start &&
		    offset < (int64_t)(sec->pieces[i].start + sec->pieces[i].size))
			return &sec->pieces[i];
	return NULL;
}

/* Of an alternative: where, by its second relocation, and at its end how long. */
static bool is_of_no_bytes(const struct section *user, const struct rela *r)
{
	const struct piece *p;

	if (!user->table || !(user->table->flags & TABLE_ALT))
		return false;
	p = piece_at(user, (int64_t)r->offset);
	return p && r->offset - p->start == user->relas[1].offset &&
	       !user->data[p->start + p->size - 1];
}

struct piece *piece_meant(const struct section *user, const struct rela *r)
{
	return is_of_no_bytes(user, r) ? NULL :
	       piece_at(rela_target(r).sec, exact_offset(user, r));
}

/* The key's second bit asks objtool for it; jumps have one or four bytes of distance. */
unsigned int jump_label_nop(const struct object *obj, const struct section *sec,
			    uint64_t offset)
{
	const struct section *jumps = object_section(obj, "__jump_table");
	struct target t;
	size_t i;

	for (i = 0; jumps && i + 2 < jumps->nr_relas; i += 3) {
		t = rela_target(&jumps->relas[i]);
		if (t.sec != sec || t.offset != (int64_t)offset ||
		    !(jumps->relas[i + 2].addend & 2))
			continue;
		return sec->data[offset] == 0xeb ? 2 : sec->data[offset] == 0xe9 ? 5 : 0;
	}
	return 0;
}
