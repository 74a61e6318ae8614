// SPDX-License-Identifier: MIT
/*
 * mend inspect
 */
#include <stdio.h>

#include "lib/bundle.h"
#include "lib/json.h"
#include "lib/reason.h"
#include "ui_page.h"
#include "ui.h"

static const char help[] =
	"Usage: mend inspect BUNDLE [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Shows what a bundle says: what it fixes, for which kernels, which functions it replaces.\n"
	"Works on a bundle that cannot be verified, too, and then says so first: what it shows\n"
	"is then only a claim. Container and digests are checked in any case.\n"
	"\n"
	"  --keys DIR   directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE  trust the certificates of this file only\n"
	"\n"
	"Example:\n"
	"  mend inspect fix.mend\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	UI_OPTIONS
};

static int print(const struct ui *ui, const struct bundle *b, const struct err *why)
{
	struct kernel kernel, *running = &kernel;
	struct err e;
	json_t *doc;

	if (machine_kernel(&machine_real, &kernel, &e))
		running = NULL;	/* only a remark on the page depends on it */
	if (ui->json) {
		doc = ui_page_json(b, running);
		json_object_set_new(doc, "not_verified", b->signer ? json_null() : json_err(why));
		return ui_json(doc);
	}
	if (!b->signer) {
		printf("NOT VERIFIED, all of this is only a claim: ");
		ui_text(stdout, why->message);
		puts("\n");
	}
	ui_page(b, running);
	return EXIT_CODE_OK;
}

/* Verified if it can be; otherwise as it is, with the reason in @why. */
static int open_bundle(struct bundle *b, const char *path, const struct ui_trust *opts,
		       struct trust *t, struct err *why, struct err *e)
{
	if (!ui_trust_load(opts, t, why) && !bundle_read(b, path, t, ui_now(), why))
		return 0;
	return bundle_read(b, path, NULL, 0, e);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_trust opts = { 0 };
	struct err why, e;
	struct bundle b;
	struct trust t;
	int c, code;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_KEYS ? &opts.keys : &opts.cert) = optarg;
	}
	if (optind + 1 != argc || (opts.keys && opts.cert))
		return ui_usage(ui, "one bundle is needed, and at most one of --keys and --cert");
	if (open_bundle(&b, argv[optind], &opts, &t, &why, &e)) {
		trust_free(&t);
		return ui_fail(ui, &e);
	}
	code = print(ui, &b, &why);
	bundle_free(&b);
	trust_free(&t);
	return code;
}

const struct cmd cmd_inspect = {
	"inspect", "show what is in a bundle", help, run
};
