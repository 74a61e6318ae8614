// SPDX-License-Identifier: MIT
/*
 * mend list
 */
#include <stdio.h>

#include "lib/json.h"
#include "lib/sysfs.h"
#include "ui.h"
#include "ui_installed.h"
#include "ui_survey.h"

static const char help[] =
	"Usage: mend list [--all | --installed] [--json]\n"
	"\n"
	"Lists the patches that are on, and what each is for. Needs no root.\n"
	"\n"
	"  --all        also those that are loaded and off\n"
	"  --installed  instead: those that are to be on in every boot, and what a boot does\n"
	"\n"
	"Examples:\n"
	"  mend list\n"
	"  mend list --all --json\n"
	"\n"
	"Exit codes: 0 listed (also when there is none), 1 mend.ko is not there.\n";

enum { OPT_ALL = OPT_FIRST, OPT_INSTALLED };

static const struct option options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "installed", no_argument, NULL, OPT_INSTALLED },
	UI_OPTIONS
};

static void print_row(const struct sysfs_patch *p)
{
	const struct manifest *m = p->manifest;

	printf("%-24s %10ju  %-16s %-8s %-9s %s", p->name, (uintmax_t)p->generation, p->state,
	       m ? m->kind : "-", m ? m->severity : "-", m ? m->title : "-");
	if (m && m->nr_cves)
		printf(" (%s%s)", m->cves[0], m->nr_cves > 1 ? " and more" : "");
	putchar('\n');
}

static int print(const struct ui *ui, const struct sysfs_patches *patches, bool all)
{
	json_t *doc = json_object(), *list = json_array();
	size_t i, n = 0;

	for (i = 0; i < patches->nr_patches; i++) {
		const struct sysfs_patch *p = &patches->patches[i];

		if (!all && !p->enabled)
			continue;
		if (!ui->json && !n++)
			printf("%-24s %10s  %-16s %-8s %-9s %s\n", "NAME", "GENERATION", "STATE",
			       "KIND", "SEVERITY", "TITLE");
		if (ui->json)
			json_array_append_new(list, json_patch(p));
		else
			print_row(p);
	}
	json_object_set_new(doc, "patches", list);
	if (ui->json)
		return ui_json(doc);
	json_decref(doc);
	return EXIT_CODE_OK;
}

/* Needs no mend.ko. */
static int list_installed(struct ui *ui)
{
	struct standing st;
	struct survey s;
	int code = EXIT_CODE_OK;
	struct err e;
	json_t *doc;

	if (ui_survey(&s, &st, &e))
		return ui_fail(ui, &e);
	if (ui->json) {
		doc = json_object();
		json_object_set_new(doc, "installed", json_installed(&s));
		code = ui_json(doc);
	} else {
		ui_installed_table(&s);
	}
	survey_free(&s);
	return code;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct sysfs_patches patches;
	bool all = false, installed = false;
	struct err e;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_ALL ? &all : &installed) = true;
	}
	if (optind < argc)
		return ui_usage(ui, "'list' takes no patch: 'mend status NAME' shows one");
	if (installed)
		return all ? ui_usage(ui, "at most one of --all and --installed") :
			     list_installed(ui);
	if (sysfs_read(&patches, &machine_real, &e))
		return ui_fail(ui, &e);
	c = print(ui, &patches, all);
	sysfs_free(&patches);
	return c;
}

const struct cmd cmd_list = {
	"list", "list the patches that are on", help, run
};
