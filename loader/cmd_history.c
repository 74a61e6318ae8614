// SPDX-License-Identifier: MIT
/*
 * mend history
 */
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/reason.h"
#include "lib/store.h"
#include "lib/utc.h"
#include "ui.h"

#define SHOWN	20

static const char help[] =
	"Usage: mend history [NAME] [--all] [--json]\n"
	"\n"
	"Shows what was done on this machine, the latest last: when, by whom, what, the pause, and\n"
	"how it ended. With NAME only what that patch was part of. Refusals are there, too, from\n"
	"the first patch on, and whom 'mend trust' was about. An attempt that nobody ended tells\n"
	"so: the program or the machine went down with it.\n"
	"\n"
	"  --all  all that is kept, not just the last 20\n"
	"\n"
	"Examples:\n"
	"  mend history\n"
	"  mend history timens-nsec --all --json\n"
	"\n"
	"Exit codes: 0 shown (also when there is none), 1 error.\n";

enum { OPT_ALL = OPT_FIRST };

static const struct option options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	UI_OPTIONS
};

static bool concerns(const struct record *r, const char *name)
{
	size_t i;

	for (i = 0; name && i < r->nr_patches; i++)
		if (!strcmp(r->patches[i].name, name))
			return true;
	return !name;
}

/* Which of them is the first to be shown? */
static size_t first_shown(const struct records *all, const char *name, bool show_all)
{
	size_t i, n = 0;

	for (i = all->nr_records; i && (show_all || n < SHOWN); i--)
		n += concerns(&all->list[i - 1], name);
	return i;
}

static int print_json(const struct records *all, const char *name, size_t first)
{
	json_t *doc = json_object(), *list = json_array();
	size_t i;

	for (i = first; i < all->nr_records; i++)
		if (concerns(&all->list[i], name))
			json_array_append_new(list, record_json(&all->list[i]));
	json_object_set_new(doc, "records", list);
	json_object_set_new(doc, "damaged", json_integer((json_int_t)all->damaged));
	return ui_json(doc);
}

static void print_record(const struct record *r)
{
	char when[UTC_LEN] = "?", pause[32];
	struct buf what = { 0 };

	utc_format(r->when, when);
	printf("%s  %-10s %-9s ", when, r->user, r->pause_ns ? ui_duration(r->pause_ns, pause) : "-");
	ui_text(stdout, r->verb);
	record_subject(r, &what);
	buf_append(&what, "", 1);
	putchar(' ');
	ui_text(stdout, what.failed ? "?" : (char *)what.data);
	printf(": %s", record_outcome_name(r->outcome));
	if (r->reason)
		printf(" (%s)", reason_lookup(r->reason)->name);
	if (r->text[0]) {
		fputs(": ", stdout);
		ui_text(stdout, r->text);
	}
	putchar('\n');
	buf_free(&what);
}

static void print(const struct records *all, const char *name, size_t first)
{
	bool any = false;
	size_t i;

	for (i = first; i < all->nr_records; i++) {
		if (!concerns(&all->list[i], name))
			continue;
		if (!any)
			printf("%-21s %-10s %-9s %s\n", "WHEN", "WHO", "PAUSE", "WHAT, AND HOW IT "
			       "ENDED");
		any = true;
		print_record(&all->list[i]);
	}
	if (!any)
		puts("There is no history yet.");
	if (all->damaged)
		printf("%zu record%s cannot be read.\n", all->damaged, all->damaged == 1 ? "" : "s");
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct records all;
	bool show_all = false;
	const char *name;
	int c, code = EXIT_CODE_OK;
	struct err e;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		show_all = true;
	}
	if (argc - optind > 1)
		return ui_usage(ui, "at most one patch can be named");
	name = argv[optind];
	if (store_read(&machine_real, &all, &e))
		return ui_fail(ui, &e);
	if (ui->json)
		code = print_json(&all, name, first_shown(&all, name, show_all));
	else
		print(&all, name, first_shown(&all, name, show_all));
	records_free(&all);
	return code;
}

const struct cmd cmd_history = {
	"history", "show what was done on this machine, by whom, and how it ended", help, run
};
