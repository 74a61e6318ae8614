// SPDX-License-Identifier: MIT
/*
 * The program on a machine made of files: what it prints and how it ends when there
 * is a mend.ko to talk to.
 */
#include "common.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "lib/fs.h"

#define MEND		"cd %s && " TEST_MEND_FAKE " "
#define PACK		"cd %s && " TEST_MEND_FAKE " pack -o %s.mend --name %s --generation %s " \
			"--kind test --severity none --title t --payload " TEST_PAYLOADS \
			"/no_patch.ko@" TEST_BUILD_ID " --func vmlinux:a:0 --key mend.key " \
			"--cert mend.pem"

static char *keys, *dir;
static struct buf out;

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
static int group_setup(void **state)
{
	static const char *const bundles[][3] = {
		{ "one", "one", "1" }, { "one2", "one", "2" }, { "two", "two", "1" },
	};
	size_t i;

	(void)state;
	keys = test_dir();
	write_notes();
	if (test_run(&out, MEND "keygen --out k && mv k/* . && mkdir sys && : >device && "
		     "cp " TEST_FAKE_KERNEL " kernel", keys))
		return -1;
	for (i = 0; i < 3; i++)
		if (test_run(&out, PACK, keys, bundles[i][0], bundles[i][1], bundles[i][2]))
			return -1;
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	test_dir_free(keys);
	buf_free(&out);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	dir = test_dir();
	return test_run(&out, "cp -r %s/* %s", keys, dir);
}

static int teardown(void **state)
{
	(void)state;
	test_dir_free(dir);
	return 0;
}

static int mend(const char *args)
{
	return test_run(&out, MEND "%s", dir, args);
}

static int apply(const char *args)
{
	return test_run(&out, MEND "apply --cert mend.pem %s", dir, args);
}

static const char *text(void)
{
	return (const char *)out.data;
}

static void has(const char *needle)
{
	test_contains(text(), needle);
}

/* A file of the machine: what it holds, without the last newline */
static const char *file(const char *name)
{
	static char content[4096];
	struct buf b = { 0 };

	test_run(&b, "cd %s && cat %s", dir, name);
	snprintf(content, sizeof(content), "%s", (char *)b.data);
	buf_free(&b);
	content[strcspn(content, "\n")] = '\0';
	return content;
}

static void fail_call(const char *verb, int errnum, unsigned int reason, const char *why)
{
	char name[64], content[400];

	snprintf(name, sizeof(name), "fail-%s", verb);
	snprintf(content, sizeof(content), "%d\n%u %s\n", errnum, reason, why);
	test_file(dir, name, content);
}

/* A patch that is there, with some of its files */
static void patch(const char *name, const char *state, const char *enabled, const char *reason)
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
		test_file(dir, path, content);
	}
	snprintf(path, sizeof(path), "sys/%s.1/name", name);
	snprintf(content, sizeof(content), "%s\n", name);
	test_file(dir, path, content);
}

