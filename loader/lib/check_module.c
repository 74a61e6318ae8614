// SPDX-License-Identifier: MIT
/*
 * Requirements on mend.ko, and on the certificates on both sides.
 */
#include "check.h"

#include <stdio.h>

#include <libkmod.h>

#include "device.h"
#include "utc.h"

#define EXPIRES_SOON_S	(30 * 24 * 60 * 60)

/* Is there a mend.ko that modprobe would load for this kernel? */
static bool is_installed(const struct machine *mc)
{
	struct kmod_list *list = NULL;
	char release[MEND_RELEASE_LEN], path[512];
	struct kmod_ctx *ctx;
	bool found;

	if (mc->uname(release))
		return false;
	snprintf(path, sizeof(path), "%s/lib/modules/%s", mc->root, release);
	ctx = kmod_new(path, NULL);
	if (!ctx)
		return false;
	kmod_set_log_priority(ctx, 0);
	kmod_module_new_from_lookup(ctx, "mend", &list);
	found = list;
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return found;
}

static void not_loaded(const struct machine *mc, struct checks *c)
{
	struct check_item *item;

	if (is_installed(mc)) {
		checks_fail(c, "mend.ko", ERR_DEVICE, "mend.ko is installed and not loaded");
		return;
	}
	item = checks_fail(c, "mend.ko", ERR_DEVICE, "there is no mend.ko for this kernel");
	check_remedy(item, "install the kernel's headers and build it: 'dkms autoinstall', or "
		     "'make dkms_install' in mend's sources");
}

/* mend.ko's certificates are those compiled in; only root may ask. */
static void check_keyring(const struct mend_info *info, struct checks *c)
{
	struct check_item *item;

	if (!info->nr_keys) {
		checks_fail(c, "keyring", MEND_R_NO_KEYS,
			    "mend.ko was built without a certificate and refuses every patch");
	} else if (!(info->flags & MEND_INFO_REQUIRE_SIGNATURE)) {
		item = checks_add(c, "keyring", CHECK_WARNING,
				  "mend.ko accepts payloads that nobody has signed");
		check_remedy(item, "load it without require_signature=0");
	} else {
		checks_add(c, "keyring", CHECK_GOOD, "mend.ko trusts %u certificate%s",
			   info->nr_keys, info->nr_keys == 1 ? "" : "s");
	}
}

static void check_device(const struct machine *mc, struct checks *c)
{
	struct mend_info info;
	struct device d;
	struct err e;
	int ret;

	if (device_open(&d, mc, &e)) {
		if (e.reason == MEND_R_CAPABILITY)
			check_remedy(checks_add(c, "mend.ko", CHECK_UNKNOWN,
						"mend.ko is loaded; only root may ask it"),
				     "run this as root");
		else
			not_loaded(mc, c);
		return;
	}
	ret = device_info(&d, &info, &e);
	device_close(&d);
	if (ret || info.abi != MEND_ABI_VERSION) {
		checks_fail(c, "mend.ko", MEND_R_SIZE, "mend.ko does not speak protocol %d: %s",
			    MEND_ABI_VERSION, ret ? e.message : "it speaks another one");
		return;
	}
	info.version[sizeof(info.version) - 1] = '\0';
	checks_add(c, "mend.ko", CHECK_GOOD, "mend.ko %s is loaded", info.version);
	check_keyring(&info, c);
}

static void check_cert(const struct trust_cert *cert, int64_t now, struct checks *c)
{
	char until[UTC_LEN] = "?";
	struct check_item *item;
	struct err e;

	utc_format(cert->not_after, until);
	if (trust_check_time(cert, now, &e)) {
		item = checks_add(c, "certificate", CHECK_WARNING, "%s", e.message);
		check_remedy(item, "%s", e.hint);
	} else if (cert->not_after - now < EXPIRES_SOON_S) {
		item = checks_add(c, "certificate", CHECK_WARNING, "%s expires at %s",
				  cert->subject, until);
		check_remedy(item, "ask the signer for the next one, and 'mend trust' it");
	} else {
		checks_add(c, "certificate", CHECK_GOOD, "%s is trusted until %s", cert->subject,
			   until);
	}
}

void check_module(const struct machine *mc, const struct trust *trust, const struct err *no_trust,
		  int64_t now, struct checks *c)
{
	size_t i;

	check_device(mc, c);
	if (!trust) {
		check_remedy(checks_fail(c, "certificate", no_trust->reason, "%s",
					 no_trust->message), "%s", no_trust->hint);
		return;
	}
	for (i = 0; i < trust->nr_certs; i++)
		check_cert(&trust->certs[i], now, c);
}
