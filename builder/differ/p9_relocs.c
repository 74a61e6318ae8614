// SPDX-License-Identifier: MIT
/*
 * Pass 9: relocs; see emit.h.
 *
 * It runs behind objtool, which knows functions by their names and adds tables of
 * its own that refer to them.
 */
#include "emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "files.h"
#include "writer.h"
#include "../../include/mend/payload.h"

#define CALL_SITES	".call_sites"

struct moved {
	char *name, *object;
	uint32_t sympos;
};

struct relocs {
	struct writer w;
	struct out_symbol **syms;	/* by the input's index */
	struct moved *moved;
	size_t nr_moved;
	const char *owner;
	struct out_section *entries, *strings;
	struct out_symbol *start;
};

static void read_syms(struct relocs *c, const char *path)
{
	char name[512], object[64], line[1024], rest;
	unsigned int sympos;
	FILE *f = file_open(path);

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%511s %63s %u %c", name, object, &sympos, &rest) != 3)
			fail("%s: not a list of symbols", path);
		PUSH(c->moved, c->nr_moved,
		     ((struct moved){ xasprintf("%s", name), xasprintf("%s", object), sympos }));
	}
	fclose(f);
}

static const struct moved *find_moved(const struct relocs *c, const struct symbol *sym)
{
	size_t i;

	if (sym->sec || sym->absolute)
		return NULL;
	for (i = 0; i < c->nr_moved; i++)
		if (!strcmp(c->moved[i].name, sym->name))
			return &c->moved[i];
	return NULL;
}

static uint32_t our_type(const struct section *sec, const struct rela *r)
{
	switch (r->type) {
	case R_X86_64_64:
		return MEND_RELOC_64;
	case R_X86_64_32:
		return MEND_RELOC_32;
	case R_X86_64_32S:
		return MEND_RELOC_32S;
	case R_X86_64_PC32:
		return MEND_RELOC_PC32;
	case R_X86_64_PLT32:
		return MEND_RELOC_PLT32;
	case R_X86_64_PC64:
		return MEND_RELOC_PC64;
	default:
		fail("section %s: relocation type %u against %s cannot be moved", sec->name,
		     r->type, r->sym->name);
	}
}

static int64_t string(struct relocs *c, const char *text)
{
	size_t at = 0, len = strlen(text) + 1;

	while (at < c->strings->size) {
		if (!strcmp((const char *)c->strings->data + at, text))
			return (int64_t)at;
		at += strlen((const char *)c->strings->data + at) + 1;
	}
	return (int64_t)writer_append(c->strings, text, len);
}

/*
 * A struct mend_reloc; its pointers are relocations that the module loader applies.
 * What lives in vmlinux is there when the payload is loaded, whatever module the code
 * is for, and tables of jump labels and static calls are read at that very moment.
 */
static void add_entry(struct relocs *c, const struct section *sec, const struct rela *r,
		      struct out_section *out, uint64_t place, const struct moved *m)
{
	uint8_t entry[MEND_RELOC_SIZE] = { 0 };
	uint32_t type = our_type(sec, r);
	uint64_t at;

	memcpy(entry + 32, &r->addend, 8);
	memcpy(entry + 40, &m->sympos, 4);
	memcpy(entry + 44, &type, 4);
	at = writer_append(c->entries, entry, sizeof(entry));
	writer_rela(c->entries, at, R_X86_64_64, out->symbol, (int64_t)place);
	writer_rela(c->entries, at + 8, R_X86_64_64, c->strings->symbol,
		    string(c, strcmp(m->object, "vmlinux") ? c->owner : m->object));
	writer_rela(c->entries, at + 16, R_X86_64_64, c->strings->symbol,
		    string(c, m->object));
	writer_rela(c->entries, at + 24, R_X86_64_64, c->strings->symbol, string(c, m->name));
}

/* References of an entry, the last of which is the key; 0: no such table. */
static unsigned int key_table(const struct section *sec)
{
	return !strcmp(sec->name, "__jump_table") ? 3 :
	       !strcmp(sec->name, ".static_call_sites") ? 2 : 0;
}

static bool is_wanted(const struct section *sec)
{
	return sec->type != SHT_NULL && sec->type != SHT_SYMTAB && sec->type != SHT_STRTAB &&
	       sec->type != SHT_RELA && (sec->flags & SHF_ALLOC) &&
	       !has_prefix(sec->name, ".discard");
}

static void copy_sections(struct relocs *c, struct object *in)
{
	struct out_section *out;
	struct section *sec;
	size_t i;

	for (i = 1; i < in->nr_secs; i++) {
		sec = &in->secs[i];
		if (!is_wanted(sec))
			continue;
		out = writer_section(&c->w, sec->name, sec->type, sec->flags, sec->align,
				     sec->entsize);
		if (strcmp(sec->name, CALL_SITES) && !key_table(sec))
			writer_append(out, sec->data, sec->size);
		sec->out = (unsigned int)c->w.nr_secs;
		sec->include = true;
	}
}

