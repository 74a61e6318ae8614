// SPDX-License-Identifier: MIT
/*
 * One answer out of all that is known. Each rule looks for one thing and, where it finds
 * it, words it; the first rule that speaks is the answer, the worst come first.
 */
#include "standing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reason.h"

#define WHY_LEN	480	/* a name, a generation, a text of mend.ko's and a reason */

const char *standing_name(enum standing_answer answer)
{
	static const char *const names[] = {
		[STANDING_PROTECTED] = "protected", [STANDING_PROBATION] = "probation",
		[STANDING_AVAILABLE] = "available", [STANDING_HELD_BACK] = "held-back",
		[STANDING_NOT_COVERED] = "not-covered", [STANDING_REBOOT] = "reboot-needed",
		[STANDING_DEGRADED] = "degraded", [STANDING_ROLLED_BACK] = "rolled-back",
		[STANDING_UNSUPPORTED] = "unsupported",
	};

	return names[answer];
}

static bool ERR_FORMAT(4, 5) say(struct standing *st, enum standing_answer answer,
				 enum standing_exit code, const char *fmt, ...)
{
	va_list args;

	st->answer = answer;
	st->exit = code;
	va_start(args, fmt);
	vsnprintf(st->text, sizeof(st->text), fmt, args);
	va_end(args);
	return true;
}

static void ERR_FORMAT(2, 3) advise(struct standing *st, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(st->hint, sizeof(st->hint), fmt, args);
	va_end(args);
}

/* "'NAME' generation N: why (REASON)" */
static const char *describe(const struct sysfs_patch *p, char *out, size_t size)
{
	const char *reason = p->reason ? reason_lookup(p->reason)->name : "for no known reason";

	snprintf(out, size, "'%s' generation %ju: %s%s%s%s", p->name, (uintmax_t)p->generation,
		 p->reason_text, p->reason_text[0] ? " (" : "", reason,
		 p->reason_text[0] ? ")" : "");
	return out;
}

static const char *and_others(size_t n, char *out, size_t size)
{
	out[0] = '\0';
	if (n > 1)
		snprintf(out, size, ", and %zu more", n - 1);
	return out;
}

/* Taken back, or about to be, and nothing newer of that name in its place */
static bool is_rolled_back(const struct sysfs_patches *all, const struct sysfs_patch *p)
{
	const struct sysfs_patch *on = sysfs_find_enabled(all, p->name);

	return sysfs_rolled_back(p) && (!on || on->generation <= p->generation);
}

static bool is_degraded(const struct sysfs_patches *all, const struct sysfs_patch *p)
{
	(void)all;
	return !strcmp(p->state, "degraded");
}

static bool is_young(const struct sysfs_patches *all, const struct sysfs_patch *p)
{
	(void)all;
	return p->enabled && p->probation_ms;
}

static bool is_on(const struct sysfs_patches *all, const struct sysfs_patch *p)
{
	(void)all;
	return p->enabled;
}

typedef bool (*patch_test)(const struct sysfs_patches *all, const struct sysfs_patch *p);

/* How many patches are like that, and which is the first? */
static size_t count(const struct survey *s, patch_test test, const struct sysfs_patch **first)
{
	size_t i, n = 0;

	for (i = 0; i < s->patches.nr_patches; i++) {
		if (!test(&s->patches, &s->patches.patches[i]))
			continue;
		if (!n++ && first)
			*first = &s->patches.patches[i];
	}
	return n;
}

static bool unsupported(const struct survey *s, struct standing *st)
{
	if (!s->unsupported)
		return false;
	advise(st, "%s", s->unfit.hint);
	return say(st, STANDING_UNSUPPORTED, STANDING_EXIT_UNSUPPORTED, "unsupported kernel: %s",
		   s->unfit.message);
}

