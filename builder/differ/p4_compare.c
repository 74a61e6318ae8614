// SPDX-License-Identifier: MIT
/*
 * Pass 4: compare; see passes.h.
 *
 * A function has changed if its bytes, what they refer to, or its entries in the
 * kernel's tables have. Nothing else may change: what is in memory stays as it is
 * when a patch is switched on.
 */
#include <string.h>

#include "passes.h"
#include "tables.h"

/* What belongs to @sec in a table, one after the other. */
static const struct piece *next_piece(const struct section *table, const struct section *sec,
				      size_t *i)
{
	while (*i < table->nr_pieces) {
		const struct piece *p = &table->pieces[(*i)++];

		if (p->owner == sec)
			return p;
	}
	return NULL;
}

/* @ta, @tb: a table of one kind, or NULL where an object has none */
static bool same_entries(const struct section *ta, const struct section *a,
			 const struct section *tb, const struct section *b)
{
	const struct piece *x, *y;
	size_t i = 0, j = 0;

	for (;;) {
		x = ta ? next_piece(ta, a, &i) : NULL;
		y = tb ? next_piece(tb, b, &j) : NULL;
		if (!x || !y)
			return !x && !y;
		if (x->size != y->size ||
		    !same_content(ta, x->start, tb, y->start, x->size, tb->table))
			return false;
	}
}

static bool same_tables(const struct diff *d, const struct section *a, const struct section *b)
{
	const struct section *t;
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++) {
		t = &d->after->secs[i];
		if (t->kind == SEC_PIECES && !has_prefix(t->name, ".discard") &&
		    !same_entries(t->twin, a, t, b))
			return false;
	}
	for (i = 1; i < d->before->nr_secs; i++) {
		t = &d->before->secs[i];
		if (t->kind == SEC_PIECES && !t->twin && !has_prefix(t->name, ".discard") &&
		    !same_entries(t, a, NULL, NULL))
			return false;
	}
	return true;
}

static bool same_name(const char *a, const char *b)
{
	return (is_counted(a) && is_counted(b) && a[2] == b[2]) || same_base_name(a, b);
}

static bool same_symbols(const struct section *a, const struct section *b)
{
	size_t i;

	if (a->nr_syms != b->nr_syms)
		return false;
	for (i = 0; i < a->nr_syms; i++)
		if (!same_name(a->syms[i]->name, b->syms[i]->name) ||
		    a->syms[i]->value != b->syms[i]->value ||
		    a->syms[i]->size != b->syms[i]->size)
			return false;
	return true;
}

static bool same_section(const struct diff *d, const struct section *a, const struct section *b)
{
	return a->size == b->size && a->type == b->type && a->flags == b->flags &&
	       a->align == b->align && same_content(a, 0, b, 0, a->size, NULL) &&
	       same_tables(d, a, b);
}

/* Which of several functions or variables in a section differs first; or the section. */
static const char *culprit(const struct section *a, const struct section *b)
{
	const struct symbol *x, *y;
	size_t i;

	for (i = 0; a && b && i < a->nr_syms && i < b->nr_syms; i++) {
		x = a->syms[i];
		y = b->syms[i];
		if (!same_name(x->name, y->name) || x->size != y->size || x->value != y->value ||
		    !same_content(a, x->value, b, y->value, x->size, NULL))
			return y->name;
	}
	if (!b)
		b = a;
	/* The section of an export is named for it. */
	if (strchr(b->name, '+'))
		return strchr(b->name, '+') + 1;
	return section_symbol(b) ? section_symbol(b)->name : b->name;
}

