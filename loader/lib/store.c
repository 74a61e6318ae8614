// SPDX-License-Identifier: MIT
/*
 * The store. Each file is written beside its place and moved there when it is on disk; a
 * new record takes its number with link(), which fails if somebody was quicker. Nothing
 * else has to be held together, so there is no lock.
 */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"

#define HISTORY_DIR	STORE_DIR "/history"
#define BUNDLES_DIR	STORE_DIR "/bundles"
#define INSTALLED_DIR	STORE_DIR "/installed"
#define RECORD_SUFFIX	".json"
#define BUNDLE_SUFFIX	".mend"
#define SWEEP_S		60

/* "FILE.XXXXXX": mkstemp's end behind a name of ours */
static int is_leftover(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');
	size_t before = dot ? (size_t)(dot - d->d_name) : 0;

	return before > 5 && strlen(dot) == 7 &&
	       (!strncmp(dot - 5, RECORD_SUFFIX, 5) || !strncmp(dot - 5, BUNDLE_SUFFIX, 5));
}

/*
 * A minute is longer than any write takes: what is older belongs to nobody. Failing to
 * remove it harms nobody either.
 */
static void sweep(const char *dir)
{
	struct dirent **names;
	struct stat st;
	int i, n = scandir(dir, &names, is_leftover, NULL);

	for (i = 0; i < n; i++) {
		char *path = fs_path(dir, names[i]->d_name);

		if (path && !stat(path, &st) && st.st_mtime + SWEEP_S < time(NULL))
			unlink(path);
		free(path);
	}
	fs_free_names(names, n);
}

static int make_dir(const char *path, struct err *e)
{
	int made = fs_make_dir(path);

	if (made >= 0)
		return made ? fs_sync_parent(path, e) : 0;
	err_errno(e, ERR_IO, errno, "cannot make '%s'", path);
	return err_hint(e, "what is done must be recorded first: free some space, or make it "
			"writable; 'mend apply --unrecorded' does without");
}

/* Its parents are there on any system, or are made. */
static int make_all(const struct machine *mc, const struct store *s, struct err *e)
{
	static const char *const parents[] = { "/var", "/var/lib", STORE_DIR };
	int ret = 0;
	size_t i;

	for (i = 0; i < sizeof(parents) / sizeof(parents[0]) && !ret; i++) {
		char *path = machine_path(mc, parents[i]);

		ret = path ? make_dir(path, e) : err_nomem(e);
		free(path);
	}
	return ret || make_dir(s->history, e) || make_dir(s->bundles, e) ||
	       make_dir(s->installed, e) ? -1 : 0;
}

int store_open(const struct machine *mc, struct store *s, struct err *e)
{
	s->history = machine_path(mc, HISTORY_DIR);
	s->bundles = machine_path(mc, BUNDLES_DIR);
	s->installed = machine_path(mc, INSTALLED_DIR);
	if (!s->history || !s->bundles || !s->installed || make_all(mc, s, e)) {
		if (!s->history || !s->bundles || !s->installed)
			err_nomem(e);
		store_close(s);
		return -1;
	}
	sweep(s->history);
	sweep(s->bundles);
	sweep(s->installed);
	return 0;
}

void store_close(struct store *s)
{
	free(s->history);
	free(s->bundles);
	free(s->installed);
	memset(s, 0, sizeof(*s));
}

bool store_exists(const struct machine *mc)
{
	char *path = machine_path(mc, HISTORY_DIR);
	bool found = path && !access(path, F_OK);

	free(path);
	return found;
}

/* Makes room for one more, where there are too many. */
static void forget_oldest(const char *dir, struct dirent **names, int n)
{
	struct records all;
	struct err ignored;
	char *path;
	int i;

	if (n < STORE_HISTORY_MAX || records_read(dir, &all, &ignored))
		return;
	for (i = 0; i + STORE_HISTORY_MAX <= n; i++) {
		if (records_decide(&all, records_number(names[i]->d_name)))
			continue;
		path = fs_path(dir, names[i]->d_name);
		if (path)
			unlink(path);
		free(path);
	}
	records_free(&all);
}

/* The highest number so far */
static uint64_t last_number(const char *dir)
{
	struct dirent **names;
	int n = records_list(dir, &names);
	uint64_t last = n > 0 ? records_number(names[n - 1]->d_name) : 0;

	forget_oldest(dir, names, n);
	fs_free_names(names, n);
	return last;
}

