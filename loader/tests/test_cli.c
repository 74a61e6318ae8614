// SPDX-License-Identifier: MIT
/*
 * The program: exit codes, messages, JSON, and what it writes.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/fs.h"

#define RUN		"cd %s && " TEST_MEND " "
#define HEAD		"--name good --generation 3 --kind security --severity important " \
			"--title 'A title' --created 2025-06-01T00:00:00Z "
#define GOOD		"--payload " TEST_PAYLOADS "/good.ko@" TEST_BUILD_ID " "
#define KEY		"--key keys/mend.key --cert keys/mend.pem "

static char *dir;
static struct buf out;

/* One key for all tests; a directory of its own for each. */
static char *keys;

static int group_setup(void **state)
{
	(void)state;
	keys = test_dir();
	return test_run(&out, RUN "keygen --out keys && " TEST_MEND " keygen --out other", keys);
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

/* Exit code of "mend ARGS" in the test's directory; the output is in out */
static int mend(const char *args)
{
	return test_run(&out, RUN "%s", dir, args);
}

static int sh(const char *command)
{
	return test_run(&out, "cd %s && %s", dir, command);
}

static const char *text(void)
{
	return (const char *)out.data;
}

static json_t *parse(void)
{
	json_error_t error;
	json_t *json = json_loads(text(), JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("line %d: %s: %s", error.line, error.text, text());
	return json;
}

/* The exit code, the code and the reason inside, and that there is a message */
static void fails_as_json(const char *args, int code, const char *reason)
{
	json_t *json, *error;

	assert_int_equal(mend(args), code);
	json = parse();
	error = json_object_get(json, "error");
	assert_int_equal(json_integer_value(json_object_get(error, "code")), code);
	assert_string_equal(json_string_value(json_object_get(error, "reason")), reason);
	assert_true(json_string_length(json_object_get(error, "message")) > 0);
	assert_non_null(json_object_get(error, "hint"));
	json_decref(json);
}

static void make_bundle(void)
{
	if (mend("pack -o good.mend " HEAD GOOD KEY))
		fail_msg("%s", text());
}

static void every_command_has_help_with_examples(void **state)
{
	static const char *const verbs[] = {
		"build", "keygen", "pack", "sign", "verify", "inspect", "apply", "revert", "confirm",
		"status", "check", "list", "uname", "history", "stage", "metrics"
	};
	char args[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		snprintf(args, sizeof(args), "%s --help", verbs[i]);
		assert_int_equal(mend(args), 0);
		test_contains(text(), "Usage: mend ");
		test_contains(text(), "Example");
		test_contains(text(), "--json");
		assert_int_equal(mend("--help"), 0);
		test_contains(text(), verbs[i]);
	}
	test_contains(text(), "64  wrong usage");
	assert_int_equal(mend("--version"), 0);
	test_contains(text(), "mend test");
}

static void wrong_usage_is_64(void **state)
{
	static const char *const args[] = {
		"", "nonsense", "--nonsense", "help nonsense", "keygen", "keygen --out",
		"keygen --out a b", "keygen --out a --bits x", "keygen --nonsense", "pack", "sign",
		"sign x", "sign x --key y", "sign x y --key y --cert z", "verify", "verify a b",
		"verify a --keys b --cert c", "verify a --running",
		"verify --running --keys b", "inspect", "apply", "apply a --force",
		"apply a --force yes", "apply a --force=yes", "apply a --force=",
		"apply a --force=inconsistent --probation 1m", "apply a --health true",
		"apply a --probation", "apply a --probation 0", "apply a --probation 0.0009",
		"apply a --probation 8d", "apply a --probation 1w", "apply a --probation 1mm",
		"apply a --probation m", "apply a --probation 1.5.1h", "apply a --probation 1.0000",
		"apply a --probation 4294967296", "apply a --probation 99999999999999999999d",
		"apply a --revert", "apply a --revert B", "apply a --revert b --revert b",
		"apply --revert b", "apply $(seq 65)", "apply $(seq 64) --revert b",
		"apply a $(printf ' --revert a%d' $(seq 65))",
		"apply a --timeout", "apply a --timeout x", "apply a --timeout -1",
		"apply a --timeout 1.", "apply a --timeout .5", "apply a --timeout 1e3",
		"apply a --timeout 3601", "apply a --timeout 99999999999999999999", "revert",
		"revert a a", "revert a b a", "revert a B", "revert $(printf 'a%d ' $(seq 65))",
		"revert a --force", "revert a --force=inconsistent --unload",
		"confirm A", "confirm a/b", "confirm --nonsense", "revert A", "revert a/b", "revert ../a", "status a b",
		"status --watch --exit-code", "status --watch=1", "check a b",
		"check a --keys b --cert c", "list a", "uname a", "history a b", "stage", "stage a b",
		"stage a --keys b --cert c", "metrics a",
		"pack -o x", "pack -o x " HEAD, "pack " HEAD GOOD, "pack -o x " HEAD GOOD "y",
		"pack -o x " HEAD GOOD "--key y", "pack -o x " HEAD GOOD "--cert y",
		"pack -o x " HEAD GOOD "--name Bad", "pack -o x " HEAD GOOD "--generation 0",
		"pack -o x " HEAD GOOD "--kind bad", "pack -o x " HEAD GOOD "--severity bad",
		"pack -o x " HEAD GOOD "--cve 1234", "pack -o x " HEAD GOOD "--id a/b",
		"pack -o x " HEAD GOOD "--created now", "pack -o x " HEAD GOOD "--expires never",
		"pack -o x " HEAD GOOD "--replaces all", "pack -o x " HEAD GOOD "--func a:b",
		"pack -o x " HEAD GOOD "--func a:b:c",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		if (mend(args[i]) != 64)
			fail_msg("mend %s: %s", args[i], text());
	fails_as_json("--json nonsense", 64, "USAGE");
	fails_as_json("verify --json", 64, "USAGE");
	fails_as_json("apply --json --nonsense", 64, "USAGE");
	assert_int_equal(sh("test ! -e x"), 0);
}

static void keygen_overwrites_nothing(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(mend("keygen --out new --name 'Some One' --days 7 --json"), 0);
	json = parse();
	assert_string_equal(json_string_value(json_object_get(json, "cert")), "new/mend.pem");
	json_decref(json);
	assert_int_equal(sh("openssl x509 -noout -subject -in new/mend.pem"), 0);
	test_contains(text(), "Some One");
	assert_int_equal(mend("keygen --out new"), 1);
	test_contains(text(), "exists already");
	fails_as_json("keygen --out new --json", 1, "EXISTS");
	fails_as_json("keygen --out /no/such/place/x --json", 1, "IO");
	fails_as_json("keygen --out small --bits 2048 --json", 1, "INPUT");
}

static void a_bundle_goes_all_the_way(void **state)
{
	(void)state;
	assert_int_equal(mend("pack -o b.mend " HEAD GOOD), 0);
	test_contains(text(), "not signed");
	assert_int_equal(mend("verify b.mend --cert keys/mend.pem"), 4);
	test_contains(text(), "mend sign");
	assert_int_equal(mend("sign b.mend " KEY), 0);
	assert_int_equal(mend("verify b.mend --cert keys/mend.pem"), 0);
	test_contains(text(), "good: 'good' generation 3");
	assert_int_equal(mend("verify b.mend --keys keys"), 0);
	/* the same bytes as when it is signed at once */
	make_bundle();
	assert_int_equal(sh("cmp b.mend good.mend"), 0);
}

static void packing_is_reproducible(void **state)
{
	(void)state;
	assert_int_equal(sh("export SOURCE_DATE_EPOCH=1750000000; for i in 1 2; do " TEST_MEND
			    " pack -o $i.mend --name good --generation 3 --kind test "
			    "--severity none --title t " GOOD KEY " || exit; sleep 1; done; "
			    "cmp 1.mend 2.mend"),
			 0);
	assert_int_equal(mend("inspect 1.mend --cert keys/mend.pem"), 0);
	test_contains(text(), "2025-06-15T15:06:40Z");
	assert_int_equal(sh("SOURCE_DATE_EPOCH=yesterday " TEST_MEND " pack -o 1.mend --name good "
			    "--generation 3 --kind test --severity none --title t " GOOD), 1);
}

static void the_bundle_is_what_it_says(void **state)
{
	json_t *json, *m, *payload;

	(void)state;
	test_file(dir, "vex.json", "{}");
	test_file(dir, "sbom.json", "{}");
	assert_int_equal(mend("pack -o b.mend " HEAD GOOD KEY "--id X-1 --cve CVE-2025-1111 --cve "
			      "CVE-2025-2222 --replaces cumulative --expires 2099-01-01T00:00:00Z "
			      "--vex vex.json --sbom sbom.json"), 0);
	assert_int_equal(mend("inspect b.mend --cert keys/mend.pem --json"), 0);
	json = parse();
	assert_true(json_is_true(json_object_get(json, "verified")));
	assert_true(json_is_null(json_object_get(json, "not_verified")));
	m = json_object_get(json, "manifest");
	assert_string_equal(json_string_value(json_object_get(m, "id")), "X-1");
	assert_int_equal(json_array_size(json_object_get(m, "cves")), 2);
	assert_string_equal(json_string_value(json_object_get(m, "replaces")), "cumulative");
	assert_string_equal(json_string_value(json_object_get(m, "expires")),
			    "2099-01-01T00:00:00Z");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(m, "sbom"), "size")),
			 2);
	payload = json_array_get(json_object_get(m, "payloads"), 0);
	assert_string_equal(json_string_value(json_object_get(payload, "release")), TEST_RELEASE);
	assert_string_equal(json_string_value(json_object_get(payload, "build_id")), TEST_BUILD_ID);
	assert_int_equal(json_array_size(json_object_get(payload, "funcs")), 3);
	json_decref(json);
	assert_int_equal(mend("inspect b.mend --cert keys/mend.pem"), 0);
	test_contains(text(), "vmlinux:second (number 2 of that name)");
	test_contains(text(), "ext4:third");
	assert_int_equal(sh("tar tf b.mend | tr '\\n' ' '"), 0);
	test_contains(text(),
		      "manifest manifest.p7s payload/" TEST_RELEASE ".ko vex.json sbom.json");
}

