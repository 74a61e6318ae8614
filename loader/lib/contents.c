// SPDX-License-Identifier: MIT
/*
 * A payload beside what its manifest says.
 */
#include "contents.h"

#include <string.h>

static const struct payload_code *find(const struct contents *c, const struct manifest_func *f)
{
	const struct payload *p = &c->payload;
	size_t i;

	for (i = 0; i < p->nr_funcs; i++)
		if (p->funcs[i].sympos == f->sympos && !strcmp(p->funcs[i].symbol, f->symbol) &&
		    !strcmp(p->funcs[i].object, f->object))
			return &p->codes[i];
	return NULL;
}

/* The manifest names no function twice. */
static bool differs(const struct contents *c, const struct manifest_payload *says)
{
	size_t i;

	if (!c->has_payload || !c->payload.has_patch)
		return false;
	for (i = 0; i < says->nr_funcs; i++)
		if (!find(c, &says->funcs[i]))
			return true;
	return c->payload.nr_funcs != says->nr_funcs;
}

void contents_read(struct contents *c, struct bytes ko, const struct manifest_payload *says)
{
	struct err e;

	memset(c, 0, sizeof(*c));
	c->has_payload = !payload_read(&c->payload, ko, &c->why);
	c->has_refs = !refs_read(&c->refs, ko, c->has_payload ? &c->why : &e);
	c->differs = differs(c, says);
}

uint64_t contents_size(const struct contents *c, const struct manifest_func *f)
{
	const struct payload_code *code = find(c, f);

	return code ? code->size : 0;
}

void contents_free(struct contents *c)
{
	payload_free(&c->payload);
	refs_free(&c->refs);
}
