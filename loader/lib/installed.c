// SPDX-License-Identifier: MIT
/*
 * The list of what is installed. A file is an entry, its name the patch's: replacing it
 * is replacing a generation, and there is nothing else that could disagree with it.
 */
#include "installed.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "fs.h"
#include "json.h"
#include "utc.h"

#define INSTALLED_DIR	STORE_DIR "/installed"
#define SUFFIX		".json"
#define ASIDE		".retired"	/* instead */
#define ENTRY_MAX	(64U << 10)	/* bytes of a file */

/* "NAME.json" */
static bool parse_name(const char *file, char name[MEND_NAME_LEN])
{
	size_t len = strlen(file), suffix = strlen(SUFFIX);

	if (len <= suffix || len - suffix >= MEND_NAME_LEN || strcmp(file + len - suffix, SUFFIX))
		return false;
	memset(name, 0, MEND_NAME_LEN);
	memcpy(name, file, len - suffix);
	return manifest_is_name(name);
}

static int is_entry(const struct dirent *d)
{
	char name[MEND_NAME_LEN];

	return parse_name(d->d_name, name);
}

static bool parse(struct installed *in, struct bytes text)
{
	json_t *j = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	json_int_t generation, order, forgiven, probation;
	const char *when;
	bool good;

	good = j && !json_unpack(j, "{s:I, s:I, s:I, s:I, s:s}", "generation", &generation, "order",
				 &order, "forgiven", &forgiven, "probation_ms", &probation, "when",
				 &when) &&
	       generation > 0 && order > 0 && forgiven >= 0 && probation >= 0 &&
	       probation <= MEND_PROBATION_MAX_MS && utc_parse(when, &in->when);
	if (good) {
		in->generation = (uint64_t)generation;
		in->order = (uint64_t)order;
		in->forgiven = (uint64_t)forgiven;
		in->probation_ms = (uint32_t)probation;
	}
	json_decref(j);
	return good;
}

static bool read_file(const char *path, struct installed *in)
{
	struct buf text;
	struct err ignored;
	bool good;

	if (fs_read(path, ENTRY_MAX, &text, &ignored))
		return false;
	good = parse(in, buf_bytes(&text));
	buf_free(&text);
	return good;
}

static void read_entry(struct installed_list *all, const char *dir, const char *file)
{
	struct installed *in = &all->list[all->nr];
	char *path = fs_path(dir, file);

	if (path && parse_name(file, in->name) && read_file(path, in))
		all->nr++;
	else
		all->damaged++;
	free(path);
}

/* Two that were installed at the same moment may have one number. */
static int compare(const void *a, const void *b)
{
	const struct installed *s = a, *t = b;

	if (s->order != t->order)
		return (s->order > t->order) - (s->order < t->order);
	return strcmp(s->name, t->name);
}

