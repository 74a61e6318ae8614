// SPDX-License-Identifier: MIT
/*
 * Reading a machine. What cannot be read is left out: a status that needs everything
 * would be silent where it is needed most.
 */
#include "survey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "kernels.h"

/* A bit of /proc/sys/kernel/tainted */
#define TAINT_DIE	(1U << 7)

/* Only root may ask the device. */
static bool ask_device(const struct machine *mc, struct mend_info *info)
{
	struct device d;
	struct err ignored;
	int ret;

	if (device_open(&d, mc, &ignored))
		return false;
	ret = device_info(&d, info, &ignored);
	device_close(&d);
	info->version[sizeof(info->version) - 1] = '\0';
	info->release[sizeof(info->release) - 1] = '\0';
	return !ret;
}

static bool has_oopsed(const struct machine *mc)
{
	uint64_t taint;
	char line[32];

	return !machine_line(mc, "/proc/sys/kernel/tainted", line, sizeof(line)) &&
	       manifest_number(line, 0, UINT64_MAX, &taint) && taint & TAINT_DIE;
}

static void tell_unreadable(const char *what, const struct err *why, struct err *e)
{
	err_set(e, why->reason, "%s cannot be %s: %s", what,
		why->reason == ERR_POLICY ? "understood" : "read", why->message);
	err_hint(e, "%s", why->errnum == EACCES ? "run this as root" : why->hint);
	e->errnum = why->errnum;
}

/* A file that cannot be understood keeps everything from being applied. */
static void look_at_policy(const struct machine *mc, struct survey *s, struct policy *p,
			   struct survey_rules *rules)
{
	struct err e;

	if (policy_load(mc, p, &e)) {
		tell_unreadable("mend.conf", &e, &s->brake);
		return;
	}
	rules->policy = p;
	if (!policy_brake(p))
		return;
	err_set(&s->brake, ERR_POLICY_MODE, "%s", policy_brake(p));
	err_hint(&s->brake, "mend.conf(5) tells how that ends");
}

/* What holds a generation back: what was taken back only keeps a boot from trying it. */
static bool holds(const struct survey *s, const struct records *all, const struct record *r,
		  const struct record_patch *p)
{
	const struct survey_installed *si = survey_find_installed(s, p->name, p->generation);

	return p->on && !sysfs_covers(&s->patches, p->name, p->generation) &&
	       installed_held(all, p->name, p->generation, si ? si->in.forgiven : 0, si) == r;
}

static void look_at_record(struct survey *s, const struct records *all, const struct record *r)
{
	size_t i;

	if (r->outcome != RECORD_DOWN && r->outcome != RECORD_ROLLED_BACK)
		return;
	for (i = 0; i < r->nr_patches; i++) {
		const struct record_patch *p = &r->patches[i];

		if (!holds(s, all, r, p))
			continue;
		memcpy(s->held.name, p->name, sizeof(s->held.name));
		s->held.generation = p->generation;
		snprintf(s->held.why, sizeof(s->held.why), "%s%s",
			 r->outcome == RECORD_ROLLED_BACK ? "mend.ko has taken it back: " : "",
			 r->text);
	}
}

static void look_at_history(const struct machine *mc, struct survey *s,
			    struct survey_rules *rules)
{
	const struct records *all = &rules->history;
	struct err e;
	size_t i;

	if (store_read(mc, &rules->history, &e))
		tell_unreadable("the history", &e, &s->no_history);
	survey_look_at_installed(mc, s, rules);
	for (i = 0; i < all->nr_records; i++)
		look_at_record(s, all, &all->list[i]);
}

/* Would "apply" take it, if not for the history? The mode is another matter: see the brake. */
static bool is_welcome(const struct survey_rules *rules, const struct manifest *m)
{
	struct err ignored;

	return !bundle_check_dates(m, rules->now, &ignored) &&
	       (!rules->policy || !policy_check_manifest(rules->policy, m, &ignored));
}

