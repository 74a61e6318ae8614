// SPDX-License-Identifier: MIT
/*
 * Reading the history, and what it says of a patch.
 */
#include "records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"

#define SUFFIX	".json"

/* All of "DIGITS.json", or 0. What fs_write() leaves when it is killed has another end. */
uint64_t records_number(const char *file)
{
	char digits[24];
	size_t len = strspn(file, "0123456789");
	uint64_t number;

	if (!len || len >= sizeof(digits) || strcmp(file + len, SUFFIX))
		return 0;
	while (*file == '0' && len > 1) {
		file++;
		len--;
	}
	memcpy(digits, file, len);
	digits[len] = '\0';
	return manifest_number(digits, 1, INT64_MAX, &number) ? number : 0;
}

static int is_record(const struct dirent *d)
{
	return records_number(d->d_name) > 0;
}

char *records_path(const char *dir, uint64_t number)
{
	char *path;

	return asprintf(&path, "%s/%010ju" SUFFIX, dir, (uintmax_t)number) < 0 ? NULL : path;
}

/* Sorted by number, since numbers are padded */
int records_list(const char *dir, struct dirent ***names)
{
	return scandir(dir, names, is_record, versionsort);
}

/* 1; 0: it cannot be read, or holds none; -1: it is gone, another mend has forgotten it */
static int read_file(const char *path, uint64_t number, struct record *r)
{
	struct buf text;
	struct err e;
	bool good;

	if (!path)
		return 0;
	if (fs_read(path, RECORD_MAX, &text, &e))
		return e.errnum == ENOENT ? -1 : 0;
	good = record_parse(r, buf_bytes(&text)) && r->number == number;
	buf_free(&text);
	return good;
}

static void read_record(struct records *r, const char *dir, const char *file)
{
	char *path = fs_path(dir, file);
	int found = read_file(path, records_number(file), &r->list[r->nr_records]);

	r->nr_records += found == 1;
	r->damaged += !found;
	free(path);
}

bool records_read_one(const char *dir, uint64_t number, struct record *r)
{
	char *path = records_path(dir, number);
	int found = read_file(path, number, r);

	free(path);
	return found == 1;
}

int records_read(const char *dir, struct records *r, struct err *e)
{
	struct dirent **names;
	int i, n = records_list(dir, &names);

	memset(r, 0, sizeof(*r));
	if (n < 0 && errno != ENOENT)
		return err_errno(e, ERR_IO, errno, "cannot list '%s'", dir);
	r->list = calloc(n > 0 ? (size_t)n : 1, sizeof(*r->list));
	for (i = 0; r->list && i < n; i++)
		read_record(r, dir, names[i]->d_name);
	fs_free_names(names, n);
	return r->list ? 0 : err_nomem(e);
}

void records_free(struct records *r)
{
	free(r->list);
	memset(r, 0, sizeof(*r));
}

static bool turns_on(const struct record *r, const char *name, uint64_t generation)
{
	size_t i;

	for (i = 0; i < r->nr_patches; i++)
		if (r->patches[i].on && r->patches[i].generation == generation &&
		    !strcmp(r->patches[i].name, name))
			return true;
	return false;
}

/* Has anything been switched, as far as is known? */
static bool has_switched(const struct record *r)
{
	switch (r->outcome) {
	case RECORD_DONE:
	case RECORD_INTERRUPTED:
		return r->pause_ns;
	case RECORD_FAILED:
	case RECORD_REFUSED:
	case RECORD_SUPERSEDED:
	case RECORD_SKIPPED:
		return false;
	default:
		return true;
	}
}

static bool is_confirmed(const struct record *r)
{
	return r->outcome == RECORD_CONFIRMED;
}

static const struct record *find_last(const struct records *r, const char *name,
				      uint64_t generation, uint64_t after,
				      bool (*fits)(const struct record *r))
{
	const struct record *last;
	size_t i;

	for (i = r->nr_records; i; i--) {
		last = &r->list[i - 1];
		if (last->number > after && fits(last) && turns_on(last, name, generation))
			return last;
	}
	return NULL;
}

const struct record *records_last(const struct records *r, const char *name, uint64_t generation,
				  uint64_t after)
{
	return find_last(r, name, generation, after, has_switched);
}

const struct record *records_confirmed(const struct records *r, const char *name,
				       uint64_t generation, uint64_t after)
{
	return find_last(r, name, generation, after, is_confirmed);
}

/* "It was on already" is a success, and has switched nothing. */
static bool has_put_on(const struct record *r)
{
	return r->pause_ns && (r->outcome == RECORD_DONE || r->outcome == RECORD_PROBATION ||
			       r->outcome == RECORD_CONFIRMED);
}

const struct record *records_first(const struct records *r, const char *name, uint64_t generation)
{
	size_t i;

	for (i = 0; i < r->nr_records; i++)
		if (has_put_on(&r->list[i]) && turns_on(&r->list[i], name, generation))
			return &r->list[i];
	return NULL;
}

static bool is_last_word(const struct records *all, const struct record *r)
{
	const struct record_patch *p;
	size_t i;

	for (i = 0; i < r->nr_patches; i++) {
		p = &r->patches[i];
		if (records_last(all, p->name, p->generation, 0) == r ||
		    records_confirmed(all, p->name, p->generation, 0) == r)
			return true;
	}
	return false;
}

bool records_decide(const struct records *r, uint64_t number)
{
	size_t i;

	for (i = 0; i < r->nr_records; i++)
		if (r->list[i].number == number)
			return is_last_word(r, &r->list[i]);
	return false;
}
