// SPDX-License-Identifier: MIT
/*
 * Reading mend.ko's registry. A patch may come or go while it is read: a
 * directory that vanishes is one that is not there.
 */
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"

static void read_string(const char *dir, const char *name, char *out, size_t size)
{
	char *path = fs_path(dir, name);

	out[0] = '\0';
	if (path)
		fs_read_line(path, out, size);
	free(path);
}

static uint64_t read_number(const char *dir, const char *name)
{
	uint64_t value;
	char text[32];

	read_string(dir, name, text, sizeof(text));
	return manifest_number(text, 0, UINT64_MAX, &value) ? value : 0;
}

static int no_dots(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* Names in a directory, sorted, without dot files. -1 if it is not there. */
static int list(const char *dir, struct dirent ***names)
{
	return scandir(dir, names, no_dots, alphasort);
}

static void list_free(struct dirent **names, int n)
{
	while (n > 0)
		free(names[--n]);
	free(names);
}

/* Functions are the directory's subdirectories: their names have a comma. */
static bool add_func(struct sysfs_object *o, const char *name)
{
	char **funcs;

	if (!strchr(name, ','))
		return true;
	funcs = reallocarray(o->funcs, o->nr_funcs + 1, sizeof(*funcs));
	if (!funcs)
		return false;
	o->funcs = funcs;
	o->funcs[o->nr_funcs] = strdup(name);
	return o->funcs[o->nr_funcs++];
}

static bool add_object(struct sysfs_patch *p, const char *dir, const char *name)
{
	struct sysfs_object *objects, *o;
	struct dirent **names;
	bool ok = true;
	int i, n;

	if (strlen(name) >= sizeof(o->name))
		return true;
	objects = reallocarray(p->objects, p->nr_objects + 1, sizeof(*objects));
	if (!objects)
		return false;
	p->objects = objects;
	o = &p->objects[p->nr_objects++];
	memset(o, 0, sizeof(*o));
	memcpy(o->name, name, strlen(name));
	o->patched = read_number(dir, "patched");
	n = list(dir, &names);
	for (i = 0; i < n && ok; i++)
		ok = add_func(o, names[i]->d_name);
	if (n >= 0)
		list_free(names, n);
	return ok;
}

static bool is_dir(const char *dir, const struct dirent *d)
{
	char *path;
	DIR *sub;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	path = fs_path(dir, d->d_name);
	sub = path ? opendir(path) : NULL;
	if (sub)
		closedir(sub);
	free(path);
	return sub;
}

static bool read_objects(struct sysfs_patch *p, const char *dir)
{
	struct dirent **names;
	bool ok = true;
	int i, n;

	n = list(dir, &names);
	if (n < 0)
		return true;
	for (i = 0; i < n && ok; i++) {
		char *path;

		if (!is_dir(dir, names[i]))
			continue;
		path = fs_path(dir, names[i]->d_name);
		ok = path && add_object(p, path, names[i]->d_name);
		free(path);
	}
	list_free(names, n);
	return ok;
}

/* A number, and a text behind it */
static void read_reason(struct sysfs_patch *p, const char *dir)
{
	char line[16 + sizeof(p->reason_text)], *text;
	uint64_t number;

	read_string(dir, "reason", line, sizeof(line));
	text = line + strcspn(line, " ");
	if (*text)
		*text++ = '\0';
	if (!manifest_number(line, 0, UINT32_MAX, &number))
		return;
	p->reason = (uint32_t)number;
	snprintf(p->reason_text, sizeof(p->reason_text), "%s", text);
}

/* None if it is empty or cannot be read: a patch without is a patch all the same. */
static bool read_manifest(struct sysfs_patch *p, const char *dir)
{
	char *path = fs_path(dir, "manifest");
	struct err ignored;
	struct buf text;
	bool ok = path;

	if (path && !fs_read_pseudo(path, MEND_MANIFEST_MAX, &text)) {
		p->manifest = malloc(sizeof(*p->manifest));
		ok = p->manifest;
		if (ok && manifest_parse(p->manifest, buf_bytes(&text), &ignored)) {
			free(p->manifest);
			p->manifest = NULL;
		}
		buf_free(&text);
	}
	free(path);
	return ok;
}

static bool read_patch(struct sysfs_patch *p, const char *dir)
{
	read_string(dir, "name", p->name, sizeof(p->name));
	p->generation = read_number(dir, "generation");
	p->enabled = read_number(dir, "enabled");
	p->unloadable = read_number(dir, "unloadable");
	p->forced = read_number(dir, "forced");
	p->replace = read_number(dir, "replace");
	p->probation_ms = read_number(dir, "probation_ms");
	read_string(dir, "state", p->state, sizeof(p->state));
	read_reason(p, dir);
	read_string(dir, "digest", p->digest, sizeof(p->digest));
	read_string(dir, "signer", p->signer, sizeof(p->signer));
	read_string(dir, "module", p->module, sizeof(p->module));
	p->pause_ns = read_number(dir, "pause_ns");
	p->rendezvous_ns = read_number(dir, "rendezvous_ns");
	p->wait_ns = read_number(dir, "wait_ns");
	p->attempts = read_number(dir, "attempts");
	p->switched_at = (int64_t)read_number(dir, "switched_at");
	return read_manifest(p, dir) && read_objects(p, dir);
}

static void patch_free(struct sysfs_patch *p)
{
	size_t i, j;

	for (i = 0; i < p->nr_objects; i++) {
		for (j = 0; j < p->objects[i].nr_funcs; j++)
			free(p->objects[i].funcs[j]);
		free(p->objects[i].funcs);
	}
	free(p->objects);
	if (p->manifest)
		manifest_free(p->manifest);
	free(p->manifest);
}

static bool add_patch(struct sysfs_patches *all, const char *dir)
{
	struct sysfs_patch *patches;

	patches = reallocarray(all->patches, all->nr_patches + 1, sizeof(*patches));
	if (!patches)
		return false;
	all->patches = patches;
	memset(&patches[all->nr_patches], 0, sizeof(*patches));
	all->nr_patches++;
	if (!read_patch(&patches[all->nr_patches - 1], dir))
		return false;
	/* it went away while it was read */
	if (!patches[all->nr_patches - 1].name[0])
		patch_free(&patches[--all->nr_patches]);
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct sysfs_patch *p = a, *q = b;
	int order = strcmp(p->name, q->name);

	return order ? order : (p->generation > q->generation) - (p->generation < q->generation);
}

bool sysfs_module_loaded(const struct machine *mc, const char *name)
{
	char path[300];

	/* What is built in has a folder there as well, but no state. */
	snprintf(path, sizeof(path), "%s/%s/initstate", mc->modules, name);
	return !access(path, F_OK);
}

static void find_modules(struct sysfs_patches *all, const struct machine *mc)
{
	size_t i, j;

	for (i = 0; i < all->nr_patches; i++) {
		for (j = 0; j < all->patches[i].nr_objects; j++) {
			struct sysfs_object *o = &all->patches[i].objects[j];

			o->loaded = !strcmp(o->name, "vmlinux") || sysfs_module_loaded(mc, o->name);
		}
	}
}

int sysfs_read(struct sysfs_patches *all, const struct machine *mc, struct err *e)
{
	struct dirent **names;
	int i, n, ret = 0;

	memset(all, 0, sizeof(*all));
	n = list(mc->sysfs, &names);
	if (n < 0 && errno == ENOENT)
		return err_set(e, ERR_DEVICE, "mend.ko is not loaded: there is no '%s'", mc->sysfs);
	if (n < 0)
		return err_errno(e, ERR_IO, errno, "cannot list '%s'", mc->sysfs);
	for (i = 0; i < n && !ret; i++) {
		char *path;

		if (!is_dir(mc->sysfs, names[i]))
			continue;
		path = fs_path(mc->sysfs, names[i]->d_name);
		if (!path || !add_patch(all, path))
			ret = err_nomem(e);
		free(path);
	}
	list_free(names, n);
	if (ret)
		sysfs_free(all);
	else if (all->nr_patches)
		qsort(all->patches, all->nr_patches, sizeof(*all->patches), compare);
	find_modules(all, mc);
	return ret;
}

void sysfs_free(struct sysfs_patches *all)
{
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		patch_free(&all->patches[i]);
	free(all->patches);
	memset(all, 0, sizeof(*all));
}

const struct sysfs_patch *sysfs_find(const struct sysfs_patches *all, const char *name,
				     uint64_t generation)
{
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (all->patches[i].generation == generation && !strcmp(all->patches[i].name, name))
			return &all->patches[i];
	return NULL;
}

const struct sysfs_patch *sysfs_find_name(const struct sysfs_patches *all, const char *name)
{
	size_t i;

	/* sorted: the last one is the highest */
	for (i = all->nr_patches; i; i--)
		if (!strcmp(all->patches[i - 1].name, name))
			return &all->patches[i - 1];
	return NULL;
}

bool sysfs_rolled_back(const struct sysfs_patch *p)
{
	return !strcmp(p->state, "rolled-back") || !strcmp(p->state, "rollback-blocked");
}

bool sysfs_sound(const struct sysfs_patch *p)
{
	return p->enabled && !sysfs_rolled_back(p) && strcmp(p->state, "degraded");
}

const struct sysfs_patch *sysfs_find_enabled(const struct sysfs_patches *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (all->patches[i].enabled && !strcmp(all->patches[i].name, name))
			return &all->patches[i];
	return NULL;
}

/* What happened last to a name: of two that were switched at once, the one that stayed on. */
static const struct sysfs_patch *find_last(const struct sysfs_patches *all, const char *name)
{
	const struct sysfs_patch *p, *last = NULL;
	size_t i;

	for (i = 0; i < all->nr_patches; i++) {
		p = &all->patches[i];
		if (strcmp(p->name, name))
			continue;
		if (!last || p->switched_at > last->switched_at ||
		    (p->switched_at == last->switched_at && strcmp(p->state, "replaced")))
			last = p;
	}
	return last;
}

/*
 * Off because of another patch, and one that supersedes all others is on since. It need not
 * be the same: that may have been superseded in its turn.
 */
static bool is_superseded(const struct sysfs_patches *all, const char *name, uint64_t generation)
{
	const struct sysfs_patch *p, *last = find_last(all, name);
	size_t i;

	if (!last || last->generation < generation || strcmp(last->state, "replaced"))
		return false;
	for (i = 0; i < all->nr_patches; i++) {
		p = &all->patches[i];
		if (p->enabled && p->replace && p->switched_at >= last->switched_at)
			return true;
	}
	return false;
}

bool sysfs_covers(const struct sysfs_patches *all, const char *name, uint64_t generation)
{
	const struct sysfs_patch *on = sysfs_find_enabled(all, name);

	return (on && on->generation >= generation) || is_superseded(all, name, generation);
}
