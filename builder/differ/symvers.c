// SPDX-License-Identifier: MIT
/* Module.symvers; see symvers.h. One symbol a line, fields separated by tabs. */
#include "symvers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "files.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct symver *)a)->name, ((const struct symver *)b)->name);
}

/* "drivers/block/virtio-blk" is the module virtio_blk. */
static const char *module_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = xasprintf("%s", slash ? slash + 1 : path), *c;

	for (c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

/* crc, name, module, how it is exported, namespace */
static bool parse_line(char *line, struct symver *out)
{
	char *field[5] = { line };
	int n;

	line[strcspn(line, "\n")] = 0;
	for (n = 1; n < 5; n++) {
		field[n] = strchr(field[n - 1], '\t');
		if (!field[n])
			break;
		*field[n]++ = 0;
	}
	if (n < 4 || !*field[1] || !*field[2])
		return false;
	out->name = xasprintf("%s", field[1]);
	out->module = module_name(field[2]);
	out->has_namespace = n == 5 && *field[4];
	return true;
}

struct symvers *symvers_read(const char *path)
{
	struct symvers *all = xcalloc(1, sizeof(*all));
	struct symver entry;
	FILE *f = file_open(path);
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, f) > 0) {
		if (!parse_line(line, &entry))
			fail("%s: line %zu is not one of Module.symvers", path, all->nr + 1);
		PUSH(all->list, all->nr, entry);
	}
	free(line);
	fclose(f);
	if (!all->nr)
		fail("%s: is empty", path);
	qsort(all->list, all->nr, sizeof(*all->list), by_name);
	return all;
}

const struct symver *symvers_find(const struct symvers *all, const char *name)
{
	struct symver key = { .name = name };

	return bsearch(&key, all->list, all->nr, sizeof(*all->list), by_name);
}

bool symvers_is_kernels(const struct symvers *all, const char *name)
{
	const struct symver *v = symvers_find(all, name);

	return v && !strcmp(v->module, "vmlinux") && !v->has_namespace;
}