static json_t *parse(void)
{
	json_error_t error;
	json_t *json = json_loads(text(), JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("line %d: %s: %s", error.line, error.text, text());
	return json;
}

static const char *string(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void several_patches_have_a_line_each_and_one_pause(void **state)
{
	(void)state;
	assert_int_equal(apply("one.mend"), 0);
	has("'one' generation 1 is on.\n  pause");
	patch("old", "on", "1", "");
	assert_int_equal(apply("one2.mend two.mend --revert old"), 0);
	has("'one' generation 2 is on.\n  replaced    generation 1\n"
	    "'two' generation 1 is on.\n'old' generation 1 is off.\n  pause       60.6 us, ");
	assert_int_equal(apply("one2.mend two.mend"), 2);
	has("nothing to do: ");
	assert_string_equal(file("asked | grep -c switch"), "2");
	assert_int_equal(mend("revert one two old"), 0);
	has("'one' generation 2 is off.\n'two' generation 1 is off.\n'old' was off already.\n"
	    "  pause");
}

static void the_document_has_all_of_them(void **state)
{
	json_t *json, *p;

	(void)state;
	patch("old", "on", "1", "");
	assert_int_equal(apply("one.mend two.mend --revert old --json"), 0);
	json = parse();
	assert_true(json_is_null(json_object_get(json, "name")));
	assert_true(json_is_null(json_object_get(json, "probation")));
	assert_int_equal(json_array_size(json_object_get(json, "patches")), 2);
	p = json_array_get(json_object_get(json, "patches"), 1);
	assert_string_equal(string(p, "name"), "two");
	assert_true(json_is_true(json_object_get(p, "loaded")));
	assert_true(json_is_false(json_object_get(p, "was_on")));
	p = json_array_get(json_object_get(json, "reverted"), 0);
	assert_string_equal(string(p, "name"), "old");
	assert_int_equal(json_integer_value(json_object_get(p, "generation")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "switch"),
							    "pause_ns")), 60600);
	json_decref(json);
	/* one patch stands at the top, as it always did */
	assert_int_equal(apply("one2.mend --json"), 0);
	json = parse();
	assert_string_equal(string(json, "name"), "one");
	assert_int_equal(json_integer_value(json_object_get(json, "generation")), 2);
	assert_int_equal(json_integer_value(json_object_get(json, "replaced")), 1);
	assert_non_null(json_object_get(json, "signer"));
	assert_string_equal(string(json, "release"), TEST_RELEASE);
	json_decref(json);
	assert_int_equal(mend("revert one two --json"), 0);
	json = parse();
	assert_true(json_is_null(json_object_get(json, "name")));
	assert_int_equal(json_array_size(json_object_get(json, "patches")), 2);
	json_decref(json);
}

static void a_refusal_leaves_nothing_behind(void **state)
{
	(void)state;
	fail_call("switch", 16, 96, "cat (pid 7) is in a");
	assert_int_equal(apply("one.mend two.mend"), 5);
	has("mend apply: cat (pid 7) is in a\n");
	assert_int_equal(test_run(&out, "ls %s/sys", dir), 0);
	assert_string_equal(text(), "");
	assert_int_equal(apply("two.mend"), 5);
	has("mend apply: bundle 'two.mend': cat (pid 7) is in a\n");
}

static void probation_tells_what_to_do(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(apply("one.mend --probation 10m"), 0);
	has("  probation   taken back after 10 min, unless 'mend confirm one' comes first\n");
	assert_string_equal(file("asked | tail -n 1"), "switch 0 600000 on:one:1");
	assert_int_equal(apply("two.mend --probation 1.5h --json"), 0);
	json = parse();
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "probation"),
							    "ms")), 5400000);
	assert_true(json_is_false(json_object_get(json_object_get(json, "probation"),
						  "confirmed")));
	json_decref(json);
}

static void a_health_command_that_passes_confirms(void **state)
{
	(void)state;
	assert_int_equal(apply("one.mend --probation 10m --health 'echo fine'"), 0);
	has("fine");
	has("passed by the health command: confirmed");
	assert_string_equal(file("asked | tail -n 1"), "confirm 0 one:1");
	assert_int_equal(apply("two.mend --probation 10m --health 'echo fine; true' --json 2>e"), 0);
	json_decref(parse());	/* nothing but the document on standard output */
	assert_string_equal(file("e"), "fine");
	has("\"confirmed\": true");
}

static void one_that_fails_ends_with_6(void **state)
{
	json_t *json, *error;

	(void)state;
	assert_int_equal(apply("one.mend --probation 10m --health 'exit 3'"), 6);
	/* what happened first comes first, also where both outputs go to one place */
	has("'one' generation 1 is on.\n  pause");
	has(" in all\nmend apply: the health command ended with exit status 3; the patch was taken "
	    "back\n");
	assert_string_equal(file("asked | tail -n 1"), "rollback 132 one:1");
	assert_int_equal(apply("two.mend --probation 0.5 --health 'sleep 9' --json"), 6);
	json = parse();
	error = json_object_get(json, "error");
	assert_string_equal(string(error, "reason"), "HEALTH");
	test_contains(string(error, "message"), "not done within 0.5 s");
	json_decref(json);
}

