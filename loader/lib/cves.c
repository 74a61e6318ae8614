// SPDX-License-Identifier: MIT
/*
 * Judging CVEs. Only what says so makes a machine affected: a patch that fixes it and is
 * not on, or a newer kernel that does. That nothing is known is an answer of its own, and
 * never a good one.
 */
#include "cves.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "reason.h"
#include "survey.h"

const char *cve_standing_name(enum cve_standing standing)
{
	static const char *const names[] = {
		[CVE_FIXED_LIVE] = "fixed-live", [CVE_FIXED_INSTALLED] = "fixed-installed",
		[CVE_UNKNOWN] = "unknown", [CVE_AFFECTED] = "affected",
	};

	return names[standing];
}

const char *cve_standing_words(enum cve_standing standing)
{
	static const char *const words[] = {
		[CVE_FIXED_LIVE] = "fixed live",
		[CVE_FIXED_INSTALLED] = "fixed by the installed kernel",
		[CVE_UNKNOWN] = "unknown", [CVE_AFFECTED] = "affected",
	};

	return words[standing];
}

/* A bundle that cannot be read, or is for other kernels, says nothing here. */
static int read_store(const struct machine *mc, struct cves *c, struct err *e)
{
	struct staged *list;
	struct err ignored;
	size_t i, nr;

	if (store_list(mc, &list, &nr, &ignored))
		return 0;
	c->bundles = calloc(nr + 1, sizeof(*c->bundles));
	c->paths = calloc(nr + 1, sizeof(*c->paths));
	for (i = 0; i < nr && c->bundles && c->paths; i++) {
		if (!staged_open(&list[i], &c->kernel, &c->bundles[c->nr_bundles]))
			continue;
		c->paths[c->nr_bundles++] = list[i].path;
		list[i].path = NULL;
	}
	staged_free(list, nr);
	return c->bundles && c->paths ? 0 : err_nomem(e);
}

/* The next boot's kernel, where its changelog knows the one that runs */
static void read_changelogs(const struct machine *mc, struct cves *c)
{
	struct err ignored;

	c->has_changelog = !changelog_read(mc, &c->changelog, &c->why_not);
	if (c->kernel.release[0] && kernels_newer(mc, c->kernel.release, c->newer))
		c->has_newer = !changelog_read_of(mc, c->newer, &c->newer_log, &ignored);
}

int cves_read(const struct machine *mc, struct cves *c, struct err *e)
{
	struct err ignored;

	memset(c, 0, sizeof(*c));
	machine_kernel(mc, &c->kernel, &ignored);
	if (sysfs_read(&c->patches, mc, e) && e->reason == MEND_R_NOMEM)
		return -1;
	if (read_store(mc, c, e)) {
		cves_free(c);
		return -1;
	}
	read_changelogs(mc, c);
	return 0;
}

void cves_free(struct cves *c)
{
	while (c->nr_bundles) {
		bundle_free(&c->bundles[--c->nr_bundles]);
		free(c->paths[c->nr_bundles]);
	}
	free(c->bundles);
	free(c->paths);
	sysfs_free(&c->patches);
	changelog_free(&c->changelog);
	changelog_free(&c->newer_log);
	memset(c, 0, sizeof(*c));
}

static bool ERR_FORMAT(3, 4) say(struct cve_verdict *v, enum cve_standing standing,
				 const char *fmt, ...)
{
	va_list args;

	v->standing = standing;
	va_start(args, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, args);
	va_end(args);
	return true;
}

static void ERR_FORMAT(2, 3) advise(struct cve_verdict *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(v->hint, sizeof(v->hint), fmt, args);
	va_end(args);
}

static void name_patch(struct cve_verdict *v, const char *name, uint64_t generation)
{
	snprintf(v->patch, sizeof(v->patch), "%s", name);
	v->generation = generation;
}

static bool names(const struct manifest *m, const char *id)
{
	size_t i;

	for (i = 0; m && i < m->nr_cves; i++)
		if (!strcmp(m->cves[i], id))
			return true;
	return false;
}

/* The first patch that names it and is, or is not, as it should be; NULL: none */
static const struct sysfs_patch *find_patch(const struct cves *c, const char *id, bool sound)
{
	const struct sysfs_patch *p;
	size_t i;

	for (i = 0; i < c->patches.nr_patches; i++) {
		p = &c->patches.patches[i];
		if (names(p->manifest, id) && sysfs_sound(p) == sound)
			return p;
	}
	return NULL;
}

static bool fixed_live(const struct cves *c, const char *id, struct cve_verdict *v)
{
	const struct sysfs_patch *p = find_patch(c, id, true);

	if (!p)
		return false;
	name_patch(v, p->name, p->generation);
	if (p->probation_ms)
		advise(v, "'mend confirm %s' keeps it; otherwise mend.ko takes it back in time",
		       p->name);
	return say(v, CVE_FIXED_LIVE, "by '%s' generation %ju%s", p->name,
		   (uintmax_t)p->generation, p->probation_ms ? ", which is on probation" : "");
}

