// SPDX-License-Identifier: MIT
/*
 * Debian's changelog of a kernel package: entries, the newest first, of which each begins
 * with "source (version) ..." on a line that is not indented. The one for the version that
 * runs is looked for by name. Versions are not compared: a backport's changelog goes
 * through entries of the package it was made from, whose versions sort behind its own.
 */
#include "changelog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gz.h"
#include "manifest.h"

#define CHANGELOG_MAX	(64U << 20)
#define SIGNED		"linux-signed-"
#define SIGNED_FROM	"  * Sign kernel from "
#define CVE		"CVE-"
#define VERSION_CHARS	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+~:-"

/* What follows the last " Debian ": the compiler's version stands in parentheses before it. */
static bool running_version(const struct machine *mc, char version[CHANGELOG_VERSION_LEN])
{
	static const char mark[] = " Debian ";
	const char *at, *found = NULL;
	char line[1024];
	size_t len;

	machine_line(mc, "/proc/version", line, sizeof(line));
	for (at = line; (at = strstr(at, mark)); at++)
		found = at + strlen(mark);
	len = found ? strspn(found, VERSION_CHARS) : 0;
	if (!len || len >= CHANGELOG_VERSION_LEN)
		return false;
	memcpy(version, found, len);
	version[len] = '\0';
	return true;
}