static void an_interrupted_health_command_is_told(void **state)
{
	(void)state;
	assert_int_equal(test_run(&out, "cd %s && timeout --foreground --preserve-status -s INT 1 "
				  TEST_MEND_FAKE " apply --cert mend.pem one.mend --probation 10m "
				  "--health 'sleep 20'", dir), 1);
	has("interrupted while the health command ran; 'one' is on probation, and mend.ko takes "
	    "it back at the deadline");
	has("what to do: 'mend confirm one' keeps it");
	assert_string_equal(file("sys/one.1/enabled"), "1");
	assert_string_equal(file("asked | grep -c -e confirm -e rollback"), "0");
}

static void confirm_ends_with_0_2_or_6(void **state)
{
	(void)state;
	assert_int_equal(mend("confirm"), 2);
	assert_int_equal(apply("one.mend --probation 10m"), 0);
	assert_int_equal(mend("confirm nobody"), 1);
	assert_int_equal(mend("confirm one"), 0);
	assert_string_equal(text(), "'one' generation 1 is confirmed.\n");
	assert_int_equal(mend("confirm one"), 2);
	has("'one' is not on probation");
	assert_int_equal(apply("two.mend --probation 10m"), 0);
	assert_int_equal(mend("confirm --json"), 0);
	has("\"name\": \"two\"");
	patch("bad", "rolled-back", "0", "129 cat (pid 3) oopsed in bad_fix");
	assert_int_equal(mend("confirm bad"), 6);
	has("'bad' generation 1 has been taken back: cat (pid 3) oopsed in bad_fix");
	assert_int_equal(mend("confirm bad --json"), 6);
	has("\"reason\": \"OOPS\"");
}

static void too_late_for_one_is_not_too_late_for_another(void **state)
{
	(void)state;
	assert_int_equal(apply("one.mend --probation 10m"), 0);
	fail_call("confirm", 16, 128, "too late to confirm, it is being taken back");
	assert_int_equal(mend("confirm one"), 6);
	has("mend confirm: too late to confirm");
}

static void the_running_code_is_good_or_not(void **state)
{
	(void)state;
	assert_int_equal(mend("verify --running"), 0);
	has("Good: what was switched on is what runs: 5 functions of 2 patches.");
	assert_int_equal(mend("verify --running --json"), 0);
	has("\"differences\": 0");
	fail_call("verify", 117, 133, "the text of vmlinux:a of 'one' was changed");
	assert_int_equal(mend("verify --running"), 4);
	has("mend verify: the text of vmlinux:a of 'one' was changed; 3 of 5 functions differ");
	assert_int_equal(mend("verify --running --json"), 4);
	has("\"reason\": \"INTEGRITY\"");
}

static void status_says_what_is_unusual(void **state)
{
	(void)state;
	patch("fine", "on", "1", "");
	patch("short", "degraded", "1", "68 \033[31mmodule xfs does not fit");
	test_file(dir, "sys/short.1/xfs/patched", "0\n");
	test_file(dir, "sys/short.1/ext4/patched", "0\n");
	test_file(dir, "module/xfs/initstate", "live\n");
	patch("young", "on", "1", "");
	test_file(dir, "sys/young.1/probation_ms", "598000\n");
	test_file(dir, "sys/young.1/forced", "1\n");
	patch("stuck", "rollback-blocked", "1", "131 CPU 1 was stuck");
	patch("gone", "rolled-back", "0", "128 not confirmed in time");
	test_file(dir, "sys/gone.1/ext4/patched", "0\n");
	test_file(dir, "sys/waiting", "2100 178 vmlinux:a my cat\n");
	assert_int_equal(mend("status"), 0);
	has("fine                              1  on               2025-06-15T15:06:40Z  60.6 us\n");
	has("1  degraded         2025-06-15T15:06:40Z  60.6 us   NO_OBJECT; waits for module ext4\n");
	has("60.6 us   on probation for 9 min 58 s more; FORCED\n");
	has("1  rollback-blocked 2025-06-15T15:06:40Z  60.6 us   SOFTLOCKUP\n");
	has("60.6 us   DEADLINE\n");
	has("A switch is under way, waiting for my cat (pid 178) in vmlinux:a, 2 s\n");
	assert_int_equal(mend("status short"), 0);
	has("'short' generation 1: on, but not as it should be\n"
	    "  because     ?[31mmodule xfs does not fit (NO_OBJECT)\n");
	has("  waits for   module ext4, which is not loaded\n");
	assert_null(strstr(text(), "module xfs, which"));
	assert_int_equal(mend("status young"), 0);
	has("  probation   taken back in 9 min 58 s, unless 'mend confirm young' comes first\n");
	has("  FORCED      it was switched although tasks were inside\n");
	assert_int_equal(mend("status stuck"), 0);
	has("on: mend.ko is taking it back, and waits for a task\n  because     CPU 1 was stuck");
}

