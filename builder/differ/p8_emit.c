// SPDX-License-Identifier: MIT
/*
 * Pass 8: emit; see emit.h.
 *
 * Calls within the payload stay within it. The address of a function that is
 * replaced is that of the kernel's own, wherever it may be kept: whoever calls it
 * there is redirected while the patch is on, and nothing dangles when it is off.
 */
#include "emit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "files.h"
#include "hooks.h"
#include "origin.h"
#include "tables.h"
#include "writer.h"

struct emit {
	struct diff *d;
	struct writer w;
	struct origin *moved;	/* undefined symbols that mend.ko has to find */
	size_t nr_moved;
};

#define TRACEPOINT	"__tracepoint_"

/* Section flags that tie a section to others, or let the linker rearrange it. */
#define DROP_FLAGS	(SHF_MERGE | SHF_STRINGS | SHF_GROUP | SHF_LINK_ORDER | SHF_INFO_LINK)

static const char *label(const struct section *sec)
{
	const struct symbol *sym = section_symbol(sec);

	return sym ? sym->name : sec->name;
}

static struct out_section *out_of(const struct emit *e, const struct section *sec)
{
	return e->w.secs[sec->out - 1];
}

static void add_pieces(struct section *sec, struct out_section *out)
{
	struct piece *p;
	size_t i;

	for (i = 0; i < sec->nr_pieces; i++) {
		p = &sec->pieces[i];
		if (!p->keep)
			continue;
		if (p->start % sec->align == 0)
			writer_append(out, NULL, -out->size & (sec->align - 1));
		p->out = writer_append(out, sec->data + p->start, p->size);
	}
}

static void add_section(struct emit *e, struct section *sec)
{
	const char *name = sec->name;
	struct out_section *out;

	/* A copy of strings is not to be mixed with strings that may be merged. */
	if (sec->flags & SHF_MERGE)
		name = xasprintf("%s.mend", name);
	out = writer_section(&e->w, name, sec->type, sec->flags & ~(uint64_t)DROP_FLAGS,
			     sec->align, sec->flags & SHF_MERGE ? 0 : sec->entsize);
	sec->out = (unsigned int)e->w.nr_secs;
	if (sec->kind == SEC_PIECES)
		add_pieces(sec, out);
	else
		writer_append(out, sec->data, sec->size);
}

/*
 * Names for stack traces. Two files may have functions of one name: all are local but
 * what another file uses.
 */
static void add_symbols(struct emit *e, const struct section *sec)
{
	const struct symbol *sym;
	size_t i;

	if (sec->kind != SEC_FUNC && sec->kind != SEC_DATA)
		return;
	for (i = 0; i < sec->nr_syms; i++) {
		sym = sec->syms[i];
		writer_symbol(&e->w, sym->name,
			      sym == shared_symbol(e->d->shared, sec) ? STB_GLOBAL : STB_LOCAL,
			      sym->type, sec->out, sym->value, sym->size);
	}
}

static bool covers(int64_t start, uint8_t len, uint64_t offset)
{
	return (int64_t)offset + 4 > start && (int64_t)offset < start + len;
}

/* Is there code at @offset that the module loader rewrites before mend.ko comes? */
static bool is_rewritten(const struct diff *d, const struct section *sec, uint64_t offset)
{
	const struct section *t;
	const struct piece *p;
	struct target site;
	size_t i, j;

	for (i = 1; i < d->after->nr_secs; i++) {
		t = &d->after->secs[i];
		if (t->kind != SEC_PIECES || !(t->table->flags & (TABLE_ALT | TABLE_PATCHED)))
			continue;
		for (j = 0; j < t->nr_pieces; j++) {
			p = &t->pieces[j];
			site = rela_target(&t->relas[j * t->table->relas]);
			/* Alternatives end with both lengths, paravirt has its one at 9. */
			if (site.sec == sec &&
			    covers(site.offset, t->data[p->start + (t->table->flags & TABLE_ALT ?
								    p->size - 2 : 9)], offset))
				return true;
		}
	}
	return sec->table && !strcmp(sec->name, ".altinstr_replacement");
}

static bool is_key(const struct section *sec, const struct rela *r)
{
	return sec->table && (sec->table->flags & TABLE_JUMP) && (r - sec->relas) % 3 == 2;
}

/* Notes what mend.ko has to find. Two things of one name would become one. */
static void note_moved(struct emit *e, const struct origin *o, const char *function)
{
	size_t i;

	for (i = 0; i < e->nr_moved; i++) {
		if (strcmp(e->moved[i].name, o->name))
			continue;
		if (strcmp(e->moved[i].object, o->object) || e->moved[i].sympos != o->sympos)
			refuse(&e->d->refusals, REFUSE_AMBIGUOUS, function,
			       "two symbols named %s are used", o->name);
		return;
	}
	PUSH(e->moved, e->nr_moved, *o);
}

