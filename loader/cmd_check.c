// SPDX-License-Identifier: MIT
/*
 * mend check
 */
#include <stdio.h>
#include <string.h>

#include "lib/check.h"
#include "lib/json.h"
#include "ui.h"
#include "ui_colour.h"

static const char help[] =
	"Usage: mend check [BUNDLE] [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Tells whether this machine can be patched, and with BUNDLE whether that patch fits it:\n"
	"one line for each requirement, and what to do where one is not met. Changes nothing.\n"
	"'apply' makes the same checks, except that it leaves looking for the functions to mend.ko.\n"
	"As root it finds out more.\n"
	"\n"
	"  --keys DIR   directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE  trust the certificates of this file only\n"
	"\n"
	"Examples:\n"
	"  mend check\n"
	"  mend check fix.mend --json\n"
	"\n"
	"Exit codes: 0 fit (warnings are no obstacle), 3 incompatible, 4 refused, 1 error or mend.ko\n"
	"is not there: that of the first requirement that is not met.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	UI_OPTIONS
};

static void check_opened(const struct bundle *b, struct checks *c)
{
	const struct manifest_payload *p;
	struct bytes payload;

	checks_add(c, "bundle", CHECK_GOOD, "'%s' generation %ju, signed by %s", b->manifest.name,
		   (uintmax_t)b->manifest.generation, b->signer->subject);
	check_policy(&machine_real, b, c);
	check_history(&machine_real, b, c);
	check_disk(&machine_real, b->file.len, c);
	p = check_payload(&machine_real, b, c);
	if (!p)
		return;
	payload = bundle_payload(b, p);
	check_signature(&machine_real, payload, c);
	check_functions(&machine_real, p, c);
	check_owners(&machine_real, p, c);
	check_types(&machine_real, p, payload, c);
}

static void check_bundle(const char *path, const struct trust *trust, struct checks *c)
{
	struct bundle b;
	struct err e;

	if (bundle_read(&b, path, trust, ui_now(), &e)) {
		check_remedy(checks_fail(c, "bundle", e.reason, "%s", e.message), "%s", e.hint);
		return;
	}
	check_opened(&b, c);
	bundle_free(&b);
}

static size_t count(const struct checks *c, enum check_state state)
{
	size_t i, n = 0;

	for (i = 0; i < c->nr_items; i++)
		n += c->items[i].state == state;
	return n;
}

static void print_answer(const struct checks *c)
{
	size_t failed = count(c, CHECK_FAILED), warnings = count(c, CHECK_WARNING);
	size_t unknown = count(c, CHECK_UNKNOWN);

	if (failed)
		ui_colour(UI_RED, "not fit", strlen("not fit"));
	else
		ui_colour(warnings ? UI_YELLOW : UI_GREEN, "fit", strlen("fit"));
	printf(": %zu of %zu requirements are met", count(c, CHECK_GOOD), c->nr_items);
	if (warnings)
		printf(", %zu warning%s", warnings, warnings == 1 ? "" : "s");
	if (unknown)
		printf(", %zu could not be found out", unknown);
	putchar('\n');
}

static void print_item(const struct check_item *item)
{
	static const enum ui_colour colours[] = {
		[CHECK_GOOD] = UI_GREEN, [CHECK_UNKNOWN] = UI_YELLOW, [CHECK_WARNING] = UI_YELLOW,
		[CHECK_FAILED] = UI_RED,
	};
	const char *state = check_state_name(item->state);

	fputs("  ", stdout);
	ui_colour(colours[item->state], state, strlen(state));
	printf("%*s %-17s ", (int)(8 - strlen(state)), "", item->name);
	ui_text(stdout, item->text);
	putchar('\n');
	if (item->remedy[0]) {
		printf("  %-26s what to do: ", "");
		ui_text(stdout, item->remedy);
		putchar('\n');
	}
}

static int print_json(const struct checks *c)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "fit", json_boolean(checks_worst(c) != CHECK_FAILED));
	json_object_set_new(doc, "worst", json_string(check_state_name(checks_worst(c))));
	json_object_set_new(doc, "checks", json_checks(c));
	return ui_json(doc);
}

static int print(struct ui *ui, const struct checks *c)
{
	struct err e;
	int code = EXIT_CODE_OK;
	size_t i;

	if (checks_error(c, &e))
		code = (int)e.code;
	if (c->no_memory)
		return ui_fail(ui, &e);
	if (ui->json)
		return print_json(c) ? EXIT_CODE_ERROR : code;
	print_answer(c);
	for (i = 0; i < c->nr_items; i++)
		print_item(&c->items[i]);
	return code;
}

static int check(struct ui *ui, const struct ui_trust *opts, const char *path)
{
	struct err no_trust;
	struct checks c = { 0 };
	struct trust trust;
	bool trusts = !ui_trust_load(opts, &trust, &no_trust);
	int code;

	check_kernel(&machine_real, &c);
	check_module(&machine_real, trusts ? &trust : NULL, &no_trust, ui_now(), &c);
	check_lsm(&machine_real, &c);
	if (!path)
		check_policy(&machine_real, NULL, &c);
	if (!path || !trusts)
		check_disk(&machine_real, 0, &c);
	if (path && trusts)
		check_bundle(path, &trust, &c);
	code = print(ui, &c);
	checks_free(&c);
	if (trusts)
		trust_free(&trust);
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
	if (argc - optind > 1 || (opts.keys && opts.cert))
		return ui_usage(ui, "at most one bundle, and at most one of --keys and --cert");
	return check(ui, &opts, argv[optind]);
}

const struct cmd cmd_check = {
	"check", "tell whether this machine, or a bundle on it, is fit", help, run
};