static void pack_refuses_what_does_not_fit(void **state)
{
	static const struct { const char *args, *message; } cases[] = {
		{ "--payload missing.ko", "No such file" },
		{ "--payload /bin/true", "not a 64-bit kernel module" },
		{ "--payload " TEST_PAYLOADS "/good.ko", "which is not running" },
		{ GOOD GOOD, "already" },
		{ GOOD "--name other", "calls its patch 'good'" },
		{ GOOD "--generation 4", "generation 3, not 4" },
		{ GOOD "--func vmlinux:a:0", "leave out --func" },
		{ "--payload " TEST_PAYLOADS "/no_patch.ko@" TEST_BUILD_ID, "its functions" },
		{ "--payload " TEST_PAYLOADS "/only_callbacks.ko@" TEST_BUILD_ID " --name only",
		  "callbacks only" },
		{ GOOD "--expires 2025-06-01T00:00:00Z", "before it is created" },
		{ GOOD "--vex keys/mend.pem", "not JSON" },
		{ GOOD "--sbom missing", "No such file" },
		{ GOOD "--key keys/mend.key --cert other/mend.pem", "does not belong" },
		{ GOOD "--key keys/mend.pem --cert keys/mend.pem", "no PEM private key" },
		{ GOOD "--key keys/mend.key --cert keys/mend.key", "no PEM certificate" },
		{ "--payload " TEST_PAYLOADS "/good.ko@keys/mend.pem", "neither a vmlinuz" },
	};
	char args[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(args, sizeof(args), "pack -o x.mend " HEAD "%s", cases[i].args);
		if (mend(args) != 1)
			fail_msg("%s: %s", cases[i].args, text());
		test_contains(text(), cases[i].message);
		assert_int_equal(sh("test ! -e x.mend"), 0);
	}
}

