// SPDX-License-Identifier: MIT
/*
 * What a boot is to do with an installed patch: decided before anything is asked of
 * mend.ko, so that "status" can tell it as well.
 */
#include <string.h>

#include "installed.h"

const char *installed_fate_name(enum installed_fate fate)
{
	static const char *const names[] = {
		[INSTALLED_FITS] = "fits", [INSTALLED_SUPERSEDED] = "superseded",
		[INSTALLED_UNFIT] = "unfit", [INSTALLED_HELD_BACK] = "held-back",
		[INSTALLED_REFUSED] = "refused",
	};

	return names[fate];
}

uint64_t installed_forgiven(const struct installed_list *all, const char *name,
			    uint64_t generation)
{
	const struct installed *in = installed_find(all, name);

	return in && in->generation == generation ? in->forgiven : 0;
}

const struct record *installed_held(const struct records *history, const char *name,
				    uint64_t generation, uint64_t after, bool boot)
{
	const struct record *r = records_last(history, name, generation, after);

	if (r && (r->outcome == RECORD_DOWN || (boot && r->outcome == RECORD_ROLLED_BACK)))
		return r;
	return NULL;
}

int installed_check_held(const struct records *history, const char *name, uint64_t generation,
			 uint64_t after, bool boot, struct err *e)
{
	const struct record *r = installed_held(history, name, generation, after, boot);

	if (!r)
		return 0;
	return err_set(e, ERR_HELD_BACK, "'%s' generation %ju is held back: %s%s", name,
		       (uintmax_t)generation,
		       r->outcome == RECORD_ROLLED_BACK ? "mend.ko has taken it back: " : "", r->text);
}

/* Whom a probation was asked for, somebody must have confirmed: a plain switch asks nobody. */
static bool is_proven(const struct installed *in, const struct records *history)
{
	const struct record *r = records_last(history, in->name, in->generation, in->forgiven);

	if (!r || (r->outcome != RECORD_DONE && r->outcome != RECORD_CONFIRMED))
		return false;
	return !in->probation_ms ||
	       records_confirmed(history, in->name, in->generation, in->forgiven);
}

static void judge_history(const struct installed *in, const struct records *history,
			  struct prospect *p)
{
	p->proven = is_proven(in, history);
	if (!installed_check_held(history, in->name, in->generation, in->forgiven, true, &p->why))
		return;
	p->fate = INSTALLED_HELD_BACK;
	err_hint(&p->why, "find out why; 'mend install --retry' installs it all the same, 'mend "
		 "uninstall %s' removes it", in->name);
}

/* The first of its CVEs that the changelog does not list; NULL: it lists all */
static const char *not_listed(const struct changelog *c, const struct manifest *m)
{
	size_t i;

	for (i = 0; i < m->nr_cves; i++)
		if (!changelog_find(c, m->cves[i]))
			return m->cves[i];
	return NULL;
}

/* The kernel is not one that the bundle is for. Because it is newer, and has the fixes? */
static void judge_changelog(const struct machine *mc, const struct manifest *m, struct prospect *p)
{
	const char *missing;
	struct changelog c;
	struct err why;

	if (!m->nr_cves) {
		err_append(&p->why, "; it names no CVE, so that nothing tells whether this kernel "
			   "needs it");
		return;
	}
	if (changelog_read(mc, &c, &why)) {
		err_append(&p->why, "; whether this kernel needs it cannot be told: %s", why.message);
		return;
	}
	missing = not_listed(&c, m);
	if (missing) {
		err_append(&p->why, "; the changelog of kernel package %s does not list %s",
			   c.version, missing);
	} else {
		p->fate = INSTALLED_SUPERSEDED;
		err_set(&p->why, p->why.reason, "the package of this kernel, version %s, lists %s as "
			"fixed", c.version, m->nr_cves > 1 ? "all of its CVEs" : m->cves[0]);
	}
	changelog_free(&c);
}

void installed_judge(const struct machine *mc, const struct installed *in, const struct bundle *b,
		     const struct records *history, struct prospect *p)
{
	struct kernel kernel;

	memset(p, 0, sizeof(*p));
	if (machine_kernel(mc, &kernel, &p->why)) {
		p->fate = INSTALLED_UNFIT;
		return;
	}
	if (!manifest_find(&b->manifest, kernel.release, kernel.build_id, &p->why)) {
		p->fate = INSTALLED_UNFIT;
		judge_changelog(mc, &b->manifest, p);
		return;
	}
	judge_history(in, history, p);
}
