// SPDX-License-Identifier: MIT
/* Comparing layouts; see types.h. Pure: where they come from does not matter here. */
#include "types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "object.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct layout *)a)->name, ((const struct layout *)b)->name);
}

void layouts_sort(struct layouts *all)
{
	if (all->nr)
		qsort(all->list, all->nr, sizeof(*all->list), by_name);
}

static bool same_member(const struct member *a, const struct member *b)
{
	return a->bit == b->bit && a->bits == b->bits && !strcmp(a->text, b->text) &&
	       !strcmp(a->name, b->name);
}

static bool same_layout(const struct layout *a, const struct layout *b)
{
	size_t i;

	if (a->kind != b->kind || a->bits != b->bits || a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (!same_member(&a->members[i], &b->members[i]))
			return false;
	return true;
}

static const struct member *find_member(const struct layout *in, const char *name)
{
	size_t i;

	for (i = 0; i < in->nr; i++)
		if (!strcmp(in->members[i].name, name))
			return &in->members[i];
	return NULL;
}

/* "byte 4", or "byte 4, bit 3" */
static char *place(uint64_t bit)
{
	return bit % 8 ? xasprintf("byte %" PRIu64 ", bit %" PRIu64, bit / 8, bit % 8) :
			 xasprintf("byte %" PRIu64, bit / 8);
}

static char *length(uint64_t bits)
{
	return bits % 8 ? xasprintf("%" PRIu64 " bits", bits) :
			  xasprintf("%" PRIu64 " bytes", bits / 8);
}

/* A variable is its own only member. */
static const char *subject(const struct member *m)
{
	return *m->name ? xasprintf("member '%s'", m->name) : "it";
}

/* A member that is not what it was, wherever it is now; or NULL. */
static char *difference(const struct member *old, const struct member *new)
{
	if (!new)
		return xasprintf("%s is gone", subject(old));
	if (strcmp(old->text, new->text))
		return xasprintf("%s was '%s' and is '%s'", subject(old), old->shown,
				 new->shown);
	if (old->bits != new->bits)
		return xasprintf("%s had %s and has %s", subject(old), length(old->bits),
				 length(new->bits));
	return NULL;
}

/* Members that moved: only worth a word if nothing else says why. */
static char *movement(const struct layout *old, const struct layout *new)
{
	const struct member *m;
	size_t i;

	for (i = 0; i < old->nr; i++) {
		m = find_member(new, old->members[i].name);
		if (m && m->bit != old->members[i].bit)
			return xasprintf("%s was at %s and is at %s", subject(m),
					 place(old->members[i].bit), place(m->bit));
	}
	return xasprintf("it had %s and has %s", length(old->bits), length(new->bits));
}

/* The first thing that is different, and how many more there are. */
static char *differences(const struct layout *old, const struct layout *new)
{
	char *first = NULL, *text;
	size_t i, n = 0;

	for (i = 0; i < old->nr + new->nr; i++) {
		if (i < old->nr)
			text = difference(&old->members[i],
					  find_member(new, old->members[i].name));
		else if (!find_member(old, new->members[i - old->nr].name))
			text = xasprintf("%s is new", subject(&new->members[i - old->nr]));
		else
			text = NULL;
		if (text && !n++)
			first = text;
	}
	if (!n)
		return movement(old, new);
	return n == 1 ? first : xasprintf("%s (and %zu more)", first, n - 1);
}

static void report(const struct layout *old, const struct layout *new,
		   struct refusals *refusals)
{
	const struct member *a = old->members, *b = new->members;

	switch (new->kind) {
	case LAYOUT_ENUMERATOR:
		refuse(refusals, REFUSE_LAYOUT, new->name,
		       "its value in %s was %" PRId64 " and is %" PRId64, b->shown,
		       (int64_t)a->bit, (int64_t)b->bit);
		break;
	case LAYOUT_FUNCTION:
		refuse(refusals, REFUSE_LAYOUT, new->name,
		       "modules can call it, and it was '%s' and is '%s'", a->shown, b->shown);
		break;
	default:
		refuse(refusals, REFUSE_LAYOUT, new->name, "%s", differences(old, new));
	}
}

static bool is_wanted(const struct layout *l, const struct symvers *symvers)
{
	/* Such a name says nothing about which is which; what it holds is compared as data. */
	if (l->kind == LAYOUT_VARIABLE && is_counted(l->name))
		return false;
	return l->kind != LAYOUT_FUNCTION || symvers_find(symvers, l->name);
}

/* Those of @all that have the name and kind of @like; @nr: how many stand there. */
static const struct layout *find_layouts(const struct layouts *all, const struct layout *like,
					 size_t *nr)
{
	size_t lo = 0, hi = all->nr, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(all->list[mid].name, like->name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*nr = 0; lo + *nr < all->nr && !strcmp(all->list[lo + *nr].name, like->name);)
		(*nr)++;
	return all->list + lo;
}

bool layouts_have(const struct layouts *all, const char *name)
{
	const struct layout like = { .name = name };
	size_t nr;

	find_layouts(all, &like, &nr);
	return nr;
}

static void compare(const struct layouts *before, const struct layout *new,
		    struct refusals *refusals)
{
	const struct layout *old, *other = NULL;
	size_t i, nr;

	old = find_layouts(before, new, &nr);
	for (i = 0; i < nr; i++) {
		if (old[i].kind != new->kind)
			continue;
		if (same_layout(&old[i], new))
			return;
		other = &old[i];
	}
	if (other)
		report(other, new, refusals);
}

void layouts_compare(const struct layouts *before, const struct layouts *after,
		     const struct symvers *symvers, struct refusals *refusals)
{
	size_t i;

	for (i = 0; i < after->nr; i++)
		if (is_wanted(&after->list[i], symvers))
			compare(before, &after->list[i], refusals);
}