static void functions_may_be_given_by_hand(void **state)
{
	(void)state;
	assert_int_equal(mend("pack -o x.mend " HEAD KEY "--payload " TEST_PAYLOADS "/no_patch.ko@"
			      TEST_BUILD_ID " --func vmlinux:a:0 --func ext4:b:3"), 0);
	assert_int_equal(mend("inspect x.mend --cert keys/mend.pem"), 0);
	test_contains(text(), "vmlinux:a\n");
	test_contains(text(), "ext4:b (number 3 of that name)");
}

static void the_running_kernel_is_the_default(void **state)
{
	struct buf notes;

	(void)state;
	if (fs_read_pseudo("/sys/kernel/notes", 1 << 20, &notes))
		skip();
	buf_free(&notes);
	assert_int_equal(mend("pack -o x.mend " HEAD "--payload " TEST_PAYLOADS
			      "/good.ko@/sys/kernel/notes"), 0);
}

static void refused_bundles_are_4(void **state)
{
	(void)state;
	make_bundle();
	fails_as_json("verify good.mend --cert other/mend.pem --json", 4, "SIGNATURE");
	fails_as_json("verify good.mend --keys /no/such/directory --json", 4, "NO_KEYS");
	assert_int_equal(sh("head -c 3000 good.mend >cut.mend; cp good.mend flip.mend; printf X | "
			    "dd of=flip.mend bs=1 seek=700 conv=notrunc status=none; cat good.mend "
			    "manifest >long.mend 2>/dev/null; echo >>long.mend; cp good.mend "
			    "payload.mend; printf X | dd of=payload.mend bs=1 seek=4200 "
			    "conv=notrunc status=none"),
			 0);
	fails_as_json("verify cut.mend --cert keys/mend.pem --json", 4, "CONTAINER");
	fails_as_json("verify flip.mend --cert keys/mend.pem --json", 4, "SIGNATURE");
	fails_as_json("verify long.mend --cert keys/mend.pem --json", 4, "CONTAINER");
	fails_as_json("verify payload.mend --cert keys/mend.pem --json", 4, "DIGEST");
	fails_as_json("apply flip.mend --cert keys/mend.pem --json", 4, "SIGNATURE");
	fails_as_json("verify keys/mend.pem --cert keys/mend.pem --json", 4, "CONTAINER");
	fails_as_json("verify missing.mend --cert keys/mend.pem --json", 1, "IO");
	fails_as_json("inspect cut.mend --json", 4, "CONTAINER");
	fails_as_json("sign payload.mend " KEY "--json", 4, "DIGEST");
}

