// SPDX-License-Identifier: MIT
/*
 * mend cve
 */
#include <stdio.h>
#include <string.h>

#include "lib/cves.h"
#include "lib/json.h"
#include "ui.h"
#include "ui_colour.h"

static const char help[] =
	"Usage: mend cve CVE-YYYY-N... [--json]\n"
	"\n"
	"Tells for each CVE what this machine knows of it:\n"
	"\n"
	"  fixed live                     a patch that is on fixes it\n"
	"  fixed by the installed kernel  the changelog of the running kernel's package names it\n"
	"  affected                       something that is here fixes it and does not run: a patch\n"
	"                                 that is off, a bundle in the store, a newer kernel\n"
	"  unknown                        nothing here says anything of it\n"
	"\n"
	"No network is asked, and what bundles and packages say is believed. Needs no root, and no\n"
	"mend.ko: without it no patch is on.\n"
	"\n"
	"Examples:\n"
	"  mend cve CVE-2026-93146\n"
	"  mend cve CVE-2026-93146 CVE-2026-98466 >/dev/null || echo 'not known to be fixed'\n"
	"\n"
	"Exit codes: 0 all of them are fixed, 2 nothing is known of one or more, 3 affected by one\n"
	"or more, 1 error, 64 one that is no CVE.\n";

static const struct option options[] = {
	UI_OPTIONS
};

/* The worst of all decides. */
static int code_of(enum cve_standing worst)
{
	switch (worst) {
	case CVE_AFFECTED:
		return 3;
	case CVE_UNKNOWN:
		return 2;
	default:
		return EXIT_CODE_OK;
	}
}

static void print(const char *id, const struct cve_verdict *v)
{
	static const enum ui_colour colours[] = {
		[CVE_FIXED_LIVE] = UI_GREEN, [CVE_FIXED_INSTALLED] = UI_GREEN,
		[CVE_UNKNOWN] = UI_YELLOW, [CVE_AFFECTED] = UI_RED,
	};
	const char *words = cve_standing_words(v->standing);

	printf("%s ", id);
	ui_colour(colours[v->standing], words, strlen(words));
	fputs(": ", stdout);
	ui_text(stdout, v->text);
	putchar('\n');
	if (v->hint[0]) {
		fputs("  what to do  ", stdout);
		ui_text(stdout, v->hint);
		putchar('\n');
	}
}

static json_t *document(const char *id, const struct cve_verdict *v)
{
	json_t *json = json_object();

	json_object_set_new(json, "cve", json_text(id));
	json_object_set_new(json, "standing", json_string(cve_standing_name(v->standing)));
	json_object_set_new(json, "name", json_text_or_null(v->patch));
	json_object_set_new(json, "generation", v->generation ?
			    json_integer((json_int_t)v->generation) : json_null());
	json_object_set_new(json, "package_version", json_text_or_null(v->version));
	json_object_set_new(json, "text", json_text(v->text));
	json_object_set_new(json, "hint", json_text_or_null(v->hint));
	return json;
}

static int judge(const struct ui *ui, const struct cves *c, char *const *ids, int nr)
{
	enum cve_standing worst = CVE_FIXED_LIVE;
	json_t *doc = json_object(), *list = json_array();
	struct cve_verdict v;
	int i, code;

	for (i = 0; i < nr; i++) {
		cves_judge(c, ids[i], &v);
		if (v.standing > worst)
			worst = v.standing;
		if (ui->json)
			json_array_append_new(list, document(ids[i], &v));
		else
			print(ids[i], &v);
	}
	json_object_set_new(doc, "worst", json_string(cve_standing_name(worst)));
	json_object_set_new(doc, "running_version", json_text_or_null(c->changelog.version));
	json_object_set_new(doc, "cves", list);
	if (!ui->json) {
		json_decref(doc);
		return code_of(worst);
	}
	code = ui_json(doc);
	return code ? code : code_of(worst);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct cves c;
	struct err e;
	int i, code;

	if (ui_getopt(ui, argc, argv, ":", options) != -1)
		return ui->exit;
	if (optind == argc)
		return ui_usage(ui, "which CVE? Such as CVE-2026-93146");
	for (i = optind; i < argc; i++)
		if (!manifest_is_cve(argv[i]))
			return ui_usage(ui, "'%s' is no CVE: they are written CVE-YYYY-N, with four "
					"digits or more behind the year", argv[i]);
	if (cves_read(&machine_real, &c, &e))
		return ui_fail(ui, &e);
	code = judge(ui, &c, argv + optind, argc - optind);
	cves_free(&c);
	return code;
}

const struct cmd cmd_cve = {
	"cve", "tell whether a CVE is fixed on this machine", help, run
};