static bool rolled_back(const struct survey *s, struct standing *st)
{
	const struct sysfs_patch *p = NULL;
	size_t n = count(s, is_rolled_back, &p);
	char why[WHY_LEN], more[40];

	if (!p)
		return false;
	if (s->oopsed)
		advise(st, "this kernel has oopsed: reboot; do not apply '%s' generation %ju again",
		       p->name, (uintmax_t)p->generation);
	else
		advise(st, "%s", p->reason ? reason_lookup(p->reason)->hint : "");
	return say(st, STANDING_ROLLED_BACK, STANDING_EXIT_NONE, "rolled back: %s%s",
		   describe(p, why, sizeof(why)), and_others(n, more, sizeof(more)));
}

static bool degraded(const struct survey *s, struct standing *st)
{
	const struct sysfs_patch *p = NULL;
	size_t n = count(s, is_degraded, &p);
	char why[WHY_LEN], more[40];

	if (!p)
		return false;
	advise(st, "'mend status %s' shows all of it", p->name);
	return say(st, STANDING_DEGRADED, STANDING_EXIT_NONE, "not as it should be: %s%s",
		   describe(p, why, sizeof(why)), and_others(n, more, sizeof(more)));
}

/* The machine went down with it, and nothing of that name that is newer is on. */
static bool held_back(const struct survey *s, struct standing *st)
{
	const struct survey_held *h = &s->held;

	if (!h->name[0])
		return false;
	advise(st, "find out why %s; 'mend history %s' shows when", h->taken_back ?
	       "it was taken back" : "the machine went down", h->name);
	return say(st, STANDING_HELD_BACK, STANDING_EXIT_NONE,
		   "held back: '%s' generation %ju: %s", h->name, (uintmax_t)h->generation, h->why);
}

/* What is to be applied needs the brake to be taken off first. */
static void ERR_FORMAT(3, 4) advise_apply(const struct survey *s, struct standing *st,
					  const char *fmt, ...)
{
	va_list args;

	if (s->brake.reason) {
		advise(st, "%s: %s", s->brake.message, s->brake.hint);
		return;
	}
	va_start(args, fmt);
	vsnprintf(st->hint, sizeof(st->hint), fmt, args);
	va_end(args);
}

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void advise_installed(const struct survey *s, const struct survey_installed *si,
			     struct standing *st)
{
	switch (si->prospect.fate) {
	case INSTALLED_FITS:
		if (s->unfit.reason)
			advise(st, "%s: %s", s->unfit.message, s->unfit.hint);
		else
			advise(st, "'mend boot' switches it on now, and 'systemctl enable "
			       "mend-boot.service' at every boot");
		break;
	case INSTALLED_REFUSED:
		advise(st, "%s", si->prospect.why.hint);
		break;
	default:
		advise(st, "get a bundle for this kernel; 'mend uninstall %s' ends that it is "
		       "wanted", si->in.name);
	}
}

/* What refuses it now counts, and not how it was refused or switched off before. */
static const char *why_off(const struct survey_installed *si)
{
	return si->last[0] && si->prospect.fate != INSTALLED_REFUSED ? si->last :
								       si->prospect.why.message;
}

/* It was to be on in every boot of a kernel that needs it. */
static bool installed_off(const struct survey *s, struct standing *st)
{
	const struct survey_installed *si;
	size_t i;

	for (i = 0; i < s->nr_installed; i++) {
		si = &s->installed[i];
		if (si->on || si->prospect.fate == INSTALLED_SUPERSEDED)
			continue;
		advise_installed(s, si, st);
		return say(st, STANDING_NOT_COVERED, STANDING_EXIT_NONE,
			   "not covered: '%s' generation %ju is installed and not on%s%s",
			   si->in.name, (uintmax_t)si->in.generation, *why_off(si) ? ": " : "",
			   why_off(si));
	}
	return false;
}

/*
 * Nothing is on, and all that is installed is for kernels that this one has overtaken. What
 * is in the store for this very kernel is something else that it lacks.
 */
static bool superseded(const struct survey *s, size_t nr_on, struct standing *st)
{
	size_t n = s->nr_installed, i;

	if (nr_on || !n || s->available.path)
		return false;
	for (i = 0; i < n; i++)
		if (s->installed[i].prospect.fate != INSTALLED_SUPERSEDED)
			return false;
	return say(st, STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		   "protected, no reboot needed: %zu installed patch%s superseded, this kernel has %s "
		   "fixes itself", n, plural(n, " is", "es are"), plural(n, "its", "their"));
}

