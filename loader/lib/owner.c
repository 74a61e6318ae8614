// SPDX-License-Identifier: MIT
/*
 * Who else redirects a function: a kernel livepatch, found in its sysfs tree,
 * or a kprobe, found in debugfs if that can be read.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "sysfs.h"

/* LIVEPATCH/PATCH/OBJECT has an entry "SYMBOL,n"? */
static bool has_func(const char *dir, const char *symbol)
{
	size_t len = strlen(symbol);
	struct dirent *d;
	bool found = false;
	DIR *stream;

	stream = opendir(dir);
	if (!stream)
		return false;
	while (!found && (d = readdir(stream)))
		found = !strncmp(d->d_name, symbol, len) && d->d_name[len] == ',';
	closedir(stream);
	return found;
}

/* One that was switched off redirects nothing. */
static bool is_enabled(const char *root, const char *livepatch)
{
	char line[8], *path;

	if (asprintf(&path, "%s/%s/enabled", root, livepatch) < 0)
		return true;
	fs_read_line(path, line, sizeof(line));
	free(path);
	return strcmp(line, "0");
}

static bool by_livepatch(const char *root, const char *object, const char *symbol, char *out,
			 size_t size)
{
	struct dirent *d;
	bool found = false;
	DIR *stream;
	char *path;

	stream = opendir(root);
	if (!stream)
		return false;
	while (!found && (d = readdir(stream))) {
		if (d->d_name[0] == '.' ||
		    asprintf(&path, "%s/%s/%s", root, d->d_name, object) < 0)
			continue;
		found = has_func(path, symbol) && is_enabled(root, d->d_name);
		free(path);
		if (found)
			snprintf(out, size, "the kernel livepatch '%s'", d->d_name);
	}
	closedir(stream);
	return found;
}

/* A line is "ADDRESS  TYPE  SYMBOL+0xN  [MODULE] [FLAGS]". */
static bool line_matches(char *line, const char *object, const char *symbol)
{
	char *save, *name, *word;
	bool vmlinux = !strcmp(object, "vmlinux"), in_object = vmlinux;

	if (!strtok_r(line, " \t", &save) || !strtok_r(NULL, " \t", &save))
		return false;
	name = strtok_r(NULL, " \t", &save);
	if (!name)
		return false;
	name[strcspn(name, "+")] = '\0';
	if (strcmp(name, symbol))
		return false;
	word = strtok_r(NULL, " \t", &save);
	if (word && word[0] != '[')
		in_object = !strcmp(word, object);
	return in_object;
}

static bool by_kprobe(const char *path, const char *object, const char *symbol, char *out,
		      size_t size)
{
	struct buf list;
	bool found = false;
	char *line, *save;

	if (fs_read_pseudo(path, 16U << 20, &list))
		return false;
	buf_append(&list, "", 1);
	if (!list.failed)
		for (line = strtok_r((char *)list.data, "\n", &save); line && !found;
		     line = strtok_r(NULL, "\n", &save))
			found = line_matches(line, object, symbol);
	buf_free(&list);
	if (found)
		snprintf(out, size, "a kprobe (see %s)", path);
	return found;
}

bool sysfs_owner_livepatch(const struct machine *mc, const char *object, const char *symbol,
			   char *out, size_t size)
{
	return by_livepatch(mc->livepatch, object, symbol, out, size);
}

bool sysfs_owner(const struct machine *mc, const char *object, const char *symbol, char *out,
		 size_t size)
{
	return sysfs_owner_livepatch(mc, object, symbol, out, size) ||
	       by_kprobe(mc->kprobes, object, symbol, out, size);
}
