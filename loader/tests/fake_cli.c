// SPDX-License-Identifier: MIT
/*
 * Running mend-fake: keys, bundles and a machine made of files, afresh for each test.
 */
#include "fake_cli.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "lib/fs.h"

#define PACK		"cd %s && " TEST_MEND_FAKE " pack -o %s.mend --name %s --generation %s " \
			"--kind test --severity none --title t --cve CVE-2025-1111 --payload " \
			TEST_PAYLOADS "/no_patch.ko@" TEST_BUILD_ID " --func vmlinux:a:0 --key mend.key " \
			"--cert mend.pem"

char *cli_dir;
struct buf cli_out;

static char *keys;

static void write_notes(void)
{
	Elf64_Nhdr n = { 4, MEND_BUILD_ID_LEN, NT_GNU_BUILD_ID };
	uint8_t id[MEND_BUILD_ID_LEN];
	struct buf b = { 0 };
	char path[256];
	struct err e;

	snprintf(path, sizeof(path), "%s/notes", keys);
	assert_true(hex_decode(id, sizeof(id), TEST_BUILD_ID));
	buf_append(&b, &n, sizeof(n));
	buf_append(&b, "GNU", 4);
	buf_append(&b, id, sizeof(id));
	assert_int_equal(fs_write(path, buf_bytes(&b), 0600, true, &e), 0);
	buf_free(&b);
}

/* Keys, bundles and a machine without patches, to be copied for each test */
int cli_group_setup(void **state)
{
	static const char *const bundles[][3] = {
		{ "one", "one", "1" }, { "one2", "one", "2" }, { "two", "two", "1" },
	};
	size_t i;

	(void)state;
	keys = test_dir();
	write_notes();
	if (test_run(&cli_out, MEND "keygen --out k && mv k/* . && mkdir sys root && : >device && "
		     "cp " TEST_FAKE_KERNEL " kernel && mkdir -p root/proc/sys/kernel/random && "
		     "echo a-boot >root/proc/sys/kernel/random/boot_id", keys))
		return -1;
	for (i = 0; i < 3; i++)
		if (test_run(&cli_out, PACK, keys, bundles[i][0], bundles[i][1], bundles[i][2]))
			return -1;
	return 0;
}

int cli_group_teardown(void **state)
{
	(void)state;
	test_dir_free(keys);
	buf_free(&cli_out);
	return 0;
}

int cli_setup(void **state)
{
	(void)state;
	cli_dir = test_dir();
	return test_run(&cli_out, "cp -r %s/* %s", keys, cli_dir);
}

int cli_teardown(void **state)
{
	(void)state;
	test_dir_free(cli_dir);
	return 0;
}

int cli_mend(const char *args)
{
	return test_run(&cli_out, MEND "%s", cli_dir, args);
}

int cli_apply(const char *args)
{
	return test_run(&cli_out, MEND "apply --cert mend.pem %s", cli_dir, args);
}

const char *cli_text(void)
{
	return (const char *)cli_out.data;
}

void cli_has(const char *needle)
{
	test_contains(cli_text(), needle);
}

/* A file of the machine: what it holds, without the last newline */
const char *cli_file(const char *name)
{
	static char content[4096];
	struct buf b = { 0 };

	test_run(&b, "cd %s && cat %s", cli_dir, name);
	snprintf(content, sizeof(content), "%s", (char *)b.data);
	buf_free(&b);
	content[strcspn(content, "\n")] = '\0';
	return content;
}

void cli_fail_call(const char *verb, int errnum, unsigned int reason, const char *why)
{
	char name[64], content[400];

	snprintf(name, sizeof(name), "fail-%s", verb);
	snprintf(content, sizeof(content), "%d\n%u %s\n", errnum, reason, why);
	test_file(cli_dir, name, content);
}

/* A patch that is there, with some of its files */
void cli_patch(const char *name, const char *state, const char *enabled, const char *reason)
{
	const struct { const char *file, *content; } files[] = {
		{ "generation", "1" }, { "state", state }, { "enabled", enabled },
		{ "reason", reason }, { "module", "ko" }, { "digest", "" },
		{ "vmlinux/patched", enabled }, { "switched_at", "1750000000" },
		{ "pause_ns", "60600" },
	};
	char path[200], content[300];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "sys/%s.1/%s", name, files[i].file);
		snprintf(content, sizeof(content), "%s\n", files[i].content);
		test_file(cli_dir, path, content);
	}
	snprintf(path, sizeof(path), "sys/%s.1/name", name);
	snprintf(content, sizeof(content), "%s\n", name);
	test_file(cli_dir, path, content);
}

json_t *cli_parse(void)
{
	json_error_t error;
	json_t *json = json_loads(cli_text(), JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("line %d: %s: %s", error.line, error.text, cli_text());
	return json;
}

const char *cli_string(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}
