// SPDX-License-Identifier: MIT
/*
 * mend confirm
 */
#include <stdio.h>

#include "lib/json.h"
#include "lib/manifest.h"
#include "lib/probation.h"
#include "ui.h"
#include "ui_record.h"

static const char help[] =
	"Usage: mend confirm [NAME...] [--json]\n"
	"\n"
	"Ends the probation of the patches, or of all that are on probation: they stay. What was\n"
	"switched on at the same instant is confirmed together. Needs root.\n"
	"\n"
	"Examples:\n"
	"  mend apply fix.mend --probation 10m\n"
	"  mend confirm fix\n"
	"\n"
	"Exit codes: 0 confirmed, 2 nothing is on probation, 6 it has been taken back already,\n"
	"1 error.\n";

static const struct option options[] = {
	UI_OPTIONS
};

static int print_json(const struct confirm *c)
{
	json_t *doc = json_object(), *patches = json_array(), *p;
	size_t i;

	for (i = 0; i < c->nr_patches; i++) {
		p = json_object();
		json_object_set_new(p, "name", json_text(c->patches[i].name));
		json_object_set_new(p, "generation",
				    json_integer((json_int_t)c->patches[i].generation));
		json_array_append_new(patches, p);
	}
	json_object_set_new(doc, "confirmed", patches);
	return ui_json(doc);
}

static void print(const struct confirm *c)
{
	size_t i;

	for (i = 0; i < c->nr_patches; i++)
		printf("'%s' generation %ju is confirmed.\n", c->patches[i].name,
		       (uintmax_t)c->patches[i].generation);
}

/* Those that were confirmed are, whatever has become of others: no error is theirs. */
static void record(struct ui_record *rec, const struct confirm *c, const struct err *e)
{
	bool any = c->nr_patches;
	size_t i;

	for (i = 0; i < c->nr_patches; i++)
		record_add(&rec->record, c->patches[i].name, c->patches[i].generation, true);
	if (any && e)
		snprintf(rec->record.text, sizeof(rec->record.text), "%s", e->message);
	ui_record_once(rec, RECORD_CONFIRMED, any ? NULL : e, NULL);
}

static int confirm(struct ui *ui, struct confirm *c)
{
	struct ui_record rec;
	struct err e;
	int code = EXIT_CODE_OK;
	int ret;

	ui_record_begin(&rec, ui);
	ret = probation_confirm(&machine_real, c, &e);
	record(&rec, c, ret ? &e : NULL);
	if (!ui->json) {
		print(c);	/* on failure, too: some may have been */
		fflush(stdout);
	}
	if (ret)
		code = ui_fail(ui, &e);
	else if (ui->json)
		code = print_json(c);
	confirm_free(c);
	return code;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct confirm c = { 0 };
	size_t i;

	if (ui_getopt(ui, argc, argv, ":", options) != -1)
		return ui->exit;
	c.names = (const char *const *)argv + optind;
	c.nr_names = (size_t)(argc - optind);
	for (i = 0; i < c.nr_names; i++)
		if (!manifest_is_name(c.names[i]))
			return ui_usage(ui, "'%s' cannot be a patch's name; 'mend status' lists "
					"them", c.names[i]);
	return confirm(ui, &c);
}

const struct cmd cmd_confirm = {
	"confirm", "keep patches that are on probation", help, run
};