static const struct symbol *twin_named(const struct diff *d, const char *name)
{
	size_t i;

	for (i = 1; i < d->before->nr_syms; i++)
		if (d->before->syms[i].twin && !strcmp(d->before->syms[i].name, name))
			return &d->before->syms[i];
	return NULL;
}

/*
 * objtool lists calls of static calls by their key. If the kernel exports only the
 * trampoline, it finds the key by itself; if it exports neither, the key is named. For
 * the key of a module the trampoline stands as well.
 */
static void add_static_call_key(struct emit *e, const struct origin *call, const char *function)
{
	const char *key = xasprintf("__SCK__%s", call->name + strlen("__SCT__"));
	const struct symbol *sym = twin_named(e->d, key);
	struct origin o;

	if (call->exported && !symvers_is_kernels(e->d->symvers, key))
		return;
	if (!(sym ? origin_defined(e->d, sym, function, &o) :
		    origin_undefined(e->d, key, function, &o)))
		return;
	/* A module's: pass 9 has the call go through the trampoline. */
	if (strcmp(o.object, "vmlinux"))
		return;
	if (!o.exported)
		note_moved(e, &o, function);
	writer_undefined(&e->w, key);
}

/*
 * The entry will be left out, and the jump will stay as if the key were off (pass 9).
 * That is how a trace event is most of the time; for anything else it would be wrong.
 */
static void add_module_key(struct emit *e, const struct rela *r, const struct origin *o,
			   const char *function)
{
	if (has_prefix(o->name, TRACEPOINT) && !(r->addend & 1))
		refuse(&e->d->notes, NOTE_TRACEPOINT_OFF, function,
		       "the trace event %s of module %s does not fire there",
		       o->name + strlen(TRACEPOINT), o->object);
	else
		refuse(&e->d->refusals, REFUSE_MODULE_KEY, function,
		       "the static key in %s belongs to module %s", o->name, o->object);
}

static void add_outside(struct emit *e, const struct section *sec, const struct rela *r,
			const struct origin *o, uint64_t at, int64_t addend,
			const char *function)
{
	if (has_prefix(o->name, "__SCT__"))
		add_static_call_key(e, o, function);
	if (is_key(sec, r) && strcmp(o->object, "vmlinux"))
		add_module_key(e, r, o, function);
	if (!o->exported) {
		if (is_rewritten(e->d, sec, r->offset))
			refuse(&e->d->refusals, REFUSE_ALTERNATIVE, function,
			       "it uses %s in code that is replaced by alternatives", o->name);
		note_moved(e, o, function);
	}
	writer_rela(out_of(e, sec), at, r->type, writer_undefined(&e->w, o->name), addend);
}

/* A symbol to name a place in a section by, preferring the one that is meant. */
static const struct symbol *nearest(const struct section *sec, int64_t offset)
{
	const struct symbol *best = NULL;
	size_t i;

	for (i = 0; i < sec->nr_syms; i++)
		if (sec->syms[i]->twin && (!best || (int64_t)sec->syms[i]->value <= offset))
			best = sec->syms[i];
	return best;
}

static void refer_original(struct emit *e, const struct section *sec, const struct rela *r,
			   uint64_t at, const char *function)
{
	struct target t = rela_target(r);
	const struct symbol *sym = r->sym;
	struct origin o;

	if (sym->type == STT_SECTION || !sym->twin)
		sym = t.sec->kind == SEC_SHARED || t.sec->kind == SEC_TEXT ?
		      nearest(t.sec, t.offset + 4) : section_symbol(t.sec);
	/* A section that is new or gone has been refused as such. */
	if (!t.sec->twin && (t.sec->kind == SEC_SHARED || t.sec->kind == SEC_TEXT))
		return;
	if (!sym || !sym->twin) {
		refuse(&e->d->refusals, REFUSE_RELOCATION, function,
		       "it refers to %s, where the kernel has no symbol", t.sec->name);
		return;
	}
	if (t.sec->kind == SEC_FUNC && !points_at_entry(sec, r)) {
		refuse(&e->d->refusals, REFUSE_RELOCATION, function,
		       "it refers into the middle of %s", sym->name);
		return;
	}
	if (origin_defined(e->d, sym->twin, function, &o))
		add_outside(e, sec, r, &o, at, t.offset - (int64_t)sym->value, function);
}

