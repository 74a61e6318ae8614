// SPDX-License-Identifier: MIT
/*
 * Pass 3: correlate; see passes.h.
 *
 * Functions and most variables keep their names. A static local does not: its
 * number depends on everything before it. It is the same variable if code or data
 * that is the same refers to it in the same place; or else if it is the only one
 * of its name in both objects that the same functions use. If that cannot be told,
 * it is marked, and refused where it is needed.
 */
#include <string.h>

#include "passes.h"

static struct symbol *find_symbol(const struct object *obj, const struct symbol *like)
{
	struct symbol *sym;
	size_t i;

	for (i = 1; i < obj->nr_syms; i++) {
		sym = &obj->syms[i];
		if (sym->sec && sym->type == like->type && !strcmp(sym->name, like->name))
			return sym;
	}
	return NULL;
}

static bool is_static_local(const struct symbol *sym)
{
	return sym->sec && sym->bind == STB_LOCAL && sym->type == STT_OBJECT &&
	       sym->name[base_name_len(sym->name)] && !is_throwaway(sym);
}

static void pair(struct symbol *a, struct symbol *b)
{
	a->twin = b;
	b->twin = a;
}

static bool is_named(const struct symbol *sym)
{
	return sym->sec && (sym->type == STT_FUNC || sym->type == STT_OBJECT ||
			    sym->type == STT_NOTYPE) &&
	       *sym->name && !has_prefix(sym->name, ".L");
}

static void pair_by_name(struct diff *d)
{
	struct symbol *sym, *old;
	size_t i;

	for (i = 1; i < d->after->nr_syms; i++) {
		sym = &d->after->syms[i];
		if (!is_named(sym) || is_static_local(sym) || is_throwaway(sym))
			continue;
		old = find_symbol(d->before, sym);
		if (old && !is_static_local(old))
			pair(old, sym);
	}
}

static bool same_shape(const struct section *a, const struct section *b)
{
	size_t i;

	if (a->kind != b->kind || a->size != b->size || a->nr_relas != b->nr_relas ||
	    !a->data || !b->data || memcmp(a->data, b->data, a->size))
		return false;
	for (i = 0; i < a->nr_relas; i++)
		if (a->relas[i].offset != b->relas[i].offset ||
		    a->relas[i].type != b->relas[i].type)
			return false;
	return true;
}

static struct symbol *local_of(const struct rela *r)
{
	struct target t = rela_target(r);
	struct symbol *sym;

	if (!t.sec || t.sec->kind != SEC_DATA)
		return NULL;
	sym = section_symbol(t.sec);
	return is_static_local(sym) ? sym : NULL;
}

/* The section of @before that should be the same thing: by its name, or its twin's. */
static const struct section *counterpart(const struct diff *d, const struct section *sec)
{
	const struct symbol *sym = section_symbol(sec);

	if (sec->kind == SEC_FUNC)
		return object_section(d->before, sec->name);
	return sec->kind == SEC_DATA && sym->twin ? sym->twin->sec : NULL;
}

/* Return: whether something has been learned. */
static bool pair_targets(const struct section *a, const struct section *b)
{
	struct symbol *old, *new;
	bool learned = false;
	size_t i;

	for (i = 0; i < b->nr_relas; i++) {
		old = local_of(&a->relas[i]);
		new = local_of(&b->relas[i]);
		if (!old || !new || old->contested || new->contested || old->twin == new ||
		    !same_base_name(old->name, new->name))
			continue;
		/* Two users that disagree: then neither is to be trusted. */
		if (old->twin || new->twin)
			old->contested = new->contested = true;
		else
			pair(old, new);
		learned = true;
	}
	return learned;
}

/*
 * What has the same code names its variables in the same order; so does a variable
 * that points to others. Ends, since each step pairs or contests something.
 */
static void pair_by_place(struct diff *d)
{
	const struct section *a, *b;
	bool again = true;
	size_t i;

	while (again) {
		again = false;
		for (i = 1; i < d->after->nr_secs; i++) {
			b = &d->after->secs[i];
			a = counterpart(d, b);
			if (a && same_shape(a, b) && pair_targets(a, b))
				again = true;
		}
	}
}

static void drop_contested(struct object *obj)
{
	struct symbol *sym;
	size_t i;

	for (i = 1; i < obj->nr_syms; i++) {
		sym = &obj->syms[i];
		if (!sym->contested || !sym->twin)
			continue;
		sym->twin->twin = NULL;
		sym->twin = NULL;
	}
}