static int read_all(const char *dir, struct installed_list *all, struct err *e)
{
	struct dirent **names = NULL;
	int i, n = scandir(dir, &names, is_entry, NULL);

	if (n < 0)
		return errno == ENOENT ? 0 : err_errno(e, ERR_IO, errno, "cannot list '%s'", dir);
	all->list = calloc((size_t)n + 1, sizeof(*all->list));
	for (i = 0; i < n; i++) {
		if (all->list)
			read_entry(all, dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (!all->list)
		return err_nomem(e);
	qsort(all->list, all->nr, sizeof(*all->list), compare);
	return 0;
}

int installed_read(const struct machine *mc, struct installed_list *all, struct err *e)
{
	char *dir = machine_path(mc, INSTALLED_DIR);
	int ret;

	memset(all, 0, sizeof(*all));
	ret = dir ? read_all(dir, all, e) : err_nomem(e);
	free(dir);
	return ret;
}

void installed_free(struct installed_list *all)
{
	free(all->list);
	memset(all, 0, sizeof(*all));
}

const struct installed *installed_find(const struct installed_list *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (!strcmp(all->list[i].name, name))
			return &all->list[i];
	return NULL;
}

/* JSON has no higher numbers: mend does not get there, somebody with an editor does. */
static int no_place(const char *last, struct err *e)
{
	err_set(e, ERR_INPUT, "there is no place behind '%s' in the order of what is installed", last);
	return err_hint(e, "'mend uninstall %s --keep', and install it again from " STORE_DIR
			"/bundles", last);
}

/* Behind all others, unless it is there already */
static int take_place(const struct machine *mc, struct installed *new, struct err *e)
{
	const struct installed *old, *last;
	struct installed_list all;
	int ret = 0;

	if (installed_read(mc, &all, e))
		return -1;
	old = installed_find(&all, new->name);
	last = all.nr ? &all.list[all.nr - 1] : NULL;
	if (old && old->generation == new->generation) {
		new->order = old->order;
		new->when = old->when;
	} else if (last && last->order == INT64_MAX) {
		ret = no_place(last->name, e);
	} else {
		new->order = last ? last->order + 1 : 1;
		new->when = time(NULL);
	}
	installed_free(&all);
	return ret;
}

static char *format(const struct installed *in)
{
	json_t *j = json_object();
	char *text;

	json_object_set_new(j, "generation", json_integer((json_int_t)in->generation));
	json_object_set_new(j, "order", json_integer((json_int_t)in->order));
	json_object_set_new(j, "forgiven", json_integer((json_int_t)in->forgiven));
	json_object_set_new(j, "probation_ms", json_integer(in->probation_ms));
	json_object_set_new(j, "when", json_time(in->when));
	text = json_dumps(j, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(j);
	return text;
}

int installed_write(const struct machine *mc, const struct store *s, struct installed *new,
		    struct err *e)
{
	char *path, *text;
	int ret;

	if (take_place(mc, new, e))
		return -1;
	if (asprintf(&path, "%s/%s" SUFFIX, s->installed, new->name) < 0)
		return err_nomem(e);
	text = format(new);
	ret = text ? fs_write_durable(path, (struct bytes){ (uint8_t *)text, strlen(text) }, 0644,
				      true, e) : err_nomem(e);
	free(text);
	free(path);
	return ret;
}

static char *entry_path(const struct machine *mc, const char *name, const char *suffix)
{
	char *dir = machine_path(mc, INSTALLED_DIR), *path;
	bool failed = !dir || asprintf(&path, "%s/%s%s", dir, name, suffix) < 0;

	free(dir);
	return failed ? NULL : path;
}

/* One that is aside already was left by somebody who was killed. */
static int put_aside(const char *path, const char *aside, const char *name, struct err *e)
{
	if (!rename(path, aside))
		return fs_sync_parent(path, e);
	if (errno != ENOENT)
		return err_errno(e, ERR_IO, errno, "cannot rename '%s'", path);
	if (access(aside, F_OK))
		return err_set(e, ERR_NOTHING, "'%s' is not installed", name);
	return 0;
}

int installed_retire(const struct machine *mc, const char *name, uint64_t *generation,
		     struct err *e)
{
	char *path = entry_path(mc, name, SUFFIX), *aside = entry_path(mc, name, ASIDE);
	struct installed was;
	int ret;

	ret = path && aside ? put_aside(path, aside, name, e) : err_nomem(e);
	*generation = !ret && read_file(aside, &was) ? was.generation : 0;
	free(aside);
	free(path);
	return ret;
}

int installed_forget(const struct machine *mc, const char *name, struct err *e)
{
	char *aside = entry_path(mc, name, ASIDE);
	int ret;

	if (!aside)
		return err_nomem(e);
	if (unlink(aside) && errno != ENOENT)
		ret = err_errno(e, ERR_IO, errno, "cannot remove '%s'", aside);
	else
		ret = fs_sync_parent(aside, e);
	free(aside);
	return ret;
}

char *installed_bundle(const struct machine *mc, const struct installed *in)
{
	char *dir = machine_path(mc, STORE_DIR "/bundles"), *path;
	bool failed = !dir || asprintf(&path, "%s/%s.%ju.mend", dir, in->name,
				       (uintmax_t)in->generation) < 0;

	free(dir);
	return failed ? NULL : path;
}
