// SPDX-License-Identifier: MIT
/*
 * Pass 6: patchable; see passes.h.
 *
 * A function is redirected at its call of ftrace. The original is what must have
 * one; the image has been proven to be the original.
 */
#include "passes.h"
#include "tables.h"

static bool has_fentry(const struct object *obj, const struct section *func)
{
	const struct section *table;
	size_t i, j;

	for (i = 1; i < obj->nr_secs; i++) {
		table = &obj->secs[i];
		if (table->kind != SEC_PIECES || !(table->table->flags & TABLE_MCOUNT))
			continue;
		for (j = 0; j < table->nr_pieces; j++)
			if (table->pieces[j].owner == func)
				return true;
	}
	return false;
}

void pass_patchable(struct diff *d)
{
	const struct section *sec;
	const char *name;
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++) {
		sec = &d->after->secs[i];
		if (!is_replaced(sec))
			continue;
		name = section_symbol(sec)->name;
		/* A cold part is entered from its function only, and goes with it. */
		if (cold_parent_len(name) && sec->partner && sec->partner->include)
			continue;
		if (!has_fentry(d->before, sec->twin))
			refuse(&d->refusals, REFUSE_NO_FENTRY, name,
			       "it has changed and does not begin with a call of ftrace (notrace, noinstr or without profiling)");
	}
}
