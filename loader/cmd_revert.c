// SPDX-License-Identifier: MIT
/*
 * mend revert
 */
#include <stdio.h>

#include "lib/json.h"
#include "lib/revert.h"
#include "ui.h"
#include "ui_record.h"
#include "ui_switch.h"
#include "ui_wait.h"

static const char help[] =
	"Usage: mend revert NAME... [--timeout TIME] [--unload | --force=inconsistent] [--json]\n"
	"\n"
	"Switches the patches off, whichever generation of each is on: the kernel's own\n"
	"functions run again, all at one instant. Needs no bundle and no signature. If it fails,\n"
	"nothing has changed. While it waits, a terminal shows for which task; Ctrl-C ends that.\n"
	"\n"
	"  --timeout TIME  how long to wait for tasks that are inside the patches (10 s); 0: one\n"
	"                  attempt. Seconds, or with s, m, h or d; decimals are allowed\n"
	"  --unload        then unload their payloads that are off. The kernel allows that only\n"
	"                  for payloads that their author has declared unloadable.\n"
	"  --force=inconsistent\n"
	"                  after the timeout, switch although tasks are inside: DANGEROUS, see\n"
	"                  mend(8). --force alone asks first, on a terminal\n"
	"\n"
	"Examples:\n"
	"  mend revert cmdline-note\n"
	"  mend revert one two --timeout 1m\n"
	"  mend revert cmdline-note --unload\n"
	"\n"
	"Exit codes: 0 they are off, 2 they were off already, 5 busy (the task is named), 1 error.\n";

enum { OPT_TIMEOUT = OPT_FIRST, OPT_UNLOAD, OPT_FORCE };

static const struct option options[] = {
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "unload", no_argument, NULL, OPT_UNLOAD },
	{ "force", optional_argument, NULL, OPT_FORCE },
	UI_OPTIONS
};

static json_t *generation_json(const struct revert_patch *p)
{
	return p->generation ? json_integer((json_int_t)p->generation) : json_null();
}

static json_t *patch_json(const struct revert_patch *p)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "name", json_text(p->name));
	json_object_set_new(doc, "generation", generation_json(p));
	json_object_set_new(doc, "forced", json_boolean(p->forced));
	return doc;
}

/* A name and a generation at the top tell of the patch if there is only one. */
static int print_json(const struct revert *r, bool slow)
{
	json_t *doc = json_object(), *patches = json_array();
	bool one = r->nr_off == 1;
	size_t i;

	for (i = 0; i < r->nr_off; i++)
		json_array_append_new(patches, patch_json(&r->off[i]));
	json_object_set_new(doc, "name", one ? json_text(r->off[0].name) : json_null());
	json_object_set_new(doc, "generation", one ? generation_json(&r->off[0]) : json_null());
	json_object_set_new(doc, "patches", patches);
	json_object_set_new(doc, "unloaded", json_integer(r->unloaded));
	json_object_set_new(doc, "switch", revert_any(r->off, r->nr_off) ? json_switch(&r->sw) :
									 json_null());
	json_object_set_new(doc, "pause_exceeded", json_boolean(slow));
	return ui_json(doc);
}

static int print(const struct ui *ui, const struct revert *r, bool slow)
{
	bool forced = false;
	size_t i;

	if (ui->json)
		return print_json(r, slow);
	for (i = 0; i < r->nr_off; i++) {
		ui_reverted(&r->off[i]);
		forced |= r->off[i].forced;
	}
	if (revert_any(r->off, r->nr_off))
		ui_switch_result(&r->sw);
	if (forced)
		ui_switch_forced();
	if (r->unloaded)
		ui_field("unloaded", "%u payload%s", r->unloaded, r->unloaded == 1 ? "" : "s");
	return EXIT_CODE_OK;
}

static void record(struct ui_record *rec, const struct revert *r, const struct err *e)
{
	size_t i;

	for (i = 0; i < r->nr_off; i++)
		record_add(&rec->record, r->off[i].name, r->off[i].generation, false);
	ui_record_once(rec, RECORD_DONE, e, &r->sw);
}

static int revert(struct ui *ui, char **names, const struct ui_switch *how, bool unload)
{
	struct revert_patch off[MEND_SWITCH_OPS_MAX] = { 0 };
	struct revert r = { .off = off, .force = how->forced, .unload = unload };
	struct ui_record rec;
	struct ui_wait wait;
	struct err e;
	bool slow;
	int ret;

	for (; names[r.nr_off]; r.nr_off++)
		off[r.nr_off].name = names[r.nr_off];
	ui_record_begin(&rec, ui);
	ui_wait_begin(&wait, ui, how->timeout_ms);
	r.wait = &wait.wait;
	ret = revert_run(&machine_real, &r, &e);
	ui_wait_end(&wait);
	slow = ui_switch_warn(ui, &r.sw, ui_switch_max_pause(), &rec.record);
	record(&rec, &r, ret ? &e : NULL);
	return ret ? ui_fail_blocked(ui, &e, &r.sw.blocker) : print(ui, &r, slow);
}

/* 0, or the exit code */
static int check(struct ui *ui, char **names, int nr, const struct ui_switch *how, bool unload)
{
	if (ui_switch_names(ui, names, nr))
		return ui->exit;
	if (how->forced && unload)
		return ui_usage(ui, "what a forced switch has changed is never unloaded: leave out "
				"--unload");
	return ui_switch_force(ui, how) ? ui->exit : 0;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_switch how = UI_SWITCH_DEFAULT;
	bool unload = false;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		if (c == OPT_UNLOAD) {
			unload = true;
		} else if (c == OPT_FORCE) {
			how.forced = true;
			how.word = optarg;
		} else if (ui_switch_timeout(ui, &how, optarg)) {
			return ui->exit;
		}
	}
	c = check(ui, argv + optind, argc - optind, &how, unload);
	return c ? c : revert(ui, argv + optind, &how, unload);
}

const struct cmd cmd_revert = {
	"revert", "switch patches off", help, run
};
