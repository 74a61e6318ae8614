// SPDX-License-Identifier: MIT
/*
 * The payload of a bundle: is there one for this kernel, and does the kernel load it?
 */
#include "check.h"

#include <string.h>

/* What scripts/sign-file leaves at the end of a module */
#define MODULE_SIGNED	"~Module signature appended~\n"

const struct manifest_payload *check_payload(const struct machine *mc, const struct bundle *b,
					     struct checks *c)
{
	const struct manifest_payload *p = NULL;
	struct kernel k;
	struct err e;

	if (!machine_kernel(mc, &k, &e))
		p = manifest_find(&b->manifest, k.release, k.build_id, &e);
	if (p)
		checks_add(c, "payload", CHECK_GOOD, "'%s' generation %ju has one for this kernel",
			   b->manifest.name, (uintmax_t)b->manifest.generation);
	else
		check_remedy(checks_fail(c, "payload", e.reason, "%s", e.message), "%s", e.hint);
	return p;
}

static bool is_signed(struct bytes payload)
{
	size_t len = strlen(MODULE_SIGNED);

	return payload.len > len &&
	       !memcmp(payload.data + payload.len - len, MODULE_SIGNED, len);
}

static bool wants_signatures(const struct machine *mc)
{
	char line[100];

	machine_line(mc, "/sys/module/module/parameters/sig_enforce", line, sizeof(line));
	if (line[0] == 'Y')
		return true;
	return !machine_line(mc, "/sys/kernel/security/lockdown", line, sizeof(line)) &&
	       !strstr(line, "[none]");
}

void check_signature(const struct machine *mc, struct bytes payload, struct checks *c)
{
	bool wanted = wants_signatures(mc), there = is_signed(payload);

	if (!wanted)
		checks_add(c, "module-signature", CHECK_GOOD,
			   "this kernel wants none from the payload");
	else if (!there)
		checks_fail(c, "module-signature", ERR_MODULE_SIGNATURE,
			    "this kernel loads only signed modules, and the payload has no module "
			    "signature");
	else
		checks_add(c, "module-signature", CHECK_GOOD,
			   "the payload has one; the kernel will tell whether it trusts the key");
}
