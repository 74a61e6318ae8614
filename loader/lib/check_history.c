// SPDX-License-Identifier: MIT
/*
 * What the history of this machine says against a bundle: "apply" refuses a generation that
 * the machine went down with, and a boot also one that was taken back.
 */
#include "check.h"

#include <errno.h>

#include "installed.h"

static void unreadable(const struct err *why, struct checks *c)
{
	if (why->errnum == EACCES)
		check_remedy(checks_add(c, "history", CHECK_UNKNOWN, "%s", why->message),
			     "run this as root");
	else
		check_remedy(checks_fail(c, "history", why->reason, "whether the machine went down "
					 "with it cannot be told: %s", why->message),
			     "'mend apply --unrecorded' does without");
}

static void judge(const struct records *history, const struct manifest *m, uint64_t forgiven,
		  struct checks *c)
{
	struct err e;

	if (installed_check_held(history, m->name, m->generation, forgiven, false, &e))
		check_remedy(checks_fail(c, "history", e.reason, "%s", e.message), "%s", e.hint);
	else if (installed_check_held(history, m->name, m->generation, forgiven, true, &e))
		check_remedy(checks_add(c, "history", CHECK_WARNING, "%s", e.message),
			     "find out why; 'mend apply' tries it again all the same, a boot and "
			     "'mend install --no-apply' do not");
	else
		checks_add(c, "history", CHECK_GOOD, "nothing speaks against it");
}

void check_history(const struct machine *mc, const struct bundle *b, struct checks *c)
{
	struct installed_list installed = { 0 };
	const struct manifest *m = &b->manifest;
	struct records history = { 0 };
	struct err e;

	if (store_read(mc, &history, &e) || installed_read(mc, &installed, &e))
		unreadable(&e, c);
	else
		judge(&history, m, installed_forgiven(&installed, m->name, m->generation), c);
	records_free(&history);
	installed_free(&installed);
}
