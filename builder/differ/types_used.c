// SPDX-License-Identifier: MIT
/*
 * Names in the compiler's dump; see types_used.h.
 *
 * All words of a function are taken, since what is a type among them shows when types
 * are looked for by these names. A tag without its "struct" is no name of a type.
 */
#include "types_used.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "files.h"

#define FUNCTION	";; Function "

struct used {
	const char **names;	/* sorted */
	size_t nr;
	const char **functions;	/* that the dump has */
	size_t nr_functions;
	bool all;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_keyword(const char *word, size_t len)
{
	return (len == 6 && !strncmp(word, "struct", 6)) ||
	       (len == 5 && !strncmp(word, "union", 5));
}

static void add_words(struct used *used, const char *line)
{
	const char *tag_of = NULL;
	size_t len;

	for (; *line; line += len) {
		for (len = 0; is_word(line[len]); len++)
			;
		if (!len) {
			len = 1;
		} else if (is_keyword(line, len)) {
			tag_of = *line == 's' ? "struct " : "union ";
		} else {
			PUSH(used->names, used->nr,
			     xasprintf("%s%.*s", tag_of ? tag_of : "", (int)len, line));
			tag_of = NULL;
		}
	}
}

/* "foo" of ";; Function bar (foo, funcdef_no=1, ...": what the symbol is called */
static char *function_of(const char *line)
{
	const char *name = strstr(line, " (");

	if (!name)
		return NULL;
	name += 2;
	/* A name that the source gives the assembler. */
	name += *name == '*';
	return xasprintf("%.*s", (int)strcspn(name, ",\n"), name);
}

static bool is_included(const struct object *obj, const char *name)
{
	const struct section *sec;
	size_t i, j;

	for (i = 1; i < obj->nr_secs; i++) {
		sec = &obj->secs[i];
		if (sec->kind != SEC_FUNC || !sec->include)
			continue;
		for (j = 0; j < sec->nr_syms; j++)
			if (!strcmp(sec->syms[j]->name, name))
				return true;
	}
	return false;
}

static bool has_function(const struct used *used, const struct section *sec)
{
	size_t i, j;

	for (i = 0; i < sec->nr_syms; i++)
		for (j = 0; j < used->nr_functions; j++)
			if (!strcmp(sec->syms[i]->name, used->functions[j]))
				return true;
	return false;
}

/* Cold parts are cut off behind the dump: they are in their functions. */
static bool has_all_functions(const struct used *used, const struct object *obj)
{
	const struct section *sec;
	size_t i;

	for (i = 1; i < obj->nr_secs; i++) {
		sec = &obj->secs[i];
		if (sec->kind == SEC_FUNC && sec->include && !has_function(used, sec) &&
		    !(sec->partner && has_function(used, sec->partner)))
			return false;
	}
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct used *used_read(const char *path, const struct object *obj)
{
	struct used *used = xcalloc(1, sizeof(*used));
	FILE *f = file_open(path);
	bool wanted = false;
	char *line = NULL, *name;
	size_t room = 0;

	while (getline(&line, &room, f) > 0) {
		if (!strncmp(line, FUNCTION, strlen(FUNCTION))) {
			name = function_of(line + strlen(FUNCTION));
			wanted = name && is_included(obj, name);
			if (wanted)
				PUSH(used->functions, used->nr_functions, name);
		} else if (wanted) {
			add_words(used, line);
		}
	}
	free(line);
	fclose(f);
	used->all = !has_all_functions(used, obj);
	if (used->nr)
		qsort(used->names, used->nr, sizeof(*used->names), by_text);
	return used;
}

bool used_name(const struct used *used, const char *name)
{
	return used->all || (used->nr && bsearch(&name, used->names, used->nr,
						 sizeof(*used->names), by_text));
}