static void refer_inside(struct emit *e, const struct section *sec, const struct rela *r,
			 uint64_t at)
{
	struct target t = rela_target(r);
	const struct piece *p;

	if (t.sec->kind == SEC_PIECES) {
		p = piece_meant(sec, r);
		/* Without a piece it is a replacement of no bytes: anywhere will do. */
		t.offset = p ? t.offset - (int64_t)p->start + (int64_t)p->out : 0;
	}
	writer_rela(out_of(e, sec), at, r->type, out_of(e, t.sec)->symbol, t.offset);
}

static bool stays_inside(const struct section *sec, const struct rela *r)
{
	struct target t = rela_target(r);

	if (!t.sec->include)
		return false;
	return !is_replaced(t.sec) || is_branch(sec, r) || !points_at_entry(sec, r) ||
	       (sec->table && !(sec->table->flags & TABLE_SYMBOLS));
}

static void add_rela(struct emit *e, const struct section *sec, const struct rela *r,
		     uint64_t at, const char *function)
{
	struct origin o;

	if (r->type == R_X86_64_NONE)
		return;
	if (r->sym->absolute)
		refuse(&e->d->refusals, REFUSE_RELOCATION, function, "it uses %s, which is absolute",
		       r->sym->name);
	else if (r->sym->sec && stays_inside(sec, r))
		refer_inside(e, sec, r, at);
	else if (r->sym->sec)
		refer_original(e, sec, r, at, function);
	else if (origin_undefined(e->d, r->sym->name, function, &o))
		add_outside(e, sec, r, &o, at, r->addend, function);
}

static void add_range(struct emit *e, const struct section *sec, uint64_t start, uint64_t size,
		      uint64_t out, const char *function)
{
	const struct rela *r;
	size_t i, nr;

	r = rela_range(sec, start, size, &nr);
	for (i = 0; i < nr; i++)
		add_rela(e, sec, &r[i], r[i].offset - start + out, function);
}

static void add_relas(struct emit *e, const struct section *sec)
{
	const struct piece *p;
	size_t i;

	if (sec->kind != SEC_PIECES) {
		add_range(e, sec, 0, sec->size, 0, label(sec));
		return;
	}
	for (i = 0; i < sec->nr_pieces; i++) {
		p = &sec->pieces[i];
		if (p->keep)
			add_range(e, sec, p->start, p->size, p->out,
				  p->owner ? label(p->owner) : sec->name);
	}
}

/* One line for each function that is replaced, and a global name to find it by. */
static void add_function(struct emit *e, const struct section *sec, const char *prefix, FILE *f)
{
	const struct symbol *sym = section_symbol(sec);
	struct origin o;
	char *name;

	if (!is_replaced(sec) || (cold_parent_len(sym->name) && sec->partner))
		return;
	if (!origin_function(e->d, sym->twin, &o))
		return;
	name = xasprintf("__mend_%s_%u", prefix, sec->index);
	writer_symbol(&e->w, name, STB_GLOBAL, STT_FUNC, sec->out, sym->value, sym->size);
	fprintf(f, "%s %s %s %d %lu\n", name, o.object, o.name, o.sympos,
		(unsigned long)sym->size);
}

static void write_moved(const struct emit *e, const char *path)
{
	FILE *f = file_create(path);
	size_t i;

	for (i = 0; i < e->nr_moved; i++)
		fprintf(f, "%s %s %d\n", e->moved[i].name, e->moved[i].object,
			e->moved[i].sympos);
	file_written(f, path);
}

void pass_emit(struct diff *d, const char *prefix, const char *out)
{
	const char *funcs = xasprintf("%s.funcs", out);
	struct emit e = { .d = d };
	struct object *obj = d->after;
	FILE *f = file_create(funcs);
	size_t i;

	for (i = 1; i < obj->nr_secs; i++)
		if (obj->secs[i].include)
			add_section(&e, &obj->secs[i]);
	for (i = 1; i < obj->nr_secs; i++)
		if (obj->secs[i].include)
			add_symbols(&e, &obj->secs[i]);
	for (i = 1; i < obj->nr_secs; i++)
		if (obj->secs[i].include)
			add_relas(&e, &obj->secs[i]);
	for (i = 1; i < obj->nr_secs; i++)
		add_function(&e, &obj->secs[i], prefix, f);
	file_written(f, funcs);
	if (d->refusals.nr) {
		unlink(funcs);
		return;
	}
	write_moved(&e, xasprintf("%s.syms", out));
	hooks_write(d, &e.w, prefix, xasprintf("%s.hooks", out));
	writer_write(&e.w, out);
}
