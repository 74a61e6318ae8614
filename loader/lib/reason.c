// SPDX-License-Identifier: MIT
/*
 * The table of reasons. A pure table: numbers come from the kernel's protocol
 * and from err.h, and are never reused.
 */
#include "reason.h"

#include <linux/mend.h>

#define KERNEL(_name, _code, _hint)	{ MEND_R_##_name, #_name, EXIT_CODE_##_code, _hint }
#define LOCAL(_name, _code, _hint)	{ ERR_##_name, #_name, EXIT_CODE_##_code, _hint }

#define HINT_VERSIONS \
	"mend and mend.ko do not belong together: install both from one release"
#define HINT_AGAIN \
	"try again, with a longer --timeout, or stop that task"
#define HINT_BUNDLE \
	"get the bundle again from its vendor: it is damaged or was changed"
#define HINT_REBUILD \
	"this bundle needs a payload built for exactly the running kernel"

#define HINT_POLICY \
	"that is this machine's policy: see mend.conf(5)"
#define HINT_HURT \
	"do not apply it again; tell its vendor, with dmesg"

static const struct reason_info reasons[] = {
	KERNEL(OK, OK, NULL),

	KERNEL(CAPABILITY, ERROR, "run this as root, outside any container"),
	KERNEL(SIZE, ERROR, HINT_VERSIONS),
	KERNEL(FLAGS, ERROR, HINT_VERSIONS),
	KERNEL(RESERVED, ERROR, HINT_VERSIONS),
	KERNEL(RANGE, ERROR, NULL),
	KERNEL(NOMEM, ERROR, "free some memory and try again"),
	KERNEL(INTERRUPTED, ERROR, "run the command again"),
	KERNEL(INTERNAL, ERROR, "this is a bug in mend: please report it, with dmesg"),
	KERNEL(STATE, ERROR, "'mend status' shows the state of every patch"),
	KERNEL(NO_PATCH, ERROR, "'mend status' lists the patches that are loaded"),
	KERNEL(DUPLICATE, ERROR, "'mend status' shows it; 'mend revert --unload' removes it"),

	KERNEL(NO_KEYS, REFUSED,
	       "'mend trust CERT' installs the vendor's certificate and has mend.ko built with it"),
	KERNEL(SIGNATURE, REFUSED,
	       "check where the bundle comes from; if its signer is to be trusted, 'mend "
	       "trust CERT' takes the certificate"),
	KERNEL(CERT_EXPIRED, REFUSED,
	       "ask the vendor for a bundle signed with a current certificate"),
	KERNEL(CERT_NOT_YET_VALID, REFUSED, "is the clock set? 'date' shows it"),
	KERNEL(MANIFEST_EXPIRED, REFUSED, "get a newer generation of this patch"),
	KERNEL(MANIFEST_SYNTAX, REFUSED, HINT_BUNDLE),
	KERNEL(MANIFEST_VERSION, REFUSED, "this bundle needs a newer mend"),
	KERNEL(DIGEST, REFUSED, HINT_BUNDLE),
	KERNEL(FLOOR, REFUSED,
	       "a newer generation was applied since mend.ko was loaded: use that one or a "
	       "newer one"),
	KERNEL(UNBOUND, REFUSED, "load payloads with 'mend apply', not with insmod"),
	KERNEL(CUSTODY, REFUSED, "load payloads with 'mend apply', not traced and not shared"),
	KERNEL(LOCKDOWN, REFUSED, "the kernel is locked down and forbids this"),

	KERNEL(RELEASE, INCOMPATIBLE, HINT_REBUILD),
	KERNEL(BUILD_ID, INCOMPATIBLE, HINT_REBUILD),
	KERNEL(PAYLOAD_FORMAT, INCOMPATIBLE, "rebuild the payload with this version of mend"),
	KERNEL(PAYLOAD_MISMATCH, INCOMPATIBLE, "the bundle was packed wrongly: tell its vendor"),
	KERNEL(NO_OBJECT, INCOMPATIBLE, "load the module that is to be patched first"),
	KERNEL(NO_SYMBOL, INCOMPATIBLE, HINT_REBUILD),
	KERNEL(AMBIGUOUS, INCOMPATIBLE, "the patch must say which one: MEND_FUNC_POS()"),
	KERNEL(INIT_SYMBOL, INCOMPATIBLE,
	       "that code is gone once the kernel is up: it cannot be patched"),
	KERNEL(NO_FENTRY, INCOMPATIBLE, "patch a function that calls it instead"),
	KERNEL(UNPATCHABLE, INCOMPATIBLE, "patch a function that calls it instead"),
	KERNEL(RELOC, INCOMPATIBLE, HINT_REBUILD),
	KERNEL(FTRACE_OWNER, INCOMPATIBLE,
	       "remove the other owner (a livepatch or a kprobe) first"),
	KERNEL(FTRACE, INCOMPATIBLE, "see 'sysctl kernel.ftrace_enabled' and dmesg"),
	KERNEL(CALLBACK, ERROR, "the patch itself found that it cannot go on now: dmesg may say more"),
	KERNEL(STATES, INCOMPATIBLE,
	       "a patch that is on has changed something that this one knows nothing of: get a "
	       "newer generation, or revert that patch first"),

	KERNEL(BUSY, BUSY, HINT_AGAIN),
	KERNEL(UNRELIABLE, BUSY, HINT_AGAIN),
	KERNEL(SUSPEND, BUSY, "try again after resume"),

	KERNEL(DEADLINE, ROLLED_BACK, "apply it again, and 'mend confirm' it in time"),
	KERNEL(OOPS, ROLLED_BACK, HINT_HURT),
	KERNEL(WARN, ROLLED_BACK, HINT_HURT),
	KERNEL(SOFTLOCKUP, ROLLED_BACK, HINT_HURT),
	KERNEL(HEALTH, ROLLED_BACK, "see what the health command has printed"),
	KERNEL(INTEGRITY, REFUSED,
	       "something else writes kernel code: find out what; 'mend revert' and 'mend apply' "
	       "set the function's entry anew"),

	LOCAL(USAGE, USAGE, "'mend --help' lists the commands"),
	LOCAL(IO, ERROR, NULL),
	LOCAL(EXISTS, ERROR, "nothing was overwritten: choose another name or remove it"),
	LOCAL(INPUT, ERROR, NULL),
	LOCAL(KEY, ERROR, "'mend keygen' makes a key and a certificate that fit"),
	LOCAL(CRYPTO, ERROR, NULL),
	LOCAL(CONTAINER, REFUSED, HINT_BUNDLE),
	LOCAL(UNSIGNED, REFUSED, "sign it first: mend sign FILE --key KEY --cert CERT"),
	LOCAL(TOO_LARGE, REFUSED, NULL),
	LOCAL(DEVICE, ERROR, "load mend.ko first: modprobe mend"),
	LOCAL(LOAD, ERROR, "dmesg says more"),
	LOCAL(MODULE_SIGNATURE, REFUSED,
	      "this kernel loads only modules signed for it: the payload must carry such a "
	      "signature, apart from the bundle's"),
	LOCAL(NOTHING, NOTHING, NULL),
	LOCAL(UNLOAD, ERROR, NULL),
	LOCAL(ROLLED_BACK, ROLLED_BACK, "'mend status NAME' and dmesg say why"),
	LOCAL(POLICY, REFUSED, "correct the file: mend.conf(5) tells what it may hold"),
	LOCAL(POLICY_MODE, REFUSED, HINT_POLICY),
	LOCAL(POLICY_SIGNER, REFUSED, HINT_POLICY),
	LOCAL(POLICY_KIND, REFUSED, HINT_POLICY),
	LOCAL(POLICY_SEVERITY, REFUSED, HINT_POLICY),
	LOCAL(POLICY_HOLD, REFUSED, HINT_POLICY),
	LOCAL(SPACE, ERROR, "free some space"),
	LOCAL(HELD_BACK, REFUSED,
	      "find out why the machine went down; 'mend apply --retry' applies it all the same"),
};

static const struct reason_info unknown = {
	UINT32_MAX, "UNKNOWN", EXIT_CODE_ERROR, "mend.ko is newer than mend: update mend"
};

const struct reason_info *reason_at(size_t i)
{
	return i < sizeof(reasons) / sizeof(reasons[0]) ? &reasons[i] : NULL;
}

const struct reason_info *reason_lookup(uint32_t number)
{
	const struct reason_info *r;
	size_t i;

	for (i = 0; (r = reason_at(i)); i++)
		if (r->number == number)
			return r;
	return &unknown;
}