/* Cuts the line at @at off; the next one, or NULL */
static char *cut_line(char *at)
{
	char *end = strchr(at, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	return end + 1;
}

/* "linux (6.1.192-1) bookworm; ...": cut to its version, or NULL */
static char *header_version(char *line)
{
	char *open = strstr(line, " ("), *close = open ? strchr(open, ')') : NULL;

	if (strncmp(line, "linux", 5) || !close)
		return NULL;
	*close = '\0';
	return open + 2;
}

/* "  * Sign kernel from linux 6.1.192-2": the version that the kernel itself tells */
static char *signed_version(char *line)
{
	if (strncmp(line, SIGNED_FROM, strlen(SIGNED_FROM)))
		return NULL;
	line = strrchr(line, ' ') + 1;
	return *line ? line : NULL;
}

static int add_version(struct changelog *c, const char *version, struct err *e)
{
	const char **new = reallocarray(c->versions, c->nr_versions + 1, sizeof(*new));

	if (!new)
		return err_nomem(e);
	c->versions = new;
	c->versions[c->nr_versions++] = version;
	return 0;
}

static int add_cve(struct changelog *c, const char *id, size_t len, bool newer, struct err *e)
{
	struct changelog_cve new = { .entry = c->nr_versions - 1, .newer = newer }, *all;

	memcpy(new.id, id, len);
	if (!manifest_is_cve(new.id))
		return 0;
	/* grows at 1, 2, 4, ... */
	if (!(c->nr_cves & (c->nr_cves - 1))) {
		all = reallocarray(c->cves, c->nr_cves ? 2 * c->nr_cves : 1, sizeof(*all));
		if (!all)
			return err_nomem(e);
		c->cves = all;
	}
	c->cves[c->nr_cves++] = new;
	return 0;
}

/**
 * struct place - where the reader of the lines is
 * @running:	at the entry of the version that runs, or behind it
 * @is_signed:	this entry tells the kernel's own version in a line of its own
 * @quoted:	between quotes, which may stand on two lines of an item
 */
struct place {
	bool running, is_signed, quoted;
};

/* "  * one", "    - two", "  [ A Name ]", a header, or nothing; "->two" goes on with a title */
static bool begins_item(const char *line)
{
	const char *text = line + strspn(line, " \t");

	return text == line || !*text || (strchr("*-+[", *text) && text[1] == ' ');
}

/*
 * A commit's title stands in quotes where it is taken back: what is named there is not
 * fixed by that item. Behind the quotes it is.
 */
static int take_cves(struct changelog *c, struct place *p, const char *line, struct err *e)
{
	size_t len;

	for (; *line; line += len) {
		len = 1;
		p->quoted ^= *line == '"';
		if (p->quoted || strncmp(line, CVE, strlen(CVE)))
			continue;
		len = strlen(CVE) + strspn(line + strlen(CVE), "-0123456789");
		if (len < CHANGELOG_CVE_LEN && add_cve(c, line, len, !p->running, e))
			return -1;
	}
	return 0;
}

static int begin_entry(struct changelog *c, struct place *p, const char *version, struct err *e)
{
	p->running |= !strcmp(version, c->version);
	return add_version(c, version, e);
}

static int take_line(struct changelog *c, struct place *p, char *line, struct err *e)
{
	bool is_signed = !strncmp(line, SIGNED, strlen(SIGNED));
	char *version = header_version(line);

	p->quoted &= !begins_item(line);
	if (version) {
		p->is_signed = is_signed;
		return is_signed ? 0 : begin_entry(c, p, version, e);
	}
	version = p->is_signed ? signed_version(line) : NULL;
	if (version) {
		p->is_signed = false;
		return begin_entry(c, p, version, e);
	}
	return c->nr_versions ? take_cves(c, p, line, e) : 0;
}

static int by_id(const void *a, const void *b)
{
	const struct changelog_cve *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	if (!order)
		order = x->newer - y->newer;
	return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

/* Sorted, and each once: the first, see struct changelog */
static void sort_cves(struct changelog *c)
{
	size_t i, kept = 0;

	if (c->nr_cves)
		qsort(c->cves, c->nr_cves, sizeof(*c->cves), by_id);
	for (i = 0; i < c->nr_cves; i++)
		if (!kept || strcmp(c->cves[kept - 1].id, c->cves[i].id))
			c->cves[kept++] = c->cves[i];
	c->nr_cves = kept;
}

int changelog_parse(struct changelog *c, char *text, const char *version, struct err *e)
{
	struct place place = { 0 };
	char *line, *next;

	*c = (struct changelog){ .text = text };
	snprintf(c->version, sizeof(c->version), "%s", version);
	for (line = text; line; line = next) {
		next = cut_line(line);
		if (take_line(c, &place, line, e))
			return -1;
	}
	if (!place.running)
		return err_set(e, ERR_INPUT, "the changelog of the kernel's package has no entry "
			       "for %s, which runs", version);
	sort_cves(c);
	return 0;
}

static char *read_text(const struct machine *mc, const char *release)
{
	static const char *const places[] = {
		"changelog.gz", "changelog.Debian.gz", "changelog", "changelog.Debian",
	};
	static const char *const kinds[] = { "", "-unsigned" };
	char path[512], *text = NULL;
	size_t i, j;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (j = 0; j < sizeof(places) / sizeof(places[0]) && !text; j++) {
			snprintf(path, sizeof(path), "%s/usr/share/doc/linux-image-%s%s/%s",
				 mc->root, release, kinds[i], places[j]);
			text = gz_read_text(path, CHANGELOG_MAX);
		}
	return text;
}

int changelog_read_of(const struct machine *mc, const char *release, struct changelog *c,
		      struct err *e)
{
	char version[CHANGELOG_VERSION_LEN], *text;
	int ret;

	memset(c, 0, sizeof(*c));
	if (!running_version(mc, version))
		return err_set(e, ERR_INPUT, "the running kernel is none of Debian's packages");
	text = read_text(mc, release);
	if (!text) {
		err_set(e, ERR_IO, "there is no changelog of the package linux-image-%s", release);
		return err_hint(e, "if dpkg leaves documentation out on this machine (path-exclude), "
				"let it keep /usr/share/doc/linux-image-*");
	}
	ret = changelog_parse(c, text, version, e);
	if (ret)
		changelog_free(c);
	return ret;
}

int changelog_read(const struct machine *mc, struct changelog *c, struct err *e)
{
	char release[MEND_RELEASE_LEN];

	memset(c, 0, sizeof(*c));
	if (mc->uname(release))
		return err_errno(e, ERR_IO, errno, "cannot tell the running kernel's release");
	return changelog_read_of(mc, release, c, e);
}

static int compare_id(const void *key, const void *member)
{
	return strcmp(key, ((const struct changelog_cve *)member)->id);
}

static const char *find(const struct changelog *c, const char *cve, bool newer)
{
	const struct changelog_cve *found = !c->nr_cves ? NULL :
		bsearch(cve, c->cves, c->nr_cves, sizeof(*c->cves), compare_id);

	return found && found->newer == newer ? c->versions[found->entry] : NULL;
}

const char *changelog_find(const struct changelog *c, const char *cve)
{
	return find(c, cve, false);
}

const char *changelog_find_newer(const struct changelog *c, const char *cve)
{
	return find(c, cve, true);
}

void changelog_free(struct changelog *c)
{
	free(c->cves);
	free(c->versions);
	free(c->text);
	memset(c, 0, sizeof(*c));
}
