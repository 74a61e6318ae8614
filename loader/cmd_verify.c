// SPDX-License-Identifier: MIT
/*
 * mend verify
 */
#include <stdio.h>

#include "lib/bundle.h"
#include "lib/device.h"
#include "lib/json.h"
#include "ui_page.h"
#include "ui.h"

static const char help[] =
	"Usage: mend verify BUNDLE [--keys DIR | --cert FILE] [--json]\n"
	"       mend verify --running [--json]\n"
	"\n"
	"Checks everything that can be checked without the kernel: the signature over the\n"
	"manifest, the certificate's validity, the manifest, the container, the digest of every\n"
	"member, the expiry. Does not need root and changes nothing.\n"
	"With --running: has mend.ko compare the running code with what was switched on. Needs\n"
	"root. A patch whose code or entries differ is degraded from then on.\n"
	"\n"
	"  --running    compare the running code, not a bundle\n"
	"  --keys DIR   directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE  trust the certificates of this file only\n"
	"\n"
	"Examples:\n"
	"  mend verify fix.mend\n"
	"  mend verify fix.mend --cert vendor.pem --json\n"
	"  mend verify --running\n"
	"\n"
	"Exit codes: 0 good, 4 refused, or the running code differs, 1 error.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT, OPT_RUNNING };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "running", no_argument, NULL, OPT_RUNNING },
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

static int verify_bundle(struct ui *ui, const char *path, const struct ui_trust *opts)
{
	struct bundle b;
	struct trust t;
	struct err e;
	int code;

	if (ui_trust_load(opts, &t, &e))
		return ui_fail(ui, &e);
	if (bundle_read(&b, path, &t, ui_now(), &e)) {
		code = ui_fail(ui, &e);
	} else {
		code = print(ui, path, &b);
		bundle_free(&b);
	}
	trust_free(&t);
	return code;
}

static int print_running(const struct ui *ui, const struct mend_verify *v)
{
	json_t *doc;

	if (!ui->json) {
		printf("Good: what was switched on is what runs: %u function%s of %u patch%s.\n",
		       v->functions, v->functions == 1 ? "" : "s", v->patches,
		       v->patches == 1 ? "" : "es");
		return EXIT_CODE_OK;
	}
	doc = json_object();
	json_object_set_new(doc, "patches", json_integer(v->patches));
	json_object_set_new(doc, "functions", json_integer(v->functions));
	json_object_set_new(doc, "differences", json_integer(v->differences));
	return ui_json(doc);
}

static int verify_running(struct ui *ui)
{
	struct mend_verify v;
	struct device d;
	struct err e;
	int ret;

	if (device_open(&d, &machine_real, &e))
		return ui_fail(ui, &e);
	ret = device_verify(&d, &v, &e);
	device_close(&d);
	if (!ret)
		return print_running(ui, &v);
	if (v.differences > 1)
		err_append(&e, "; %u of %u functions differ", v.differences, v.functions);
	return ui_fail(ui, &e);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_trust opts = { 0 };
	bool running = false;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		if (c == OPT_RUNNING)
			running = true;
		else
			*(c == OPT_KEYS ? &opts.keys : &opts.cert) = optarg;
	}
	if (running && (optind != argc || opts.keys || opts.cert))
		return ui_usage(ui, "--running takes no bundle and no certificates");
	if (running)
		return verify_running(ui);
	if (optind + 1 != argc || (opts.keys && opts.cert))
		return ui_usage(ui, "one bundle is needed, and at most one of --keys and --cert");
	return verify_bundle(ui, argv[optind], &opts);
}

const struct cmd cmd_verify = {
	"verify", "check a bundle, or the code that runs", help, run
};