/* Whether a newer kernel fixes more than patches that are on, or than this one, nobody can tell. */
static bool reboot_needed(const struct survey *s, size_t nr_on, struct standing *st)
{
	if (s->oopsed)
		return say(st, STANDING_REBOOT, STANDING_EXIT_NONE,
			   "reboot needed: this kernel has oopsed; dmesg shows where");
	if (nr_on || !s->newer[0])
		return false;
	return say(st, STANDING_REBOOT, STANDING_EXIT_NONE,
		   "reboot needed: kernel %s is installed, and no patch is on in the one that "
		   "runs", s->newer);
}

static bool not_loaded(const struct survey *s, struct standing *st)
{
	const struct err *why = s->unfit.reason ? &s->unfit : &s->why_not;

	if (s->loaded)
		return false;
	if (s->unfit.reason)
		advise(st, "%s", why->hint);
	else
		advise_apply(s, st, "%s", why->hint);
	return say(st, STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: %s", why->message);
}

/* "3 patches, 7 CVEs" */
static const char *total(const struct survey *s, size_t nr_on, char *out, size_t size)
{
	const char **cves;
	size_t n = survey_cves(s, &cves);

	if (n)
		snprintf(out, size, "%zu patch%s, %zu CVE%s", nr_on, plural(nr_on, "", "es"), n,
			 plural(n, "", "s"));
	else
		snprintf(out, size, "%zu patch%s, no CVEs", nr_on, plural(nr_on, "", "es"));
	free(cves);
	return out;
}

static bool available(const struct survey *s, size_t nr_on, struct standing *st)
{
	char text[80];

	if (!s->available.path)
		return false;
	advise_apply(s, st, "'mend apply %s'", s->available.path);
	if (!nr_on)
		return say(st, STANDING_NOT_COVERED, STANDING_EXIT_NONE,
			   "not covered: no patch is on; '%s' generation %ju is in the store",
			   s->available.name, (uintmax_t)s->available.generation);
	return say(st, STANDING_AVAILABLE, STANDING_EXIT_NEWER,
		   "update available: '%s' generation %ju is in the store; on: %s",
		   s->available.name, (uintmax_t)s->available.generation,
		   total(s, nr_on, text, sizeof(text)));
}

static bool on_probation(const struct survey *s, size_t nr_on, struct standing *st)
{
	size_t n = count(s, is_young, NULL);
	char text[80];

	if (!n)
		return false;
	advise(st, "'mend confirm' keeps %s; otherwise mend.ko takes %s back in time",
	       plural(n, "it", "them"), plural(n, "it", "them"));
	return say(st, STANDING_PROBATION, STANDING_EXIT_CURRENT,
		   "protected, on probation: %s, %zu of the patches not confirmed yet",
		   total(s, nr_on, text, sizeof(text)), n);
}

static void protected(const struct survey *s, size_t nr_on, struct standing *st)
{
	char text[80];

	total(s, nr_on, text, sizeof(text));
	if (s->newer[0])
		say(st, STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		    "protected: %s; kernel %s is installed for the next boot", text, s->newer);
	else
		say(st, STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		    "protected, no reboot needed: %s", text);
}

void standing_judge(const struct survey *s, struct standing *st)
{
	size_t nr_on = count(s, is_on, NULL);

	memset(st, 0, sizeof(*st));
	if (unsupported(s, st) || rolled_back(s, st) || degraded(s, st) || held_back(s, st) ||
	    reboot_needed(s, nr_on, st) || superseded(s, nr_on, st) || installed_off(s, st) ||
	    not_loaded(s, st) || available(s, nr_on, st))
		return;
	if (!nr_on) {
		advise_apply(s, st, "'mend apply BUNDLE' switches a patch on");
		say(st, STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
	} else if (!on_probation(s, nr_on, st)) {
		protected(s, nr_on, st);
	}
}
