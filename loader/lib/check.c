// SPDX-License-Identifier: MIT
/*
 * The list of requirements. Who adds to it does not care for memory: a list that is not
 * whole is an error in the end.
 */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reason.h"

const char *check_state_name(enum check_state state)
{
	static const char *const names[] = {
		[CHECK_GOOD] = "good", [CHECK_UNKNOWN] = "unknown", [CHECK_WARNING] = "warning",
		[CHECK_FAILED] = "failed",
	};

	return names[state];
}

static struct check_item *add(struct checks *c, const char *name, enum check_state state,
			      const char *fmt, va_list args)
{
	struct check_item *items, *item;

	items = reallocarray(c->items, c->nr_items + 1, sizeof(*items));
	if (!items) {
		c->no_memory = true;
		return NULL;
	}
	c->items = items;
	item = &items[c->nr_items++];
	memset(item, 0, sizeof(*item));
	item->name = name;
	item->state = state;
	vsnprintf(item->text, sizeof(item->text), fmt, args);
	return item;
}

struct check_item *checks_add(struct checks *c, const char *name, enum check_state state,
			      const char *fmt, ...)
{
	struct check_item *item;
	va_list args;

	va_start(args, fmt);
	item = add(c, name, state, fmt, args);
	va_end(args);
	return item;
}

struct check_item *checks_fail(struct checks *c, const char *name, uint32_t reason,
			       const char *fmt, ...)
{
	const char *hint = reason_lookup(reason)->hint;
	struct check_item *item;
	va_list args;

	va_start(args, fmt);
	item = add(c, name, CHECK_FAILED, fmt, args);
	va_end(args);
	if (item) {
		item->reason = reason;
		check_remedy(item, "%s", hint ? hint : "");
	}
	return item;
}

void check_remedy(struct check_item *item, const char *fmt, ...)
{
	va_list args;

	if (!item)
		return;
	va_start(args, fmt);
	vsnprintf(item->remedy, sizeof(item->remedy), fmt, args);
	va_end(args);
}

enum check_state checks_worst(const struct checks *c)
{
	enum check_state worst = CHECK_GOOD;
	size_t i;

	for (i = 0; i < c->nr_items; i++)
		if (c->items[i].state > worst)
			worst = c->items[i].state;
	return worst;
}

int checks_error(const struct checks *c, struct err *e)
{
	const struct check_item *item;
	size_t i;

	if (c->no_memory)
		return err_nomem(e);
	for (i = 0; i < c->nr_items; i++) {
		item = &c->items[i];
		if (item->state != CHECK_FAILED)
			continue;
		err_set(e, item->reason, "%s", item->text);
		return err_hint(e, "%s", item->remedy);
	}
	return 0;
}

void checks_free(struct checks *c)
{
	free(c->items);
	memset(c, 0, sizeof(*c));
}
