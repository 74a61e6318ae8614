// SPDX-License-Identifier: MIT
/*
 * What of the store matters to this machine as it is: what is held back, and what "apply"
 * would take. It is judged as "apply" and a boot do it.
 */
#include "survey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The record that holds it back: what was taken back only keeps a boot from trying it. */
static const struct record *held_by(const struct survey *s, const struct survey_rules *rules,
				    const char *name, uint64_t generation)
{
	const struct survey_installed *si = survey_find_installed(s, name, generation);

	return installed_held(&rules->history, name, generation, si ? si->in.forgiven : 0, si);
}

/* Nobody wants that generation any more: it was uninstalled later. */
static bool is_settled(const struct survey_rules *rules, const struct record *held,
		       const char *name, uint64_t generation)
{
	const struct records *all = &rules->history;
	const struct record *r;
	size_t i, j;

	for (i = 0; i < all->nr_records; i++) {
		r = &all->list[i];
		if (r->number < held->number || strcmp(r->verb, "uninstall") ||
		    r->outcome != RECORD_DONE)
			continue;
		for (j = 0; j < r->nr_patches; j++)
			if (r->patches[j].generation == generation &&
			    !strcmp(r->patches[j].name, name))
				return true;
	}
	return false;
}

static void note_held(struct survey *s, const struct record *r, const char *name,
		      uint64_t generation)
{
	snprintf(s->held.name, sizeof(s->held.name), "%s", name);
	s->held.generation = generation;
	s->held.taken_back = r->outcome == RECORD_ROLLED_BACK;
	snprintf(s->held.why, sizeof(s->held.why), "%s%s",
		 s->held.taken_back ? "mend.ko has taken it back: " : "", r->text);
}

/* Is there something on this kernel that it keeps off? For bundles see look_at_staged(). */
static bool matters(const struct survey *s, const struct survey_rules *rules,
		    const struct record *r, const struct record_patch *p)
{
	const struct survey_installed *si = survey_find_installed(s, p->name, p->generation);

	if (si)
		return si->prospect.fate == INSTALLED_HELD_BACK;
	return !strcmp(r->release, s->kernel.release) &&
	       !is_settled(rules, r, p->name, p->generation);
}

static void look_at_record(struct survey *s, const struct survey_rules *rules,
			   const struct record *r)
{
	const struct record_patch *p;
	size_t i;

	if (r->outcome != RECORD_DOWN && r->outcome != RECORD_ROLLED_BACK)
		return;
	for (i = 0; i < r->nr_patches; i++) {
		p = &r->patches[i];
		if (p->on && held_by(s, rules, p->name, p->generation) == r &&
		    !sysfs_covers(&s->patches, p->name, p->generation) && matters(s, rules, r, p))
			note_held(s, r, p->name, p->generation);
	}
}

static void look_at_history(const struct machine *mc, struct survey *s,
			    struct survey_rules *rules)
{
	struct err e;
	size_t i;

	if (store_read(mc, &rules->history, &e))
		tell_unreadable("the history", &e, &s->no_history);
	survey_look_at_installed(mc, s, rules);
	for (i = 0; i < rules->history.nr_records; i++)
		look_at_record(s, rules, &rules->history.list[i]);
}

/* Would "apply" take it, if not for the history? The mode is another matter: see the brake. */
static bool is_welcome(const struct survey_rules *rules, const struct manifest *m)
{
	struct err ignored;

	return !bundle_check_dates(m, rules->now, &ignored) &&
	       (!rules->policy || !policy_check_manifest(rules->policy, m, &ignored));
}

/* One that is held back is no offer: it is told if nothing else of that kind is. */
static void look_at_staged(struct survey *s, const struct survey_rules *rules, struct staged *b)
{
	const struct record *held = held_by(s, rules, b->name, b->generation);
	struct bundle bundle;

	if (sysfs_covers(&s->patches, b->name, b->generation) ||
	    !staged_open(b, &s->kernel, &bundle))
		return;
	if (held) {
		if (!s->held.name[0] && !is_settled(rules, held, b->name, b->generation))
			note_held(s, held, b->name, b->generation);
	} else if (is_welcome(rules, &bundle.manifest)) {
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

void survey_look_at_store(const struct machine *mc, int64_t now, struct survey *s)
{
	struct survey_rules rules = { .now = now };
	struct policy policy = { 0 };

	look_at_policy(mc, s, &policy, &rules);
	look_at_history(mc, s, &rules);
	look_at_store(mc, s, &rules);
	records_free(&rules.history);
	policy_free(&policy);
}