static int write_as(const char *dir, const struct record *r, bool replace, struct err *e)
{
	json_t *j = record_json(r);
	char *path = records_path(dir, r->number);
	char *text = json_dumps(j, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	int ret;

	if (path && text)
		ret = fs_write_durable(path, (struct bytes){ (uint8_t *)text, strlen(text) }, 0644,
				       replace, e);
	else
		ret = err_nomem(e);
	json_decref(j);
	free(path);
	free(text);
	return ret;
}

int store_write(const struct store *s, struct record *r, struct err *e)
{
	int ret;

	if (r->number)
		return write_as(s->history, r, true, e);
	r->number = last_number(s->history);
	do {
		r->number++;
		ret = write_as(s->history, r, false, e);
	} while (ret && e->reason == ERR_EXISTS);
	if (!ret)
		return 0;
	r->number = 0;
	return err_hint(e, "nothing was done: what is done must be recorded first. Free some space, "
			"or make it writable; 'mend apply --unrecorded' does without");
}

int store_stage(const struct store *s, const struct bundle *b, struct err *e)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s.%ju" BUNDLE_SUFFIX, s->bundles, b->manifest.name,
		     (uintmax_t)b->manifest.generation) < 0)
		return err_nomem(e);
	ret = fs_write_durable(path, buf_bytes(&b->file), 0644, true, e);
	free(path);
	return ret;
}

/*
 * Its program may have written the end since it was read, and may be gone for that reason. By
 * now it is gone, and does not write any more.
 */
static bool is_still(const char *dir, uint64_t number, enum record_outcome outcome)
{
	struct record now;

	return records_read_one(dir, number, &now) && now.outcome == outcome;
}

/*
 * From its deadline until it is taken back a patch looks as if it had been confirmed: what is
 * certain is the record of who has done that.
 */
static bool is_certain(const struct records *all, const struct record *r)
{
	bool found = r->outcome != RECORD_CONFIRMED;
	size_t i;

	for (i = 0; i < r->nr_patches && !found; i++)
		found = records_confirmed(all, r->patches[i].name, r->patches[i].generation,
					  r->number);
	return found;
}

/* Mend.ko that is not there has no patch on; of one that cannot be asked nothing is known. */
static bool ask(const struct machine *mc, struct sysfs_patches *patches)
{
	struct err e;

	return !sysfs_read(patches, mc, &e) || e.reason == ERR_DEVICE;
}

/*
 * What becomes known now may not be known any more when it matters, in another boot or after
 * another switch: so it is written down. @end: as is what an orderly shutdown ends. -1: that
 * failed
 */
static int settle_all(const struct machine *mc, const char *dir, struct records *all, bool end,
		      struct err *e)
{
	struct sysfs_patches patches;
	bool known = ask(mc, &patches);
	enum record_outcome before;
	struct record *r;
	int ret = 0;
	size_t i;

	for (i = 0; i < all->nr_records; i++) {
		r = &all->list[i];
		before = r->outcome;
		record_settle(mc, r, known ? &patches : NULL);
		if (end)
			record_end(r);
		if (r->outcome != before && (end || is_certain(all, r)) &&
		    is_still(dir, r->number, before) && write_as(dir, r, true, e))
			ret = -1;
	}
	sysfs_free(&patches);
	return ret;
}

int store_end(const struct machine *mc, const struct store *s, struct err *e)
{
	struct records all;
	int ret = records_read(s->history, &all, e);

	if (!ret)
		ret = settle_all(mc, s->history, &all, true, e);
	records_free(&all);
	return ret;
}

int store_read(const struct machine *mc, struct records *r, struct err *e)
{
	char *dir = machine_path(mc, HISTORY_DIR);
	struct err ignored;
	int ret;

	memset(r, 0, sizeof(*r));
	ret = dir ? records_read(dir, r, e) : err_nomem(e);
	if (!ret)
		settle_all(mc, dir, r, false, &ignored);
	free(dir);
	return ret;
}

void store_settle(const struct machine *mc)
{
	struct records all;
	struct err ignored;

	store_read(mc, &all, &ignored);
	records_free(&all);
}
