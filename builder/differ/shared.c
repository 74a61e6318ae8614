// SPDX-License-Identifier: MIT
/* Names that are shared by the touched files; see shared.h. */
#include "shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "files.h"

struct shared {
	char **names;
	size_t nr;
};

struct shared *shared_read(const char *path)
{
	struct shared *shared = xcalloc(1, sizeof(*shared));
	FILE *f = file_open(path);
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		PUSH(shared->names, shared->nr, xasprintf("%s", line));
	}
	free(line);
	fclose(f);
	return shared;
}

bool is_shared(const struct shared *shared, const char *name)
{
	size_t i;

	for (i = 0; shared && i < shared->nr; i++)
		if (!strcmp(shared->names[i], name))
			return true;
	return false;
}

const struct symbol *shared_symbol(const struct shared *shared, const struct section *sec)
{
	size_t i;

	if (sec->twin || (sec->kind != SEC_FUNC && sec->kind != SEC_DATA))
		return NULL;
	for (i = 0; i < sec->nr_syms; i++)
		if (sec->syms[i]->bind == STB_GLOBAL && is_shared(shared, sec->syms[i]->name))
			return sec->syms[i];
	return NULL;
}
