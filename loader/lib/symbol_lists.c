// SPDX-License-Identifier: MIT
/*
 * Counting functions. The lists are long, so each is read once for all functions, line
 * by line.
 */
#include "symbol_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct symbol_seen *s = a, *t = b;
	int order = strcmp(s->symbol, t->symbol);

	return order ? order : strcmp(s->object, t->object);
}

static void count(struct symbol_seen *seen, size_t nr, const char *object, const char *symbol)
{
	struct symbol_seen wanted = { object, symbol, 0 }, *found;

	found = bsearch(&wanted, seen, nr, sizeof(*seen), compare);
	if (found)
		found->times++;
}

/* "SYMBOL [MODULE]" is split in place. */
static const char *split_module(char *text)
{
	char *module = strchr(text, '[');

	text[strcspn(text, " \t\n")] = '\0';
	if (!module)
		return "vmlinux";
	module[strcspn(module, "]")] = '\0';
	return module + 1;
}

/* "ADDRESS TYPE SYMBOL": only text counts */
static char *symbol_of(char *line)
{
	char *type = strchr(line, ' ');

	return type && strchr("tTwW", type[1]) && type[2] == ' ' ? type + 3 : NULL;
}

static bool read_list(const struct machine *mc, const char *list, bool has_address,
		      struct symbol_seen *seen, size_t nr)
{
	char *path = machine_path(mc, list), *line = NULL, *symbol;
	FILE *file = path ? fopen(path, "re") : NULL;
	const char *object;
	bool any = false;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		symbol = has_address ? symbol_of(line) : line;
		if (!symbol)
			continue;
		object = split_module(symbol);
		count(seen, nr, object, symbol);
		any = true;
	}
	if (file)
		fclose(file);
	free(line);
	free(path);
	return any;
}

static void begin(struct symbol_seen *seen, size_t nr)
{
	size_t i;

	qsort(seen, nr, sizeof(*seen), compare);
	for (i = 0; i < nr; i++)
		seen[i].times = 0;
}

bool symbol_lists_all(const struct machine *mc, struct symbol_seen *seen, size_t nr)
{
	begin(seen, nr);
	return read_list(mc, "/proc/kallsyms", true, seen, nr);
}

bool symbol_lists_traceable(const struct machine *mc, struct symbol_seen *seen, size_t nr)
{
	begin(seen, nr);
	return read_list(mc, "/sys/kernel/tracing/available_filter_functions", false, seen, nr) ||
	       read_list(mc, "/sys/kernel/debug/tracing/available_filter_functions", false, seen,
			 nr);
}