/* Does the function in @user (or its cold part) use @var? */
static bool uses(const struct section *user, const struct symbol *var)
{
	struct target t;
	size_t i;

	for (i = 0; i < user->nr_relas; i++) {
		t = rela_target(&user->relas[i]);
		if (t.sec != var->sec)
			continue;
		if (var->sec->kind == SEC_DATA || user->relas[i].sym == var)
			return true;
		/* In a shared section: near enough to be meant, in whatever bias. */
		if (t.offset + 8 >= (int64_t)var->value &&
		    t.offset < (int64_t)(var->value + var->size))
			return true;
	}
	return false;
}

/* The functions that use @a and those that use @b: do they have one in common? */
static bool share_a_user(const struct object *before, const struct symbol *a,
			 const struct object *after, const struct symbol *b)
{
	const struct section *user, *other;
	size_t i;

	for (i = 1; i < before->nr_secs; i++) {
		user = &before->secs[i];
		if (!section_is_code(user) || !section_symbol(user) || !uses(user, a))
			continue;
		other = object_section(after, user->name);
		if (other && uses(other, b))
			return true;
	}
	return false;
}

/* How many static locals of that name share a user with @sym; the last one. */
static size_t candidates(const struct object *own, const struct symbol *sym,
			 const struct object *other, struct symbol **found)
{
	struct symbol *s;
	size_t i, n = 0;

	for (i = 1; i < other->nr_syms; i++) {
		s = &other->syms[i];
		if (!is_static_local(s) || s->twin || !same_base_name(s->name, sym->name) ||
		    !share_a_user(own, sym, other, s))
			continue;
		*found = s;
		n++;
	}
	return n;
}

/* Is one of that name left that nothing has been paired with? */
static bool name_is_left(const struct object *obj, const struct symbol *sym)
{
	size_t i;

	for (i = 1; i < obj->nr_syms; i++)
		if (is_static_local(&obj->syms[i]) && !obj->syms[i].twin &&
		    same_base_name(obj->syms[i].name, sym->name))
			return true;
	return false;
}

/* What is left is new, or gone, only if none of that name is left on the other side. */
static void mark_ambiguous(struct object *obj, const struct object *other)
{
	struct symbol *sym;
	size_t i;

	for (i = 1; i < obj->nr_syms; i++) {
		sym = &obj->syms[i];
		if (is_static_local(sym) && !sym->twin)
			sym->ambiguous = name_is_left(other, sym);
	}
}

static void pair_static_locals(struct diff *d)
{
	struct symbol *sym, *old, *back;
	size_t i;

	for (i = 1; i < d->after->nr_syms; i++) {
		sym = &d->after->syms[i];
		if (!is_static_local(sym) || sym->twin)
			continue;
		if (candidates(d->after, sym, d->before, &old) == 1 &&
		    candidates(d->before, old, d->after, &back) == 1 && back == sym)
			pair(old, sym);
	}
	mark_ambiguous(d->after, d->before);
	mark_ambiguous(d->before, d->after);
}

/* A section is what its variable or function is; one without goes by its name. */
static void pair_sections(struct diff *d)
{
	struct section *sec, *old;
	const struct symbol *sym;
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++) {
		sec = &d->after->secs[i];
		if (sec->kind == SEC_IGNORED)
			continue;
		old = NULL;
		if (sec->kind == SEC_FUNC || sec->kind == SEC_DATA) {
			sym = section_symbol(sec);
			if (sym->twin && sym->twin->sec->kind == sec->kind)
				old = sym->twin->sec;
		} else {
			old = object_section(d->before, sec->name);
			if (old && old->kind != sec->kind)
				old = NULL;
		}
		if (!old || old->twin)
			continue;
		sec->twin = old;
		old->twin = sec;
	}
}

/* foo and foo.cold are one function in two places. */
static void find_partners(struct object *obj)
{
	struct section *sec, *other;
	const char *name;
	size_t i, j, len;

	for (i = 1; i < obj->nr_secs; i++) {
		sec = &obj->secs[i];
		if (sec->kind != SEC_FUNC)
			continue;
		name = section_symbol(sec)->name;
		len = cold_parent_len(name);
		for (j = 1; len && j < obj->nr_secs; j++) {
			other = &obj->secs[j];
			if (other->kind != SEC_FUNC ||
			    strncmp(section_symbol(other)->name, name, len) ||
			    section_symbol(other)->name[len])
				continue;
			sec->partner = other;
			other->partner = sec;
		}
	}
}

void pass_correlate(struct diff *d)
{
	pair_by_name(d);
	pair_by_place(d);
	drop_contested(d->before);
	drop_contested(d->after);
	pair_static_locals(d);
	pair_sections(d);
	find_partners(d->before);
	find_partners(d->after);
}
