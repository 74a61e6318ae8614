// SPDX-License-Identifier: MIT
/*
 * mend revert
 */
#include <stdio.h>

#include "lib/apply.h"
#include "lib/json.h"
#include "ui.h"
#include "ui_wait.h"

static const char help[] =
	"Usage: mend revert NAME [--timeout SECONDS] [--unload] [--json]\n"
	"\n"
	"Switches the patch NAME off, whichever generation of it is on: the kernel's own\n"
	"functions run again, all at one instant. Needs no bundle and no signature. If it fails,\n"
	"nothing has changed. While it waits, a terminal shows for which task; Ctrl-C ends that.\n"
	"\n"
	"  --timeout SECONDS  how long to wait for tasks that are inside the patch (10); decimals\n"
	"                     are allowed; 0: one attempt\n"
	"  --unload           then unload its payloads that are off. The kernel allows that only\n"
	"                     for payloads that their author has declared unloadable.\n"
	"\n"
	"Examples:\n"
	"  mend revert cmdline-note\n"
	"  mend revert cmdline-note --unload\n"
	"\n"
	"Exit codes: 0 it is off, 2 it was off already, 5 busy (the task is named), 1 error.\n";

enum { OPT_TIMEOUT = OPT_FIRST, OPT_UNLOAD };

static const struct option options[] = {
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "unload", no_argument, NULL, OPT_UNLOAD },
	UI_OPTIONS
};

static int print_json(const char *name, const struct revert_result *r)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "name", json_text(name));
	json_object_set_new(doc, "generation", r->generation ?
			    json_integer((json_int_t)r->generation) : json_null());
	json_object_set_new(doc, "unloaded", json_integer(r->unloaded));
	json_object_set_new(doc, "switch", r->generation ? json_switch(&r->sw) : json_null());
	return ui_json(doc);
}

static int print(const struct ui *ui, const char *name, const struct revert_result *r)
{
	char pause[32], wait[32];

	if (ui->json)
		return print_json(name, r);
	if (r->generation) {
		printf("'%s' generation %ju is off.\n", name, (uintmax_t)r->generation);
		ui_field("pause", "%s", ui_duration(r->sw.pause_ns, pause));
		ui_field("checked", "%u tasks, %u attempt%s, %s in all", r->sw.tasks,
			 r->sw.attempts, r->sw.attempts == 1 ? "" : "s",
			 ui_duration(r->sw.wait_ns, wait));
	}
	if (r->unloaded)
		ui_field("unloaded", "%u payload%s", r->unloaded, r->unloaded == 1 ? "" : "s");
	return EXIT_CODE_OK;
}

static int revert(struct ui *ui, const char *name, uint32_t timeout_ms, bool unload)
{
	struct revert_result r;
	struct ui_wait wait;
	struct err e;
	int ret;

	ui_wait_begin(&wait, ui, timeout_ms);
	ret = revert_patch(&machine_real, name, &wait.wait, unload, &r, &e);
	ui_wait_end(&wait);
	return ret ? ui_fail_blocked(ui, &e, &r.sw.blocker) : print(ui, name, &r);
}

static int run(struct ui *ui, int argc, char **argv)
{
	uint32_t timeout_ms = 10000;
	bool unload = false;
	const char *name;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		if (c == OPT_UNLOAD)
			unload = true;
		else if (!ui_seconds(optarg, &timeout_ms))
			return ui_usage(ui, "'%s' is not a number of seconds up to %u", optarg,
					MEND_TIMEOUT_MAX_MS / 1000);
	}
	if (optind + 1 != argc)
		return ui_usage(ui, "one patch is needed, by its name");
	name = argv[optind];
	if (!manifest_is_name(name))
		return ui_usage(ui, "'%s' cannot be a patch's name; 'mend status' lists them",
				name);
	return revert(ui, name, timeout_ms, unload);
}

const struct cmd cmd_revert = {
	"revert", "switch a patch off", help, run
};