static bool fixed_installed(const struct cves *c, const char *id, struct cve_verdict *v)
{
	const char *version = changelog_find(&c->changelog, id);

	if (!version)
		return false;
	snprintf(v->version, sizeof(v->version), "%s", version);
	return say(v, CVE_FIXED_INSTALLED, "in %s; %s runs", version, c->changelog.version);
}

/* Where is one that fixes it? Its path, or what stands for it */
static const char *bundle_of(const struct cves *c, const struct sysfs_patch *p)
{
	const struct manifest *m;
	size_t i;

	for (i = 0; i < c->nr_bundles; i++) {
		m = &c->bundles[i].manifest;
		if (!strcmp(m->name, p->name) && m->generation == p->generation)
			return c->paths[i];
	}
	return "BUNDLE";
}

static bool patch_is_off(const struct cves *c, const char *id, struct cve_verdict *v)
{
	const struct sysfs_patch *p = find_patch(c, id, false);

	if (!p)
		return false;
	name_patch(v, p->name, p->generation);
	if (p->reason) {
		advise(v, "'mend status %s' says what became of it", p->name);
		return say(v, CVE_AFFECTED, "'%s' generation %ju would fix it, and is %s: %s",
			   p->name, (uintmax_t)p->generation, p->state,
			   p->reason_text[0] ? p->reason_text : reason_lookup(p->reason)->name);
	}
	advise(v, "'mend apply %s' switches '%s' generation %ju on", bundle_of(c, p), p->name,
	       (uintmax_t)p->generation);
	return say(v, CVE_AFFECTED, "'%s' generation %ju would fix it, and is %s", p->name,
		   (uintmax_t)p->generation, p->state);
}

/* The last of the list: of a name, the highest generation */
static bool bundle_is_there(const struct cves *c, const char *id, struct cve_verdict *v)
{
	const struct manifest *m;
	size_t i;

	for (i = c->nr_bundles; i; i--) {
		m = &c->bundles[i - 1].manifest;
		if (!names(m, id))
			continue;
		name_patch(v, m->name, m->generation);
		advise(v, "'mend apply %s'", c->paths[i - 1]);
		return say(v, CVE_AFFECTED, "'%s' generation %ju would fix it, and is in the store",
			   m->name, (uintmax_t)m->generation);
	}
	return false;
}

/* Of the same package upgraded since the boot, or of another */
static bool newer_kernel(const struct cves *c, const char *id, struct cve_verdict *v)
{
	const char *release = c->kernel.release;
	const char *version = changelog_find_newer(&c->changelog, id);

	if (!version) {
		release = c->newer;
		version = changelog_find_newer(&c->newer_log, id);
	}
	if (!version)
		return false;
	snprintf(v->version, sizeof(v->version), "%s", version);
	advise(v, "reboot into linux-image-%s", release);
	return say(v, CVE_AFFECTED, "the kernel's package has fixed it in %s, which is installed "
		   "and does not run", version);
}

static void unknown(const struct cves *c, struct cve_verdict *v)
{
	if (c->has_changelog)
		say(v, CVE_UNKNOWN, "no patch that is here names it, nor does the changelog of the "
		    "kernel's package, %s", c->changelog.version);
	else
		say(v, CVE_UNKNOWN, "no patch that is here names it, and %s", c->why_not.message);
	advise(v, "%s", c->has_changelog ? "" : c->why_not.hint);
}

void cves_judge(const struct cves *c, const char *id, struct cve_verdict *v)
{
	memset(v, 0, sizeof(*v));
	if (!fixed_live(c, id, v) && !fixed_installed(c, id, v) && !patch_is_off(c, id, v) &&
	    !bundle_is_there(c, id, v) && !newer_kernel(c, id, v))
		unknown(c, v);
}

/* @ids: NULL, or where they go */
static size_t take(const struct manifest *m, const char **ids)
{
	if (!m)
		return 0;
	if (ids)
		memcpy(ids, m->cves, m->nr_cves * sizeof(*ids));
	return m->nr_cves;
}

static size_t take_all(const struct cves *c, const char **ids)
{
	size_t i, n = 0;

	for (i = 0; i < c->patches.nr_patches; i++)
		n += take(c->patches.patches[i].manifest, ids ? ids + n : NULL);
	for (i = 0; i < c->nr_bundles; i++)
		n += take(&c->bundles[i].manifest, ids ? ids + n : NULL);
	return n;
}

size_t cves_named(const struct cves *c, const char ***ids)
{
	*ids = calloc(take_all(c, NULL) + 1, sizeof(**ids));
	return *ids ? survey_unique(*ids, take_all(c, *ids)) : 0;
}
