// SPDX-License-Identifier: MIT
/*
 * Pass 5: closure; see passes.h.
 *
 * Into the payload go the changed functions; what they use that the kernel does
 * not have; and copies of what is nobody's property: strings, names, flags.
 */
#include "fail.h"
#include "hooks.h"
#include "passes.h"
#include "tables.h"

struct work {
	struct diff *d;
	struct section **list;
	size_t nr;
};

static void need_range(struct work *w, struct section *user, uint64_t start, uint64_t size,
		       const char *function);

static const char *label(const struct section *sec)
{
	const struct symbol *sym = section_symbol(sec);

	return sym ? sym->name : sec->name;
}

static void include(struct work *w, struct section *sec)
{
	if (sec->include)
		return;
	sec->include = true;
	PUSH(w->list, w->nr, sec);
	if (sec->kind == SEC_FUNC && sec->partner)
		include(w, sec->partner);
}

static void need_variable(struct work *w, struct section *sec, const char *function)
{
	const struct symbol *sym = section_symbol(sec);

	if (is_throwaway(sym)) {
		include(w, sec);
		return;
	}
	if (sec->twin)
		return;
	if (sym->ambiguous)
		refuse(&w->d->refusals, REFUSE_STATIC_LOCAL_AMBIGUOUS, function,
		       "it uses %s, which may be a new variable or one that the kernel has",
		       sym->name);
	else
		include(w, sec);
}

/* Tables are cut: only this piece goes along. */
static void need_piece(struct work *w, const struct section *user, const struct rela *r,
		       const char *function)
{
	struct target t = rela_target(r);
	struct piece *p;

	p = piece_meant(user, r);
	t.sec->include = true;
	if (!p && user->table && (user->table->flags & TABLE_ALT))
		return;		/* a replacement of no bytes */
	if (!p) {
		refuse(&w->d->refusals, REFUSE_RELOCATION, function,
		       "it refers to a place in %s that is no entry", t.sec->name);
		return;
	}
	if (p->keep)
		return;
	p->keep = true;
	need_range(w, t.sec, p->start, p->size, function);
}

static void need(struct work *w, struct section *user, const struct rela *r,
		 const char *function)
{
	struct target t = rela_target(r);

	if (!t.sec || r->type == R_X86_64_NONE)
		return;
	switch (t.sec->kind) {
	case SEC_FUNC:
		if (!t.sec->twin)
			include(w, t.sec);
		break;
	case SEC_DATA:
		need_variable(w, t.sec, function);
		break;
	case SEC_CONST:
	case SEC_ONCE:
		include(w, t.sec);
		break;
	case SEC_PIECES:
		need_piece(w, user, r, function);
		break;
	case SEC_TEXT:
	case SEC_SHARED:
		if (has_prefix(t.sec->name, ".init") || has_prefix(t.sec->name, ".exit"))
			refuse(&w->d->refusals, REFUSE_INIT_EXIT, function,
			       "it uses something in %s, which is gone after start-up",
			       t.sec->name);
		break;
	default:
		refuse(&w->d->refusals, REFUSE_RELOCATION, function,
		       "it refers to section %s", t.sec->name);
	}
}

static void need_range(struct work *w, struct section *user, uint64_t start, uint64_t size,
		       const char *function)
{
	const struct rela *r;
	size_t i, nr;

	r = rela_range(user, start, size, &nr);
	for (i = 0; i < nr; i++)
		need(w, user, &r[i], function);
}

static void need_entries(struct work *w, const struct section *owner)
{
	struct section *table;
	struct piece *p;
	size_t i, j;

	for (i = 1; i < w->d->after->nr_secs; i++) {
		table = &w->d->after->secs[i];
		for (j = 0; table->kind == SEC_PIECES && j < table->nr_pieces; j++) {
			p = &table->pieces[j];
			if (p->owner != owner || p->keep)
				continue;
			p->keep = true;
			table->include = true;
			need_range(w, table, p->start, p->size, label(owner));
		}
	}
}

/* Functions that have changed, what refers to callbacks, and what other files use. */
static bool is_root(struct diff *d, const struct section *sec)
{
	bool shared = shared_symbol(d->shared, sec);

	d->nr_shared += shared;
	return shared || sec->changed ||
	       (sec->kind == SEC_HOOK && has_prefix(sec->name, HOOK_SECTION));
}

void pass_closure(struct diff *d)
{
	struct work w = { .d = d };
	struct section *sec;
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++)
		if (is_root(d, &d->after->secs[i]))
			include(&w, &d->after->secs[i]);
	for (i = 0; i < w.nr; i++) {
		sec = w.list[i];
		need_range(&w, sec, 0, sec->size, label(sec));
		if (sec->kind == SEC_FUNC)
			need_entries(&w, sec);
	}
}
