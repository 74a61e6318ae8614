// SPDX-License-Identifier: MIT
/*
 * mend sign
 */
#include <stdio.h>

#include "lib/fs.h"
#include "lib/json.h"
#include "lib/pack.h"
#include "ui.h"

static const char help[] =
	"Usage: mend sign BUNDLE --key KEY --cert CERT [-o OUT] [--json]\n"
	"\n"
	"Signs a bundle, or replaces the signature that it has. Digests of all members are\n"
	"checked first. The key is RSA, PEM, not encrypted.\n"
	"\n"
	"  --key FILE           the private key\n"
	"  --cert FILE          its certificate\n"
	"  -o, --output FILE    where to (the bundle itself is replaced)\n"
	"\n"
	"Examples:\n"
	"  mend sign fix.mend --key keys/mend.key --cert keys/mend.pem\n"
	"  mend sign unsigned.mend --key keys/mend.key --cert keys/mend.pem -o fix.mend\n";

enum { OPT_KEY = OPT_FIRST, OPT_CERT };

static const struct option options[] = {
	{ "key", required_argument, NULL, OPT_KEY },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "output", required_argument, NULL, 'o' },
	UI_OPTIONS
};

static int print(const struct ui *ui, const char *path, const struct trust_cert *signer)
{
	json_t *doc;

	if (!ui->json) {
		printf("%s: signed by %s\n", path, signer->subject);
		return 0;
	}
	doc = json_object();
	json_object_set_new(doc, "bundle", json_text(path));
	json_object_set_new(doc, "signer", json_signer(signer));
	return ui_json(doc);
}

static int sign_bundle(struct bundle *b, EVP_PKEY *key, X509 *cert, const char *out,
		       struct err *e)
{
	struct buf file = { 0 };
	int ret;

	ret = pack_sign(b, key, cert, &file, e);
	if (!ret)
		ret = fs_write(out, buf_bytes(&file), 0644, true, e);
	buf_free(&file);
	return ret;
}

static int run(struct ui *ui, int argc, char **argv)
{
	const char *key_path = NULL, *cert_path = NULL, *out = NULL;
	EVP_PKEY *key;
	struct trust t;
	struct bundle b;
	struct err e;
	int c, code;

	while ((c = ui_getopt(ui, argc, argv, ":o:", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_KEY ? &key_path : c == OPT_CERT ? &cert_path : &out) = optarg;
	}
	if (optind + 1 != argc || !key_path || !cert_path)
		return ui_usage(ui, "one bundle, --key and --cert are needed");
	if (bundle_read(&b, argv[optind], NULL, 0, &e))
		return ui_fail(ui, &e);
	if (!out)
		out = argv[optind];
	if (ui_key_load(key_path, cert_path, &key, &t, &e)) {
		bundle_free(&b);
		return ui_fail(ui, &e);
	}
	if (sign_bundle(&b, key, t.certs[0].x509, out, &e))
		code = ui_fail(ui, &e);
	else
		code = print(ui, out, &t.certs[0]);
	EVP_PKEY_free(key);
	trust_free(&t);
	bundle_free(&b);
	return code;
}

const struct cmd cmd_sign = {
	"sign", "sign a bundle", help, run
};