static enum refusal_class class_of(const struct section *sec)
{
	static const struct {
		const char *prefix;
		enum refusal_class class;
	} known[] = {
		{ ".init", REFUSE_INIT_EXIT }, { ".exit", REFUSE_INIT_EXIT },
		{ "__param", REFUSE_INIT_EXIT }, { ".ref.data", REFUSE_TRACEPOINT_DEF },
		{ "__tracepoint", REFUSE_TRACEPOINT_DEF }, { "_ftrace", REFUSE_TRACEPOINT_DEF },
		{ "__bpf_raw_tp", REFUSE_TRACEPOINT_DEF }, { ".static_call", REFUSE_SECTION },
		{ "___ksymtab", REFUSE_NEW_EXPORT }, { "___kcrctab", REFUSE_NEW_EXPORT },
		{ ".export_symbol", REFUSE_NEW_EXPORT }, { "__ksymtab", REFUSE_NEW_EXPORT },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (has_prefix(sec->name, known[i].prefix))
			return known[i].class;
	return section_is_code(sec) ? REFUSE_SECTION : REFUSE_DATA_CHANGED;
}

static void compare_shared(struct diff *d, const struct section *sec)
{
	const struct section *old = sec->twin;
	enum refusal_class class = class_of(sec);

	/* An entry has a section of its own: it is there, or not. */
	if (old && has_prefix(sec->name, "___ksymtab"))
		return;
	if (!old && sec->size && class == REFUSE_DATA_CHANGED)
		refuse(&d->refusals, REFUSE_NEW_DATA, culprit(NULL, sec),
		       "it is new and in section %s, which cannot grow", sec->name);
	else if (!old && sec->size)
		refuse(&d->refusals, class, culprit(NULL, sec), "section %s is new", sec->name);
	else if (old && !(same_symbols(old, sec) && same_section(d, old, sec)))
		refuse(&d->refusals, class, culprit(old, sec), "section %s has changed",
		       sec->name);
}

static void compare_variable(struct diff *d, const struct section *sec)
{
	const struct symbol *sym = section_symbol(sec);

	if (is_throwaway(sym) || !sec->twin || same_section(d, sec->twin, sec))
		return;
	refuse(&d->refusals, REFUSE_DATA_CHANGED, sym->name,
	       sec->twin->size != sec->size ? "its size has changed" :
	       sec->flags != sec->twin->flags || sec->type != sec->twin->type ?
	       "it has become another kind of variable" : "its initial value has changed");
}

static void compare_function(struct diff *d, struct section *sec)
{
	if (!sec->twin || same_section(d, sec->twin, sec))
		return;
	sec->changed = true;
	if (sec->partner)
		sec->partner->changed = true;
}

/* Things of the original that are no more. Functions may go: their callers have changed. */
static void compare_removed(struct diff *d, const struct section *old)
{
	const struct symbol *sym = section_symbol(old);

	if (old->twin || !old->size)
		return;
	switch (old->kind) {
	case SEC_DATA:
		if (is_throwaway(sym) || !(old->flags & SHF_WRITE))
			break;
		if (sym->ambiguous)
			refuse(&d->refusals, REFUSE_STATIC_LOCAL_AMBIGUOUS, sym->name,
			       "which one of that name it is in the changed source cannot be told");
		else
			refuse(&d->refusals, REFUSE_DATA_REMOVED, sym->name,
			       "it is not in the changed source");
		break;
	case SEC_SHARED:
	case SEC_TEXT:
		refuse(&d->refusals, class_of(old) == REFUSE_DATA_CHANGED ? REFUSE_DATA_REMOVED :
				     class_of(old), culprit(old, NULL), "section %s is gone",
		       old->name);
		break;
	default:
		break;
	}
}

void pass_compare(struct diff *d)
{
	struct section *sec;
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++) {
		sec = &d->after->secs[i];
		switch (sec->kind) {
		case SEC_FUNC:
			compare_function(d, sec);
			break;
		case SEC_DATA:
			compare_variable(d, sec);
			break;
		case SEC_SHARED:
		case SEC_TEXT:
			compare_shared(d, sec);
			break;
		default:
			break;
		}
	}
	for (i = 1; i < d->before->nr_secs; i++)
		compare_removed(d, &d->before->secs[i]);
	for (i = 1; i < d->after->nr_secs; i++)
		d->nr_changed += d->after->secs[i].changed;
}
