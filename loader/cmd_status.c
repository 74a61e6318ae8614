// SPDX-License-Identifier: MIT
/*
 * mend status
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/device.h"
#include "lib/json.h"
#include "lib/manifest.h"
#include "lib/reason.h"
#include "lib/sysfs.h"
#include "lib/utc.h"
#include "lib/waiting.h"
#include "ui.h"

static const char help[] =
	"Usage: mend status [NAME] [--json]\n"
	"\n"
	"Shows the patches that mend.ko knows, or one of them in full: also why one is degraded or\n"
	"was taken back, how long one is on probation, and for which module one waits. Needs no\n"
	"root; as root it also shows what mend.ko says of itself.\n"
	"\n"
	"Examples:\n"
	"  mend status\n"
	"  mend status cmdline-note --json\n"
	"\n"
	"Exit codes: 0 shown (also when there is no patch), 1 mend.ko or NAME is not there.\n";

static const struct option options[] = {
	UI_OPTIONS
};

/* Only root may ask the device; without it the status is just shorter. */
static bool ask_device(struct mend_info *info)
{
	struct device d;
	struct err e;
	int ret;

	if (device_open(&d, &machine_real, &e))
		return false;
	ret = device_info(&d, info, &e);
	device_close(&d);
	info->version[sizeof(info->version) - 1] = '\0';
	info->release[sizeof(info->release) - 1] = '\0';
	return !ret;
}

static json_t *info_json(const struct mend_info *info)
{
	json_t *j = json_object();
	bool has_id = info->build_id_len == MEND_BUILD_ID_LEN;

	json_object_set_new(j, "version", json_text(info->version));
	json_object_set_new(j, "abi", json_integer(info->abi));
	json_object_set_new(j, "keys", json_integer(info->nr_keys));
	json_object_set_new(j, "release", json_text(info->release));
	json_object_set_new(j, "build_id",
			    has_id ? json_hex(info->build_id, MEND_BUILD_ID_LEN) : json_null());
	json_object_set_new(j, "require_signature",
			    json_boolean(info->flags & MEND_INFO_REQUIRE_SIGNATURE));
	json_object_set_new(j, "check_disabled",
			    json_boolean(info->flags & MEND_INFO_CHECK_DISABLED));
	return j;
}

static void info_text(const struct mend_info *info)
{
	fputs("mend.ko ", stdout);
	ui_text(stdout, info->version);
	printf(" on %s: %u trusted certificate%s%s%s\n", info->release, info->nr_keys,
	       info->nr_keys == 1 ? "" : "s",
	       info->flags & MEND_INFO_REQUIRE_SIGNATURE ? "" :
			", UNSIGNED PAYLOADS ALLOWED",
	       info->flags & MEND_INFO_CHECK_DISABLED ? ", STACK CHECK OFF" : "");
}

static bool wanted(const struct sysfs_patch *p, const char *name)
{
	return !name || !strcmp(p->name, name);
}

/* What the words of sysfs mean; of others there is no more to say. */
static const char *state_in_words(const char *state)
{
	static const struct { const char *state, *words; } all[] = {
		{ "registered", "loaded, and never switched on" },
		{ "on", "on" },
		{ "off", "off" },
		{ "replaced", "off: another patch has taken its place" },
		{ "degraded", "on, but not as it should be" },
		{ "rolled-back", "off: mend.ko has taken it back" },
		{ "rollback-blocked", "on: mend.ko is taking it back, and waits for a task" },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(state, all[i].state))
			return all[i].words;
	return state;
}

static bool waits_for_module(const struct sysfs_patch *p, const struct sysfs_object *o)
{
	return p->enabled && !o->patched && !o->loaded;
}

static void ERR_FORMAT(3, 4) note(char *out, size_t size, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list args;

	if (used && used + 2 < size) {
		strcpy(out + used, "; ");
		used += 2;
	}
	va_start(args, fmt);
	vsnprintf(out + used, size - used, fmt, args);
	va_end(args);
}

/* All that is unusual about a patch, on one line */
static void notes(const struct sysfs_patch *p, char *out, size_t size)
{
	char span[32];
	size_t i;

	out[0] = '\0';
	if (p->probation_ms)
		note(out, size, "on probation for %s more", ui_span(p->probation_ms, span));
	if (p->reason)
		note(out, size, "%s", reason_lookup(p->reason)->name);
	if (p->forced)
		note(out, size, "FORCED");
	for (i = 0; i < p->nr_objects; i++)
		if (waits_for_module(p, &p->objects[i]))
			note(out, size, "waits for module %s", p->objects[i].name);
}

static void time_field(const char *name, int64_t seconds)
{
	char text[UTC_LEN];

	if (seconds && utc_format(seconds, text))
		ui_field(name, "%s", text);
}

