// SPDX-License-Identifier: MIT
/*
 * mend keygen
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/json.h"
#include "lib/keygen.h"
#include "lib/manifest.h"
#include "lib/utc.h"
#include "ui.h"

static const char help[] =
	"Usage: mend keygen --out DIR [--name CN] [--bits 3072|4096] [--days N] [--json]\n"
	"\n"
	"Writes DIR/" KEYGEN_KEY " (RSA, PEM, mode 0600) and DIR/" KEYGEN_CERT ", its self-signed\n"
	"certificate. Keep the key secret. The certificate goes to " TRUST_DIR " of every\n"
	"machine that shall accept the patches, where mend looks, and into mend.ko when that\n"
	"is built there. Nothing is overwritten.\n"
	"\n"
	"  --out DIR    where to; made with mode 0700 if it is not there\n"
	"  --name CN    common name in the certificate (\"mend signing key\")\n"
	"  --bits N     3072 or 4096 (3072)\n"
	"  --days N     how long it is valid (3650)\n"
	"\n"
	"Example:\n"
	"  mend keygen --out /root/mend-keys --name 'Example Corp. kernel patches 2026'\n"
	"  mend trust /root/mend-keys/" KEYGEN_CERT " --name example\n";

enum { OPT_OUT = OPT_FIRST, OPT_NAME, OPT_BITS, OPT_DAYS };

static const struct option options[] = {
	{ "out", required_argument, NULL, OPT_OUT },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "days", required_argument, NULL, OPT_DAYS },
	UI_OPTIONS
};

static int print(const struct ui *ui, const char *dir, X509 *cert, struct err *e)
{
	struct trust t = { 0 };
	json_t *doc;

	if (trust_add(&t, cert, dir, e))
		return -1;
	if (ui->json) {
		doc = json_object();
		json_object_set_new(doc, "key", json_sprintf("%s/%s", dir, KEYGEN_KEY));
		json_object_set_new(doc, "cert", json_sprintf("%s/%s", dir, KEYGEN_CERT));
		json_object_set_new(doc, "signer", json_signer(&t.certs[0]));
		ui_json(doc);
	} else {
		char until[UTC_LEN] = "?";

		utc_format(t.certs[0].not_after, until);
		ui_field("key", "%s/%s (keep it secret)", dir, KEYGEN_KEY);
		ui_field("certificate", "%s/%s", dir, KEYGEN_CERT);
		ui_field("subject", "%s", t.certs[0].subject);
		ui_field("valid until", "%s", until);
		ui_field("sha256", "%s", t.certs[0].fingerprint);
	}
	trust_free(&t);
	return 0;
}

static int make(const struct ui *ui, const struct keygen *k, const char *dir, struct err *e)
{
	EVP_PKEY *key;
	X509 *cert;
	int ret;

	if (keygen_make(k, &key, &cert, e))
		return -1;
	ret = keygen_save(dir, key, cert, e) || print(ui, dir, cert, e) ? -1 : 0;
	X509_free(cert);
	EVP_PKEY_free(key);
	return ret;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct keygen k = { .name = "mend signing key", .bits = 3072, .days = 3650 };
	const char *dir = NULL;
	uint64_t n;
	struct err e;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		switch (c) {
		case OPT_OUT:
			dir = optarg;
			break;
		case OPT_NAME:
			k.name = optarg;
			break;
		case OPT_BITS:
		case OPT_DAYS:
			if (!manifest_number(optarg, 1, INT32_MAX, &n))
				return ui_usage(ui, "'%s' is not a number", optarg);
			*(c == OPT_BITS ? &k.bits : &k.days) = (int)n;
			break;
		default:
			return ui->exit;
		}
	}
	if (!dir || optind != argc)
		return ui_usage(ui, !dir ? "--out DIR is missing" : "too many arguments");
	k.start = ui_now();
	return make(ui, &k, dir, &e) ? ui_fail(ui, &e) : EXIT_CODE_OK;
}

const struct cmd cmd_keygen = {
	"keygen", "make a signing key and its certificate", help, run
};