static void inspect_says_first_what_it_could_not_verify(void **state)
{
	(void)state;
	make_bundle();
	assert_int_equal(mend("inspect good.mend --cert other/mend.pem"), 0);
	assert_memory_equal(text(), "NOT VERIFIED", 12);
	test_contains(text(), "A title");
	test_contains(text(), "(claimed)");
	assert_int_equal(mend("inspect good.mend --keys /no/such/directory --json"), 0);
	test_contains(text(), "\"verified\": false");
	assert_int_equal(mend("inspect good.mend --cert keys/mend.pem"), 0);
	assert_null(strstr(text(), "NOT VERIFIED"));
}

static void expired_certificates_sign_nothing(void **state)
{
	(void)state;
	make_bundle();
	assert_int_equal(sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout old.key -out "
			    "old.csr -subj /CN=old && openssl req -new -key old.key -subj /CN=old "
			    "-out r && openssl x509 -req -in r -signkey old.key -days -1 -out "
			    "old.pem"),
			 0);
	fails_as_json("sign good.mend --key old.key --cert old.pem --json", 4, "CERT_EXPIRED");
}

static void another_kernels_bundle_is_3(void **state)
{
	(void)state;
	make_bundle();
	fails_as_json("apply good.mend --cert keys/mend.pem --json", 3, "RELEASE");
	fails_as_json("apply good.mend good.mend --cert keys/mend.pem --json", 1, "DUPLICATE");
	fails_as_json("apply good.mend --revert good --cert keys/mend.pem --json", 1, "DUPLICATE");
	/* one that cannot even be verified comes first, wherever it stands */
	fails_as_json("apply good.mend keys/mend.pem --cert keys/mend.pem --json", 4, "CONTAINER");
	assert_int_equal(mend("apply good.mend --cert keys/mend.pem --force=inconsistent"), 3);
	test_contains(text(), "RISK: ");
	assert_int_equal(mend("apply good.mend --cert keys/mend.pem --timeout 0.25"), 3);
	test_contains(text(), "what to do: ");
}

