// SPDX-License-Identifier: MIT
/*
 * mend status
 */
#include <stdio.h>
#include <string.h>

#include "lib/device.h"
#include "lib/json.h"
#include "lib/manifest.h"
#include "lib/sysfs.h"
#include "lib/utc.h"
#include "ui.h"

static const char help[] =
	"Usage: mend status [NAME] [--json]\n"
	"\n"
	"Shows the patches that mend.ko knows, or one of them in full. Needs no root; as root it\n"
	"also shows what mend.ko says of itself.\n"
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

static void time_field(const char *name, int64_t seconds)
{
	char text[UTC_LEN];

	if (seconds && utc_format(seconds, text))
		ui_field(name, "%s", text);
}

static void patch_page(const struct sysfs_patch *p)
{
	char pause[32], rendezvous[32];
	size_t i, j;

	printf("\n'%s' generation %ju: %s\n", p->name, (uintmax_t)p->generation, p->state);
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
}

static void patch_row(const struct sysfs_patch *p)
{
	char pause[32], when[UTC_LEN] = "-";

	if (p->switched_at)
		utc_format(p->switched_at, when);
	printf("%-24s %10ju  %-12s %-21s %s\n", p->name, (uintmax_t)p->generation, p->state, when,
	       p->switched_at ? ui_duration(p->pause_ns, pause) : "-");
}

static void print(const struct sysfs_patches *all, const char *name, const struct mend_info *info)
{
	size_t i;

	if (info)
		info_text(info);
	if (!all->nr_patches)
		puts("No patch is loaded.");
	else if (!name)
		printf("%-24s %10s  %-12s %-21s %s\n", "NAME", "GENERATION", "STATE", "SINCE",
		       "PAUSE");
	for (i = 0; i < all->nr_patches; i++) {
		if (name && wanted(&all->patches[i], name))
			patch_page(&all->patches[i]);
		else if (!name)
			patch_row(&all->patches[i]);
	}
}

static int print_json(const struct sysfs_patches *all, const char *name,
		      const struct mend_info *info)
{
	json_t *doc = json_object(), *patches = json_array();
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (wanted(&all->patches[i], name))
			json_array_append_new(patches, json_patch(&all->patches[i]));
	json_object_set_new(doc, "module", info ? info_json(info) : json_null());
	json_object_set_new(doc, "patches", patches);
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
