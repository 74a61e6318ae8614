// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module notifier: payloads that arrive and leave, and modules that they
 * change.
 *
 * It runs first (highest priority): a payload's relocations must be written
 * before jump labels and static calls read the payload's tables, and custody
 * must be established before the payload's init asks to be registered.
 *
 * A module that is no payload and does not come through an authorized file is
 * none of our business and never refused.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "notifier.h"

#include <linux/module.h>
#include <linux/notifier.h>
#include "authorize.h"
#include "custody.h"
#include "main.h"
#include "objects.h"
#include "patch.h"
#include "payload.h"
#include "report.h"

static int check_trust(struct authorization *auth, struct mend_report *report)
{
	if (auth || !mend_require_signature)
		return 0;
	return report_fail(report, -EKEYREJECTED, MEND_R_UNBOUND,
			   "a payload must be loaded through /dev/mend (mend apply), not by insmod");
}

static int coming(struct module *mod)
{
	const struct mend_payload *desc = payload_find(mod);
	struct authorization *auth = NULL;
	struct mend_report report;
	int err;

	report_clear(&report);
	err = custody_bind(mod, &auth, &report);
	if (!err && !auth && !desc) {
		objects_coming(mod);
		return 0;
	}
	if (!err && !desc)
		err = report_fail(&report, -ENOEXEC, MEND_R_PAYLOAD_FORMAT,
				  "module %s is no payload: it has no " MEND_PAYLOAD_SYMBOL,
				  mod->name);
	if (!err)
		err = check_trust(auth, &report);
	if (!err)
		err = payload_coming(mod, desc, &report);
	if (err) {
		pr_err("payload '%s' refused: %s\n", mod->name, report.text);
		if (auth)
			authorization_set_report(auth, &report);
	}
	return err;
}

static int notify(struct notifier_block *block, unsigned long state, void *data)
{
	struct module *mod = data;

	switch (state) {
	case MODULE_STATE_COMING:
		return notifier_from_errno(coming(mod));
	case MODULE_STATE_LIVE:
		objects_live(mod);
		return NOTIFY_OK;
	case MODULE_STATE_GOING:
		objects_going(mod);
		patch_going(mod);
		payload_going(mod);
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static struct notifier_block module_notifier = {
	.notifier_call = notify,
	.priority = INT_MAX,
};

int notifier_init(void)
{
	return register_module_notifier(&module_notifier);
}

void notifier_exit(void)
{
	unregister_module_notifier(&module_notifier);
	objects_exit();
}
