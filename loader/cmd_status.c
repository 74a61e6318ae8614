// SPDX-License-Identifier: MIT
/*
 * mend status
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/standing.h"
#include "ui.h"
#include "ui_colour.h"
#include "ui_installed.h"
#include "ui_patches.h"
#include "ui_survey.h"

static const char help[] =
	"Usage: mend status [NAME] [--exit-code | --watch] [--json]\n"
	"\n"
	"The first line is the answer: is this machine protected, and if not, why? Then the kernel\n"
	"and the patches that mend.ko knows, or one of them in full: also why one is degraded or\n"
	"was taken back, how long one is on probation, and for which module one waits. Needs no\n"
	"root; as root it also shows what mend.ko says of itself.\n"
	"\n"
	"  --exit-code  let the exit code be the answer: see below\n"
	"  --watch      go on, and show it again when something has changed\n"
	"\n"
	"Examples:\n"
	"  mend status\n"
	"  mend status cmdline-note --json\n"
	"  mend status --exit-code >/dev/null || echo 'look at this machine'\n"
	"\n"
	"Exit codes: 0 shown (also when there is no patch), 1 mend.ko or NAME is not there. With\n"
	"--exit-code: 0 current, 1 no patch is on or one is not as it should be, 2 a newer one is\n"
	"in the local store, 3 an unsupported kernel.\n";

enum { OPT_EXIT_CODE = OPT_FIRST, OPT_WATCH };

static const struct option options[] = {
	{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
	{ "watch", no_argument, NULL, OPT_WATCH },
	UI_OPTIONS
};

struct request {
	const char *name;
	bool exit_code, watch;
};

static enum ui_colour colour_of(enum standing_answer answer)
{
	switch (answer) {
	case STANDING_PROTECTED:
		return UI_GREEN;
	case STANDING_PROBATION:
	case STANDING_AVAILABLE:
	case STANDING_HELD_BACK:
		return UI_YELLOW;
	default:
		return UI_RED;
	}
}

static void print_answer(const struct standing *st)
{
	size_t words = strcspn(st->text, ":,");

	ui_colour(colour_of(st->answer), st->text, words);
	ui_text(stdout, st->text + words);
	putchar('\n');
	if (st->hint[0]) {
		printf("  %-12s", "what to do");
		ui_text(stdout, st->hint);
		putchar('\n');
	}
}

static void print_module(const struct mend_info *info)
{
	printf("  %-12s", "mend.ko");
	ui_text(stdout, info->version);
	printf(", %u trusted certificate%s%s%s\n", info->nr_keys, info->nr_keys == 1 ? "" : "s",
	       info->flags & MEND_INFO_REQUIRE_SIGNATURE ? "" : ", UNSIGNED PAYLOADS ALLOWED",
	       info->flags & MEND_INFO_CHECK_DISABLED ? ", STACK CHECK OFF" : "");
}

static void print_kernel(const struct survey *s)
{
	char hex[2 * MEND_BUILD_ID_LEN + 1];

	hex_encode(hex, s->kernel.build_id, MEND_BUILD_ID_LEN);
	ui_field("kernel", "%s", s->kernel.release);
	ui_field("build-id", "%s", hex);
	if (s->asked)
		print_module(&s->info);
	if (s->brake.reason)
		ui_field("policy", "%s", s->brake.message);
	if (s->no_history.reason)
		ui_field("history", "%s", s->no_history.message);
}

static void print_waiting(const struct waiting *w)
{
	char text[WAITING_LINE_MAX];

	waiting_text(w, text, sizeof(text));
	printf("A switch is under way, %s\n", text);
}

static void print_pages(const struct sysfs_patches *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (!strcmp(all->patches[i].name, name))
			ui_patches_page(&all->patches[i]);
}

static void print(const struct survey *s, const struct standing *st, const char *name)
{
	print_answer(st);
	print_kernel(s);
	if (name)
		print_pages(&s->patches, name);
	else if (s->patches.nr_patches)
		ui_patches_table(&s->patches);
	if (!name)
		ui_installed_table(s);
	if (s->waits)
		print_waiting(&s->waiting);
}

static json_t *document(const struct survey *s, const struct standing *st, const char *name)
{
	json_t *doc = json_standing(st, s), *patches = json_array();
	size_t i;

	for (i = 0; i < s->patches.nr_patches; i++)
		if (!name || !strcmp(s->patches.patches[i].name, name))
			json_array_append_new(patches, json_patch(&s->patches.patches[i]));
	json_object_set_new(doc, "patches", patches);
	if (!s->loaded)
		json_object_set_new(doc, "error", json_err(&s->why_not));
	return doc;
}

static int look(struct survey *s, struct standing *st, const char *name, struct err *e)
{
	if (ui_survey(s, st, e))
		return -1;
	if (!name || !s->loaded || sysfs_find_name(&s->patches, name))
		return 0;
	survey_free(s);
	return err_set(e, MEND_R_NO_PATCH, "no patch '%s' is loaded", name);
}

static int show(struct ui *ui, const struct request *q)
{
	struct standing st;
	struct survey s;
	struct err e;
	int code;

	if (look(&s, &st, q->name, &e))
		return ui_fail(ui, &e);
	code = s.loaded || st.exit == STANDING_EXIT_CURRENT ? EXIT_CODE_OK : (int)s.why_not.code;
	if (!ui->json)
		print(&s, &st, q->name);
	else if (ui_json(document(&s, &st, q->name)))
		code = EXIT_CODE_ERROR;
	survey_free(&s);
	return q->exit_code && !ferror(stdout) ? (int)st.exit : code;
}

/* A document on one line, in a new string or NULL; drops it */
static char *line_of(json_t *doc)
{
	char *text = json_dumps(doc, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(doc);
	return text;
}

/* What has changed since @last is shown */
static void show_change(const struct ui *ui, const struct survey *s, const struct standing *st,
			const char *name, char **last)
{
	char *text = line_of(document(s, st, name));
	bool changed = text && (!*last || strcmp(text, *last));

	if (!changed) {
		free(text);
		return;
	}
	free(*last);
	*last = text;
	if (ui->json) {
		puts(text);
		return;
	}
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	print(s, st, name);
}

static int fail_line(struct ui *ui, const struct err *e)
{
	json_t *doc;
	char *text;

	if (!ui->json)
		return ui_fail(ui, e);
	doc = json_object();
	json_object_set_new(doc, "error", json_err(e));
	text = line_of(doc);
	if (text)
		puts(text);
	free(text);
	return e->code;
}

/* Until it is interrupted, or nobody reads any more */
static int watch(struct ui *ui, const struct request *q)
{
	struct standing st;
	struct survey s;
	char *last = NULL;
	struct err e;

	while (!ferror(stdout) && !fflush(stdout)) {
		if (look(&s, &st, q->name, &e)) {
			free(last);
			return fail_line(ui, &e);
		}
		show_change(ui, &s, &st, q->name, &last);
		fflush(stdout);
		survey_free(&s);
		sleep(1);
	}
	free(last);
	return EXIT_CODE_ERROR;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct request q = { 0 };
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_WATCH ? &q.watch : &q.exit_code) = true;
	}
	if (argc - optind > 1)
		return ui_usage(ui, "at most one patch can be named");
	if (q.watch && q.exit_code)
		return ui_usage(ui, "--watch does not end: leave out --exit-code");
	if (optind < argc)
		q.name = argv[optind];
	return q.watch ? watch(ui, &q) : show(ui, &q);
}

const struct cmd cmd_status = {
	"status", "tell whether this machine is protected, and show the patches", help, run
};
