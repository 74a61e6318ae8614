// SPDX-License-Identifier: MIT
/*
 * Bundles in the store. What their names and manifests say is for "status" only: whoever
 * applies one verifies it like any other.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "store.h"

#define SUFFIX		".mend"

/* "NAME.GENERATION.mend" */
static bool parse_name(const char *file, struct staged *b)
{
	const char *dot = strchr(file, '.');
	size_t len = strlen(file), suffix = strlen(SUFFIX);
	char digits[24];

	if (!dot || (size_t)(dot - file) >= sizeof(b->name) || len < suffix ||
	    strcmp(file + len - suffix, SUFFIX))
		return false;
	memset(b, 0, sizeof(*b));
	memcpy(b->name, file, (size_t)(dot - file));
	len -= (size_t)(dot + 1 - file) + suffix;
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, dot + 1, len);
	digits[len] = '\0';
	return manifest_is_name(b->name) && manifest_number(digits, 1, INT64_MAX, &b->generation);
}

static int is_bundle(const struct dirent *d)
{
	struct staged b;

	return parse_name(d->d_name, &b);
}

static int compare(const void *a, const void *b)
{
	const struct staged *s = a, *t = b;
	int order = strcmp(s->name, t->name);

	return order ? order : (s->generation > t->generation) - (s->generation < t->generation);
}

static int take_names(struct dirent **names, int n, const char *dir, struct staged *list)
{
	int i;

	for (i = 0; i < n; i++) {
		parse_name(names[i]->d_name, &list[i]);
		list[i].path = fs_path(dir, names[i]->d_name);
		if (!list[i].path)
			return -1;
	}
	return 0;
}

int store_list(const struct machine *mc, struct staged **list, size_t *nr, struct err *e)
{
	char *dir = machine_path(mc, STORE_DIR "/bundles");
	struct dirent **names = NULL;
	int i, n, ret;

	*list = NULL;
	*nr = 0;
	n = dir ? scandir(dir, &names, is_bundle, NULL) : -1;
	if (n < 0 && dir && errno != ENOENT)
		ret = err_errno(e, ERR_IO, errno, "cannot list '%s'", dir);
	else
		ret = dir ? 0 : err_nomem(e);
	if (n > 0) {
		*list = calloc((size_t)n, sizeof(**list));
		ret = !*list || take_names(names, n, dir, *list) ? err_nomem(e) : 0;
		*nr = *list ? (size_t)n : 0;
		qsort(*list, *nr, sizeof(**list), compare);
	}
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	free(dir);
	if (ret)
		staged_free(*list, *nr);
	return ret;
}

void staged_free(struct staged *list, size_t nr)
{
	while (list && nr)
		free(list[--nr].path);
	free(list);
}

bool staged_open(const struct staged *b, const struct kernel *k, struct bundle *out)
{
	struct buf file;
	struct err ignored;

	if (fs_read(b->path, MEND_BUNDLE_MAX, &file, &ignored) ||
	    bundle_open(out, &file, NULL, 0, &ignored))
		return false;
	if (manifest_find(&out->manifest, k->release, k->build_id, &ignored))
		return true;
	bundle_free(out);
	return false;
}

int store_drop(const struct machine *mc, const char *name, uint64_t generation, struct err *e)
{
	struct staged *list;
	size_t i, nr;
	int ret = 0;

	if (store_list(mc, &list, &nr, e))
		return -1;
	for (i = 0; i < nr && !ret; i++) {
		if (strcmp(list[i].name, name) || list[i].generation > generation)
			continue;
		if (unlink(list[i].path) && errno != ENOENT)
			ret = err_errno(e, ERR_IO, errno, "cannot remove '%s'", list[i].path);
		else
			ret = fs_sync_parent(list[i].path, e);
	}
	staged_free(list, nr);
	return ret;
}
