// SPDX-License-Identifier: MIT
/*
 * The functions that a payload replaces: are they there, can they be traced, and does
 * nobody else redirect them? mend.ko finds out for itself and exactly, before it changes
 * anything; here it can be known before the payload is loaded.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbol_lists.h"
#include "sysfs.h"

/* The functions that can be looked for now: those whose object is there */
static size_t list_present(const struct machine *mc, const struct manifest_payload *p,
			   struct symbol_seen *seen)
{
	size_t i, n = 0;

	for (i = 0; i < p->nr_funcs; i++) {
		const struct manifest_func *f = &p->funcs[i];

		if (strcmp(f->object, "vmlinux") && !sysfs_module_loaded(mc, f->object))
			continue;
		seen[n++] = (struct symbol_seen){ f->object, f->symbol, 0 };
	}
	return n;
}

static unsigned int times(const struct symbol_seen *seen, size_t nr, const struct manifest_func *f)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(seen[i].object, f->object) && !strcmp(seen[i].symbol, f->symbol))
			return seen[i].times;
	return UINT32_MAX;	/* its module is not loaded */
}

static bool is_missing(const struct symbol_seen *seen, size_t nr, const struct manifest_func *f,
		       struct checks *c)
{
	unsigned int n = times(seen, nr, f);

	if (!n)
		checks_fail(c, "functions", MEND_R_NO_SYMBOL, "there is no function %s in %s",
			    f->symbol, f->object);
	else if (n != UINT32_MAX && f->sympos > n)
		checks_fail(c, "functions", MEND_R_NO_SYMBOL, "there are %u functions %s in %s, "
			    "and the patch is for number %u", n, f->symbol, f->object, f->sympos);
	else if (n != UINT32_MAX && n > 1 && !f->sympos)
		checks_fail(c, "functions", MEND_R_AMBIGUOUS, "there are %u functions %s in %s, "
			    "and the patch does not say which", n, f->symbol, f->object);
	else
		return false;
	return true;
}

static void say_present(size_t found, size_t all, struct checks *c)
{
	if (found == all)
		checks_add(c, "functions", CHECK_GOOD, "%zu of %zu there", found, all);
	else
		checks_add(c, "functions", CHECK_GOOD, "%zu of %zu there; the others belong to "
			   "modules that are not loaded, and are patched when they come", found, all);
}

static void check_present(const struct machine *mc, const struct manifest_payload *p,
			  struct symbol_seen *seen, size_t nr, struct checks *c)
{
	bool missing = false;
	size_t i;

	if (!symbol_lists_all(mc, seen, nr)) {
		check_remedy(checks_add(c, "functions", CHECK_UNKNOWN,
					"/proc/kallsyms cannot be read"), "mount proc on /proc");
		return;
	}
	for (i = 0; i < p->nr_funcs; i++)
		missing |= is_missing(seen, nr, &p->funcs[i], c);
	if (!missing)
		say_present(nr, p->nr_funcs, c);
}

static void check_traceable(const struct machine *mc, struct symbol_seen *seen, size_t nr,
			    struct checks *c)
{
	bool all = true;
	size_t i;

	if (!symbol_lists_traceable(mc, seen, nr)) {
		check_remedy(checks_add(c, "traceable", CHECK_UNKNOWN,
					"ftrace's list of functions cannot be read"),
			     "run this as root, with tracefs mounted on /sys/kernel/tracing");
		return;
	}
	for (i = 0; i < nr; i++) {
		if (seen[i].times)
			continue;
		all = false;
		checks_fail(c, "traceable", MEND_R_NO_FENTRY, "%s:%s cannot be traced by ftrace",
			    seen[i].object, seen[i].symbol);
	}
	if (all)
		checks_add(c, "traceable", CHECK_GOOD, "ftrace can trace %s",
			   nr == 1 ? "it" : "all of them");
}

void check_functions(const struct machine *mc, const struct manifest_payload *p, struct checks *c)
{
	struct symbol_seen *seen = calloc(p->nr_funcs + 1, sizeof(*seen));
	size_t nr;

	if (!seen) {
		c->no_memory = true;
		return;
	}
	nr = list_present(mc, p, seen);
	check_present(mc, p, seen, nr, c);
	if (nr)
		check_traceable(mc, seen, nr, c);
	free(seen);
}

static bool check_owner(const struct machine *mc, const struct manifest_func *f, struct checks *c)
{
	char owner[300];

	if (sysfs_owner_livepatch(mc, f->object, f->symbol, owner, sizeof(owner)))
		checks_fail(c, "owners", MEND_R_FTRACE_OWNER, "%s:%s belongs to %s", f->object,
			    f->symbol, owner);
	else if (sysfs_owner(mc, f->object, f->symbol, owner, sizeof(owner)))
		check_remedy(checks_add(c, "owners", CHECK_WARNING, "%s:%s has %s", f->object,
					f->symbol, owner),
			     "remove it if mend.ko refuses the function: only kprobes with a post "
			     "handler keep it");
	else
		return false;
	return true;
}

void check_owners(const struct machine *mc, const struct manifest_payload *p, struct checks *c)
{
	bool any = false;
	size_t i;

	for (i = 0; i < p->nr_funcs; i++)
		any |= check_owner(mc, &p->funcs[i], c);
	if (!any)
		checks_add(c, "owners", CHECK_GOOD,
			   "no livepatch and no kprobe is seen on the functions");
}