static bool is_held(const struct survey *s, const struct staged *b)
{
	return s->held.generation == b->generation && !strcmp(s->held.name, b->name);
}

static void look_at_staged(struct survey *s, const struct survey_rules *rules, struct staged *b)
{
	struct bundle bundle;

	if (sysfs_covers(&s->patches, b->name, b->generation) || is_held(s, b) ||
	    !staged_open(b, &s->kernel, &bundle))
		return;
	if (is_welcome(rules, &bundle.manifest)) {
		free(s->available.path);
		s->available = *b;
		b->path = NULL;
	}
	bundle_free(&bundle);
}

static void look_at_store(const struct machine *mc, struct survey *s,
			  const struct survey_rules *rules)
{
	struct staged *list;
	struct err ignored;
	size_t i, nr;

	if (store_list(mc, &list, &nr, &ignored))
		return;
	for (i = 0; i < nr; i++)
		look_at_staged(s, rules, &list[i]);
	staged_free(list, nr);
}

static void look_at_patches(const struct machine *mc, int64_t now, struct survey *s)
{
	struct survey_rules rules = { .now = now };
	struct policy policy = { 0 };

	look_at_policy(mc, s, &policy, &rules);
	look_at_history(mc, s, &rules);
	look_at_store(mc, s, &rules);
	records_free(&rules.history);
	policy_free(&policy);
}

int survey_read(const struct machine *mc, int64_t now, struct survey *s, struct err *e)
{
	struct err ignored;

	memset(s, 0, sizeof(*s));
	machine_kernel(mc, &s->kernel, &ignored);
	if (s->kernel.release[0])
		kernels_newer(mc, s->kernel.release, s->newer);
	s->oopsed = has_oopsed(mc);
	s->loaded = !sysfs_read(&s->patches, mc, &s->why_not);
	if (!s->loaded && s->why_not.reason == MEND_R_NOMEM) {
		*e = s->why_not;
		return -1;
	}
	if (s->loaded) {
		s->asked = ask_device(mc, &s->info);
		s->waits = waiting_look(mc, &s->waiting);
	}
	look_at_patches(mc, now, s);
	return 0;
}

void survey_free(struct survey *s)
{
	sysfs_free(&s->patches);
	free(s->available.path);
	free(s->installed);
}

static int compare(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted: what is there twice stands side by side. */
size_t survey_unique(const char **names, size_t n)
{
	size_t i, kept = 0;

	qsort(names, n, sizeof(*names), compare);
	for (i = 0; i < n; i++)
		if (!kept || strcmp(names[kept - 1], names[i]))
			names[kept++] = names[i];
	return kept;
}

static bool counts(const struct sysfs_patch *p)
{
	return p->manifest && sysfs_sound(p);
}

size_t survey_cves(const struct survey *s, const char ***cves)
{
	const struct sysfs_patch *p;
	size_t i, j, n = 0;

	for (i = 0; i < s->patches.nr_patches; i++)
		if (counts(&s->patches.patches[i]))
			n += s->patches.patches[i].manifest->nr_cves;
	*cves = calloc(n + 1, sizeof(**cves));
	if (!*cves)
		return 0;
	for (n = i = 0; i < s->patches.nr_patches; i++) {
		p = &s->patches.patches[i];
		for (j = 0; counts(p) && j < p->manifest->nr_cves; j++)
			(*cves)[n++] = p->manifest->cves[j];
	}
	return survey_unique(*cves, n);
}

char *survey_effective(const struct survey *s)
{
	const struct sysfs_patch *p;
	struct buf text = { 0 };
	size_t i;

	buf_printf(&text, "%s", s->kernel.release);
	for (i = 0; i < s->patches.nr_patches; i++) {
		p = &s->patches.patches[i];
		if (p->enabled)
			buf_printf(&text, "+%s.%ju", p->name, (uintmax_t)p->generation);
	}
	buf_append(&text, "", 1);
	if (text.failed)
		buf_free(&text);
	return (char *)text.data;
}