static void copy_symbols(struct relocs *c, struct object *in)
{
	const struct symbol *sym;
	size_t i;

	c->syms = xcalloc(in->nr_syms, sizeof(*c->syms));
	for (i = 1; i < in->nr_syms; i++) {
		sym = &in->syms[i];
		if (sym->sec && !sym->sec->include)
			continue;
		if (sym->type == STT_SECTION)
			c->syms[i] = c->w.secs[sym->sec->out - 1]->symbol;
		else if (!find_moved(c, sym) && sym->type != STT_FILE && !sym->absolute)
			c->syms[i] = writer_symbol(&c->w, sym->name, sym->bind, sym->type,
						   sym->sec ? sym->sec->out : 0, sym->value,
						   sym->size);
	}
}

/*
 * Calls that the kernel wants to count, four bytes each. It reads their targets when
 * the payload is loaded, before mend.ko has written those that it resolves.
 */
static void copy_call_sites(struct relocs *c, const struct section *sec,
			    struct out_section *out)
{
	const struct rela *call;
	struct target t;
	size_t i, nr;

	for (i = 0; i < sec->nr_relas; i++) {
		t = rela_target(&sec->relas[i]);
		if (sec->relas[i].offset != 4 * i || !t.sec || t.offset < 0 ||
		    !c->syms[sec->relas[i].sym->index])
			fail("section %s is not a list of calls", sec->name);
		call = rela_range(t.sec, (uint64_t)t.offset + 1, 1, &nr);
		if (nr && find_moved(c, call->sym))
			continue;
		writer_rela(out, writer_append(out, NULL, 4), sec->relas[i].type,
			    c->syms[sec->relas[i].sym->index], sec->relas[i].addend);
	}
}

static void copy_rela(struct relocs *c, const struct section *sec, const struct rela *r,
		      struct out_section *out, uint64_t at)
{
	const struct moved *m = find_moved(c, r->sym);

	if (m)
		add_entry(c, sec, r, out, at, m);
	else if (c->syms[r->sym->index])
		writer_rela(out, at, r->type, c->syms[r->sym->index], r->addend);
	else
		fail("section %s refers to %s, which is not part of the payload", sec->name,
		     r->sym->name);
}

/*
 * Jump labels and static calls. The kernel looks for their keys when the payload is
 * loaded, and a module with its key may not be there yet: then the entry is left out.
 * The jump, which objtool has made a NOP, stays one; the call goes through its
 * trampoline, which always leads to the right place.
 */
static void copy_keyed(struct relocs *c, const struct section *sec, struct out_section *out,
		       unsigned int relas)
{
	uint64_t size, at;
	const struct moved *key;
	size_t i, j;

	if (!sec->nr_relas)
		return;
	size = sec->size * relas / sec->nr_relas;
	for (i = 0; i + relas <= sec->nr_relas; i += relas) {
		key = find_moved(c, sec->relas[i + relas - 1].sym);
		if (sec->relas[i].offset != i / relas * size ||
		    sec->relas[i + relas - 1].offset >= sec->relas[i].offset + size)
			fail("section %s is not a table of the known kind", sec->name);
		if (key && strcmp(key->object, "vmlinux"))
			continue;
		at = writer_append(out, sec->data + sec->relas[i].offset, size);
		for (j = i; j < i + relas; j++)
			copy_rela(c, sec, &sec->relas[j], out,
				  at + sec->relas[j].offset - sec->relas[i].offset);
	}
}

static void copy_relas(struct relocs *c, const struct section *sec)
{
	struct out_section *out = c->w.secs[sec->out - 1];
	size_t i;

	if (!strcmp(sec->name, CALL_SITES)) {
		copy_call_sites(c, sec, out);
		return;
	}
	if (key_table(sec)) {
		copy_keyed(c, sec, out, key_table(sec));
		return;
	}
	for (i = 0; i < sec->nr_relas; i++)
		if (sec->relas[i].type != R_X86_64_NONE)
			copy_rela(c, sec, &sec->relas[i], out, sec->relas[i].offset);
}

void pass_relocs(const char *in, const char *owner, const char *syms, const char *out)
{
	struct object *obj = object_load(in);
	struct relocs c = { .owner = owner };
	size_t i;

	read_syms(&c, syms);
	copy_sections(&c, obj);
	copy_symbols(&c, obj);
	c.entries = writer_section(&c.w, MEND_RELOC_SECTION, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				   8, 0);
	c.strings = writer_section(&c.w, ".mend.strings", SHT_PROGBITS, SHF_ALLOC, 1, 0);
	for (i = 1; i < obj->nr_secs; i++)
		if (obj->secs[i].include)
			copy_relas(&c, &obj->secs[i]);
	writer_write(&c.w, out);
}
