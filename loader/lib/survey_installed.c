// SPDX-License-Identifier: MIT
/*
 * What is installed, whether it is on, and what the next boot of this kernel would do
 * with it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "reason.h"
#include "survey.h"

/* Root reads what this process may not: a boot may be able to. */
static bool bars(const struct err *e)
{
	return e->reason && e->errnum != EACCES;
}

/* Would a boot switch it on, if not for that? */
static void judge_refusal(const struct survey *s, const struct survey_rules *rules,
			  const struct manifest *m, struct prospect *p)
{
	if (bars(&s->brake))
		p->why = s->brake;
	else if (bars(&s->no_history))
		p->why = s->no_history;
	else if (!bundle_check_dates(m, rules->now, &p->why) &&
		 (!rules->policy || !policy_check_manifest(rules->policy, m, &p->why)))
		return;
	p->fate = INSTALLED_REFUSED;
}

/* Its bundle's signature and signer are not looked at: a boot does that. */
static void judge(const struct machine *mc, const struct survey *s, struct survey_installed *si,
		  const struct survey_rules *rules)
{
	char *path = installed_bundle(mc, &si->in);
	struct prospect *p = &si->prospect;
	struct bundle b;
	struct buf file;
	bool opened;

	opened = path && !fs_read(path, MEND_BUNDLE_MAX, &file, &p->why) &&
		 !bundle_open(&b, &file, NULL, 0, &p->why);
	if (opened) {
		installed_judge(mc, &si->in, &b, &rules->history, p);
		if (p->fate == INSTALLED_FITS)
			judge_refusal(s, rules, &b.manifest, p);
		bundle_free(&b);
	} else {
		p->fate = INSTALLED_UNFIT;
	}
	free(path);
}

static bool names(const struct record *r, const struct installed *in)
{
	size_t i;

	for (i = 0; i < r->nr_patches; i++)
		if (r->patches[i].generation == in->generation &&
		    !strcmp(r->patches[i].name, in->name))
			return true;
	return false;
}

/* "VERB: OUTCOME: why" */
static void find_last(struct survey_installed *si, const struct records *history,
		      const char *boot_id)
{
	const struct record *r;
	size_t i;

	for (i = history->nr_records; i; i--) {
		r = &history->list[i - 1];
		if (strcmp(r->boot_id, boot_id) || !names(r, &si->in))
			continue;
		snprintf(si->last, sizeof(si->last), "%s: %s%s%s", r->verb,
			 record_outcome_name(r->outcome), r->text[0] ? ": " : "", r->text);
		return;
	}
}

void survey_look_at_installed(const struct machine *mc, struct survey *s,
			      const struct survey_rules *rules)
{
	struct installed_list all;
	struct record now;
	struct err ignored;
	size_t i;

	if (installed_read(mc, &all, &ignored))
		return;
	record_begin(mc, &now, "");
	s->damaged_installed = all.damaged;
	s->installed = calloc(all.nr + 1, sizeof(*s->installed));
	for (i = 0; s->installed && i < all.nr; i++) {
		struct survey_installed *si = &s->installed[s->nr_installed++];

		si->in = all.list[i];
		si->on = sysfs_covers(&s->patches, si->in.name, si->in.generation);
		judge(mc, s, si, rules);
		find_last(si, &rules->history, now.boot_id);
	}
	installed_free(&all);
}

const struct survey_installed *survey_find_installed(const struct survey *s, const char *name,
						     uint64_t generation)
{
	size_t i;

	for (i = 0; i < s->nr_installed; i++)
		if (s->installed[i].in.generation == generation &&
		    !strcmp(s->installed[i].in.name, name))
			return &s->installed[i];
	return NULL;
}
