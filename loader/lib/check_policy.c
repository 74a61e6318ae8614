// SPDX-License-Identifier: MIT
/*
 * Requirements of this machine's own admin: mend.conf and the kernel command line.
 */
#include "check.h"

#include "policy.h"

static void check_mode(const struct policy *p, struct checks *c)
{
	const char *where = p->from_command_line ? "the kernel command line (mend.mode)" :
						   "mend.conf";

	if (p->mode == POLICY_OFF)
		check_remedy(checks_add(c, "policy", CHECK_WARNING,
					"%s says that nothing is to be done", where),
			     "mend.conf(5) tells how that ends; 'mend revert' works all the same");
	else if (p->mode == POLICY_STAGE)
		check_remedy(checks_add(c, "policy", CHECK_WARNING,
					"%s says that bundles are kept for later and not applied",
					where), "'mend stage' keeps them");
	else
		checks_add(c, "policy", CHECK_GOOD, "this machine's policy lets patches be applied");
}

void check_policy(const struct machine *mc, const struct bundle *b, struct checks *c)
{
	struct policy p;
	struct err e;

	if (policy_load(mc, &p, &e)) {
		check_remedy(checks_fail(c, "policy", e.reason, "'%s': %s", POLICY_FILE, e.message),
			     "%s", e.hint);
		return;
	}
	if (!b)
		check_mode(&p, c);
	else if (policy_check(&p, POLICY_APPLY, b, &e))
		check_remedy(checks_fail(c, "policy", e.reason, "%s", e.message), "%s", e.hint);
	else
		checks_add(c, "policy", CHECK_GOOD, "this machine's policy allows it");
	policy_free(&p);
}