static void so_does_its_document(void **state)
{
	json_t *json, *p;

	(void)state;
	patch("bad", "rolled-back", "0", "129 it oopsed");
	patch("fine", "on", "1", "");
	assert_int_equal(mend("status --json"), 0);
	json = parse();
	assert_true(json_is_null(json_object_get(json, "waiting")));
	p = json_array_get(json_object_get(json, "patches"), 0);
	assert_string_equal(string(p, "reason"), "OOPS");
	assert_string_equal(string(p, "reason_text"), "it oopsed");
	p = json_array_get(json_object_get(json, "patches"), 1);
	assert_true(json_is_null(json_object_get(p, "reason")));
	assert_true(json_is_null(json_object_get(p, "probation_ms")));
	assert_true(json_is_false(json_object_get(p, "forced")));
	json_decref(json);
	test_file(dir, "sys/waiting", "2100 178 vmlinux:a my cat\n");
	assert_int_equal(mend("status --json"), 0);
	has("\"comm\": \"my cat\"");
}

static void force_tells_its_risk_and_what_it_did(void **state)
{
	(void)state;
	assert_int_equal(apply("one.mend --force=inconsistent"), 0);
	has("RISK: ");
	has("  FORCED      a task was inside");
	assert_string_equal(file("asked | tail -n 1"), "switch 1 0 on:one:1");
	assert_int_equal(mend("revert one --force=inconsistent --json"), 0);
	json_decref(parse());
	has("\"forced\": true");
	assert_string_equal(file("asked | tail -n 1"), "switch 1 0 off:one:0");
	assert_int_equal(apply("two.mend"), 0);
	assert_null(strstr(text(), "FORCED"));
}

/* On a terminal of its own, made by script(1) */
static void force_asks_on_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(test_run(&out, "cd %s && echo yes | script -qec '" TEST_MEND_FAKE
				  " apply --cert mend.pem one.mend --force' /dev/null", dir), 64);
	has("Type 'inconsistent' to accept that: ");
	assert_int_equal(test_run(&out, "cd %s && ls asked", dir), 2);
	assert_int_equal(test_run(&out, "cd %s && echo inconsistent | script -qec '" TEST_MEND_FAKE
				  " apply --cert mend.pem one.mend --force' /dev/null", dir), 0);
	assert_string_equal(file("asked | tail -n 1"), "switch 1 0 on:one:1");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(several_patches_have_a_line_each_and_one_pause),
		TEST(the_document_has_all_of_them),
		TEST(a_refusal_leaves_nothing_behind),
		TEST(probation_tells_what_to_do),
		TEST(a_health_command_that_passes_confirms),
		TEST(one_that_fails_ends_with_6),
		TEST(an_interrupted_health_command_is_told),
		TEST(confirm_ends_with_0_2_or_6),
		TEST(too_late_for_one_is_not_too_late_for_another),
		TEST(the_running_code_is_good_or_not),
		TEST(status_says_what_is_unusual),
		TEST(so_does_its_document),
		TEST(force_tells_its_risk_and_what_it_did),
		TEST(force_asks_on_a_terminal),
	};

	return cmocka_run_group_tests_name("fake_cli", tests, group_setup, group_teardown);
}