static void without_mend_ko_the_answer_is_1(void **state)
{
	(void)state;
	if (!access("/sys/kernel/mend", F_OK))
		skip();
	fails_as_json("status --json", 1, "DEVICE");
	fails_as_json("revert good --json", 1, "DEVICE");
	fails_as_json("confirm --json", 1, "DEVICE");
	fails_as_json("verify --running --json", 1, "DEVICE");
	fails_as_json("list --json", 1, "DEVICE");
	/* the machine that builds may be one that mend cannot run on */
	assert_int_equal(mend("status"), 1);
	if (!strstr(text(), "unsupported kernel: "))
		test_contains(text(), "not covered: mend.ko is not loaded");
	assert_int_equal(mend("uname"), 0);
}

/* A program of that name that says how it was called. */
static void build_is_another_program(void **state)
{
	(void)state;
	assert_int_equal(test_run(&out, "cd %s && mkdir bin && echo '#!/bin/sh' >bin/mend-build && "
				  "echo 'printf \"<%%s>\" \"$@\"; exit 4' >>bin/mend-build && "
				  "chmod +x bin/mend-build", dir), 0);
	assert_int_equal(test_run(&out, "cd %s && PATH=$PWD/bin:$PATH " TEST_MEND
				  " build a.patch --kernel 'b c' --json --keep --help", dir), 4);
	assert_string_equal(text(), "<--json><a.patch><--kernel><b c><--keep><--help>");
	assert_int_equal(test_run(&out, "cd %s && PATH=/nonexistent " TEST_MEND " build x", dir),
			 1);
	test_contains(text(), "cannot run mend-build: No such file");
}

static void lost_output_is_an_error(void **state)
{
	(void)state;
	make_bundle();
	assert_int_equal(sh(TEST_MEND " --help >/dev/full"), 1);
	assert_int_equal(sh(TEST_MEND " inspect good.mend --cert keys/mend.pem --json >/dev/full"),
			 1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_command_has_help_with_examples),
		TEST(wrong_usage_is_64),
		TEST(keygen_overwrites_nothing),
		TEST(a_bundle_goes_all_the_way),
		TEST(packing_is_reproducible),
		TEST(the_bundle_is_what_it_says),
		TEST(pack_refuses_what_does_not_fit),
		TEST(functions_may_be_given_by_hand),
		TEST(the_running_kernel_is_the_default),
		TEST(refused_bundles_are_4),
		TEST(inspect_says_first_what_it_could_not_verify),
		TEST(expired_certificates_sign_nothing),
		TEST(another_kernels_bundle_is_3),
		TEST(without_mend_ko_the_answer_is_1),
		TEST(build_is_another_program),
		TEST(lost_output_is_an_error),
	};

	return cmocka_run_group_tests_name("cli", tests, group_setup, group_teardown);
}
