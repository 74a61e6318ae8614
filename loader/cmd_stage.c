// SPDX-License-Identifier: MIT
/*
 * mend stage
 */
#include <stdio.h>

#include "lib/check.h"
#include "lib/json.h"
#include "lib/policy.h"
#include "lib/store.h"
#include "ui_install.h"

static const char help[] =
	"Usage: mend stage BUNDLE [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Verifies the bundle and keeps a copy in " STORE_DIR "/bundles, to be applied later: by\n"
	"its path there. 'mend status' tells that it is there. Nothing is switched. What\n"
	"mend.conf(5) does not allow is refused, and what would take the place of an installed\n"
	"bundle of the same generation. Needs root.\n"
	"\n"
	"  --keys DIR   directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE  trust the certificates of this file only\n"
	"\n"
	"Examples:\n"
	"  mend stage fix.mend\n"
	"  mend apply " STORE_DIR "/bundles/fix.1.mend\n"
	"\n"
	"Exit codes: 0 it is there, 4 refused, 1 error.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	UI_OPTIONS
};

/* A boot verifies what is installed with certificates that may be others than those here. */
static int check_installed(const struct bundle *b, struct err *e)
{
	const struct manifest *m = &b->manifest;
	struct installed_list all;
	const struct installed *in;
	bool other;

	if (installed_read(&machine_real, &all, e))
		return -1;
	in = installed_find(&all, m->name);
	other = in && in->generation == m->generation && !ui_install_same(in, b);
	installed_free(&all);
	if (!other)
		return 0;
	err_set(e, ERR_EXISTS, "'%s' generation %ju is installed, and not with this bundle", m->name,
		(uintmax_t)m->generation);
	return err_hint(e, "'mend install' puts this one in its place, for every boot; 'mend uninstall "
			"%s' removes that one", m->name);
}

static int keep(struct ui_record *rec, const struct bundle *b, struct err *e)
{
	if (check_installed(b, e) || check_disk_now(&machine_real, b->file.len, e) ||
	    ui_record_attempt(rec, e) || store_stage(&rec->store, b, e))
		return -1;
	ui_record_outcome(rec, RECORD_DONE, NULL);
	return 0;
}

static int check_and_keep(struct ui_record *rec, const char *path, const struct trust *t,
			  struct bundle *b, struct err *e)
{
	struct policy policy;
	int ret;

	if (bundle_read(b, path, t, ui_now(), e))
		return -1;
	record_add(&rec->record, b->manifest.name, b->manifest.generation, false);
	if (policy_load(&machine_real, &policy, e)) {
		bundle_free(b);
		return -1;
	}
	ret = policy_check(&policy, POLICY_STAGE, b, e);
	if (!ret)
		ret = keep(rec, b, e);
	else
		err_context(e, "bundle '%s'", path);
	policy_free(&policy);
	if (ret)
		bundle_free(b);
	return ret;
}

static int print(const struct ui *ui, const struct bundle *b)
{
	json_t *doc;

	if (!ui->json) {
		printf("'%s' generation %ju is kept for later.\n", b->manifest.name,
		       (uintmax_t)b->manifest.generation);
		return EXIT_CODE_OK;
	}
	doc = json_object();
	json_object_set_new(doc, "name", json_text(b->manifest.name));
	json_object_set_new(doc, "generation", json_integer((json_int_t)b->manifest.generation));
	return ui_json(doc);
}

static int stage(struct ui *ui, const char *path, const struct ui_trust *opts)
{
	struct trust t = { 0 };
	struct ui_record rec;
	struct bundle b;
	struct err e;
	int code;

	ui_record_begin(&rec, ui);
	if (ui_trust_load(opts, &t, &e) || check_and_keep(&rec, path, &t, &b, &e)) {
		ui_record_failed(&rec, &e);
		code = ui_fail(ui, &e);
	} else {
		code = print(ui, &b);
		bundle_free(&b);
	}
	ui_record_end(&rec);
	trust_free(&t);
	return code;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_trust opts = { 0 };
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_KEYS ? &opts.keys : &opts.cert) = optarg;
	}
	if (optind + 1 != argc || (opts.keys && opts.cert))
		return ui_usage(ui, "one bundle is needed, and at most one of --keys and --cert");
	return stage(ui, argv[optind], &opts);
}

const struct cmd cmd_stage = {
	"stage", "keep a bundle in the local store for later", help, run
};
