// SPDX-License-Identifier: MIT
/*
 * mend verify
 */
#include <stdio.h>

#include "lib/bundle.h"
#include "lib/json.h"
#include "ui_page.h"
#include "ui.h"

static const char help[] =
	"Usage: mend verify BUNDLE [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Checks everything that can be checked without the kernel: the signature over the\n"
	"manifest, the certificate's validity, the manifest, the container, the digest of every\n"
	"member, the expiry. Does not need root and changes nothing.\n"
	"\n"
	"  --keys DIR   directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE  trust the certificates of this file only\n"
	"\n"
	"Examples:\n"
	"  mend verify fix.mend\n"
	"  mend verify fix.mend --cert vendor.pem --json\n"
	"\n"
	"Exit codes: 0 good, 4 refused, 1 error.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	UI_OPTIONS
};

static int print(const struct ui *ui, const char *path, const struct bundle *b)
{
	const struct manifest *m = &b->manifest;

	if (ui->json)
		return ui_json(ui_page_json(b, NULL));
	printf("%s: good: '%s' generation %ju, signed by ", path, m->name,
	       (uintmax_t)m->generation);
	ui_text(stdout, b->signer->subject);
	putchar('\n');
	return EXIT_CODE_OK;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_trust opts = { 0 };
	struct bundle b;
	struct trust t;
	struct err e;
	int c, code;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_KEYS ? &opts.keys : &opts.cert) = optarg;
	}
	if (optind + 1 != argc || (opts.keys && opts.cert))
		return ui_usage(ui, "one bundle is needed, and at most one of --keys and --cert");
	if (ui_trust_load(&opts, &t, &e))
		return ui_fail(ui, &e);
	if (bundle_read(&b, argv[optind], &t, ui_now(), &e)) {
		code = ui_fail(ui, &e);
	} else {
		code = print(ui, argv[optind], &b);
		bundle_free(&b);
	}
	trust_free(&t);
	return code;
}

const struct cmd cmd_verify = {
	"verify", "check a bundle's signature and content", help, run
};
