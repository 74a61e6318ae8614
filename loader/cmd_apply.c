// SPDX-License-Identifier: MIT
/*
 * mend apply
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/apply.h"
#include "lib/json.h"
#include "ui.h"
#include "ui_wait.h"

static const char help[] =
	"Usage: mend apply BUNDLE [--timeout SECONDS] [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Verifies the bundle, takes its payload for the running kernel, lets mend.ko verify and\n"
	"load it, and switches the patch on, all its functions at one instant. If that fails,\n"
	"nothing has changed. A lower generation that is on is replaced in the same instant.\n"
	"Needs root and mend.ko, which checks everything again with its own keys.\n"
	"While it waits, a terminal shows for which task; Ctrl-C ends that, nothing has changed.\n"
	"\n"
	"  --timeout SECONDS  how long to wait for tasks that are inside a function that would\n"
	"                     change (10); decimals are allowed; 0: one attempt\n"
	"  --keys DIR         directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE        trust the certificates of this file only\n"
	"\n"
	"Examples:\n"
	"  mend apply fix.mend\n"
	"  mend apply fix.mend --timeout 60 --json\n"
	"\n"
	"Exit codes: 0 it is on, 2 it was on already, 3 not for this kernel or a function belongs\n"
	"to somebody else, 4 refused, 5 busy (the task is named), 1 error.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT, OPT_TIMEOUT };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	UI_OPTIONS
};

static int print_json(const struct bundle *b, const struct apply_result *r)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "name", json_text(b->manifest.name));
	json_object_set_new(doc, "generation",
			    json_integer((json_int_t)b->manifest.generation));
	json_object_set_new(doc, "release", json_text(r->payload->release));
	json_object_set_new(doc, "loaded", json_boolean(r->loaded));
	json_object_set_new(doc, "replaced", r->replaced ?
			    json_integer((json_int_t)r->replaced) : json_null());
	json_object_set_new(doc, "signer", json_signer(b->signer));
	json_object_set_new(doc, "switch", json_switch(&r->sw));
	return ui_json(doc);
}

static int print(const struct ui *ui, const struct bundle *b, const struct apply_result *r)
{
	char pause[32], wait[32], rendezvous[32];

	if (ui->json)
		return print_json(b, r);
	printf("'%s' generation %ju is on.\n", b->manifest.name,
	       (uintmax_t)b->manifest.generation);
	if (r->replaced)
		ui_field("replaced", "generation %ju", (uintmax_t)r->replaced);
	ui_field("pause", "%s, after %s for the CPUs to meet", ui_duration(r->sw.pause_ns, pause),
		 ui_duration(r->sw.rendezvous_ns, rendezvous));
	ui_field("checked", "%u tasks, %u attempt%s, %s in all", r->sw.tasks, r->sw.attempts,
		 r->sw.attempts == 1 ? "" : "s", ui_duration(r->sw.wait_ns, wait));
	return EXIT_CODE_OK;
}

static int apply(struct ui *ui, const char *path, const struct ui_trust *opts,
		 uint32_t timeout_ms)
{
	struct apply_result r;
	struct ui_wait wait;
	struct bundle b;
	struct trust t;
	struct err e;
	int code, ret;

	if (ui_trust_load(opts, &t, &e))
		return ui_fail(ui, &e);
	if (bundle_read(&b, path, &t, ui_now(), &e)) {
		trust_free(&t);
		return ui_fail(ui, &e);
	}
	ui_wait_begin(&wait, ui, timeout_ms);
	ret = apply_bundle(&machine_real, &b, &wait.wait, &r, &e);
	ui_wait_end(&wait);
	if (ret) {
		err_context(&e, "bundle '%s'", path);
		code = ui_fail_blocked(ui, &e, &r.sw.blocker);
	} else {
		code = print(ui, &b, &r);
	}
	bundle_free(&b);
	trust_free(&t);
	return code;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_trust opts = { 0 };
	uint32_t timeout_ms = 10000;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		switch (c) {
		case OPT_KEYS:
			opts.keys = optarg;
			break;
		case OPT_CERT:
			opts.cert = optarg;
			break;
		case OPT_TIMEOUT:
			if (!ui_seconds(optarg, &timeout_ms))
				return ui_usage(ui, "'%s' is not a number of seconds up to %u",
						optarg, MEND_TIMEOUT_MAX_MS / 1000);
			break;
		default:
			return ui->exit;
		}
	}
	if (optind + 1 != argc || (opts.keys && opts.cert))
		return ui_usage(ui, "one bundle is needed, and at most one of --keys and --cert");
	return apply(ui, argv[optind], &opts, timeout_ms);
}

const struct cmd cmd_apply = {
	"apply", "switch a bundle's patch on", help, run
};