static void why_fields(const struct sysfs_patch *p)
{
	char span[32];

	if (p->reason) {
		printf("  %-12s", "because");
		ui_text(stdout, p->reason_text);
		printf("%s(%s)\n", p->reason_text[0] ? " " : "", reason_lookup(p->reason)->name);
	}
	if (p->probation_ms)
		ui_field("probation", "taken back in %s, unless 'mend confirm %s' comes first",
			 ui_span(p->probation_ms, span), p->name);
	if (p->forced)
		ui_field("FORCED", "it was switched although tasks were inside");
}

static void patch_page(const struct sysfs_patch *p)
{
	char pause[32], rendezvous[32];
	size_t i, j;

	printf("\n'%s' generation %ju: ", p->name, (uintmax_t)p->generation);
	ui_text(stdout, state_in_words(p->state));
	putchar('\n');
	why_fields(p);
	time_field("since", p->switched_at);
	if (p->switched_at)
		ui_field("pause", "%s, after %s for the CPUs to meet, %ju attempt%s",
			 ui_duration(p->pause_ns, pause), ui_duration(p->rendezvous_ns, rendezvous),
			 (uintmax_t)p->attempts, p->attempts == 1 ? "" : "s");
	ui_field("payload", "module %s%s", p->module, p->unloadable ? ", unloadable" : "");
	ui_field("sha256", "%s", p->digest[0] ? p->digest : "none: it was loaded unsigned");
	if (p->signer[0]) {
		printf("  %-12s", "signed by");
		ui_text(stdout, p->signer);
		putchar('\n');
	}
	for (i = 0; i < p->nr_objects; i++)
		for (j = 0; j < p->objects[i].nr_funcs; j++)
			ui_field(i || j ? "" : "replaces", "%s:%s", p->objects[i].name,
				 p->objects[i].funcs[j]);
	for (i = 0; i < p->nr_objects; i++)
		if (waits_for_module(p, &p->objects[i]))
			ui_field("waits for", "module %s, which is not loaded", p->objects[i].name);
}

static void patch_row(const struct sysfs_patch *p)
{
	char pause[32], when[UTC_LEN] = "-", text[300];

	if (p->switched_at)
		utc_format(p->switched_at, when);
	notes(p, text, sizeof(text));
	printf("%-24s %10ju  %-16s %-21s %-*s", p->name, (uintmax_t)p->generation, p->state, when,
	       text[0] ? 9 : 0, p->switched_at ? ui_duration(p->pause_ns, pause) : "-");
	if (text[0]) {
		putchar(' ');
		ui_text(stdout, text);
	}
	putchar('\n');
}

static void waiting_line(const struct waiting *w)
{
	char text[WAITING_LINE_MAX];

	waiting_text(w, text, sizeof(text));
	printf("A switch is under way, %s\n", text);
}

static void print(const struct sysfs_patches *all, const char *name, const struct mend_info *info)
{
	struct waiting w;
	size_t i;

	if (info)
		info_text(info);
	if (!all->nr_patches)
		puts("No patch is loaded.");
	else if (!name)
		printf("%-24s %10s  %-16s %-21s %-9s %s\n", "NAME", "GENERATION", "STATE", "SINCE",
		       "PAUSE", "NOTES");
	for (i = 0; i < all->nr_patches; i++) {
		if (name && wanted(&all->patches[i], name))
			patch_page(&all->patches[i]);
		else if (!name)
			patch_row(&all->patches[i]);
	}
	if (waiting_look(&machine_real, &w))
		waiting_line(&w);
}

static int print_json(const struct sysfs_patches *all, const char *name,
		      const struct mend_info *info)
{
	json_t *doc = json_object(), *patches = json_array();
	struct waiting w;
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (wanted(&all->patches[i], name))
			json_array_append_new(patches, json_patch(&all->patches[i]));
	json_object_set_new(doc, "module", info ? info_json(info) : json_null());
	json_object_set_new(doc, "patches", patches);
	json_object_set_new(doc, "waiting", waiting_look(&machine_real, &w) ? json_waiting(&w) :
									      json_null());
	return ui_json(doc);
}

static bool known(const struct sysfs_patches *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (wanted(&all->patches[i], name))
			return true;
	return !name;
}

static int run(struct ui *ui, int argc, char **argv)
{
	const char *name = NULL;
	struct sysfs_patches all;
	struct mend_info info;
	int code = EXIT_CODE_OK;
	bool asked;
	struct err e;

	if (ui_getopt(ui, argc, argv, ":", options) != -1)
		return ui->exit;
	if (argc - optind > 1)
		return ui_usage(ui, "at most one patch can be named");
	if (optind < argc)
		name = argv[optind];
	if (sysfs_read(&all, &machine_real, &e))
		return ui_fail(ui, &e);
	asked = ask_device(&info);
	if (!known(&all, name)) {
		err_set(&e, MEND_R_NO_PATCH, "no patch '%s' is loaded", name);
		code = ui_fail(ui, &e);
	} else if (ui->json) {
		code = print_json(&all, name, asked ? &info : NULL);
	} else {
		print(&all, name, asked ? &info : NULL);
	}
	sysfs_free(&all);
	return code;
}

const struct cmd cmd_status = {
	"status", "show the patches of the running kernel", help, run
};
