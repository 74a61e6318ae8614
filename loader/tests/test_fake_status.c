// SPDX-License-Identifier: MIT
/*
 * What an admin sees of a machine made of files: status, check, history, policy.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_cli.h"

/* What a patch was signed with, as mend.ko shows it */
static void sign(const char *name, const char *bundle)
{
	assert_int_equal(test_run(&cli_out, "cd %s && tar xOf %s.mend manifest >sys/%s.1/manifest", cli_dir,
				  bundle, name), 0);
}

static void the_first_line_of_status_is_the_answer(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("status"), 0);
	assert_memory_equal(cli_text(), "not covered: no patch is on\n", 28);
	assert_int_equal(cli_mend("status --exit-code"), 1);
	cli_patch("one", "on", "1", "");
	sign("one", "one");
	assert_int_equal(cli_mend("status --exit-code"), 0);
	assert_memory_equal(cli_text(), "protected, no reboot needed: 1 patch, 1 CVE\n", 44);
	cli_has("  kernel      " TEST_RELEASE "\n  build-id    " TEST_BUILD_ID "\n");
	cli_has("60.6 us      1\n");
	assert_int_equal(cli_mend("status one"), 0);
	cli_has("  title       t\n  kind        test, none\n  fixes       CVE-2025-1111\n");
	cli_patch("bad", "rolled-back", "0", "129 it oopsed");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "rolled back: 'bad' generation 1: it oopsed (OOPS)\n", 50);
	cli_has("  what to do  do not apply it again");
}

/* Only on a terminal: script(1) makes one. */
static void status_on_a_terminal(void)
{
	assert_int_equal(test_run(&cli_out, "cd %s && TERM=xterm script -qec '" TEST_MEND_FAKE
				  " status' /dev/null", cli_dir), 0);
}

static void it_has_a_colour_on_a_terminal(void **state)
{
	(void)state;
	status_on_a_terminal();
	cli_has("\033[1;31mnot covered\033[0m: no patch");
	test_file(cli_dir, "root/boot/vmlinuz-9.9.9-test-amd64", "");
	status_on_a_terminal();
	cli_has("\033[1;31mreboot needed\033[0m: kernel");
	cli_patch("one", "on", "1", "");
	status_on_a_terminal();
	cli_has("\033[1;32mprotected\033[0m: 1 patch");
	assert_int_equal(cli_mend("stage two.mend --cert mend.pem"), 0);
	status_on_a_terminal();
	cli_has("\033[1;33mupdate available\033[0m: 'two'");
	assert_int_equal(test_run(&cli_out, "cd %s && NO_COLOR=1 TERM=xterm script -qec '"
				  TEST_MEND_FAKE " status' /dev/null", cli_dir), 0);
	assert_null(strchr(cli_text(), '\033'));
	assert_int_equal(cli_mend("status"), 0);
	assert_null(strchr(cli_text(), '\033'));
}

static void status_goes_on_and_shows_changes_only(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(test_run(&cli_out, "cd %s && { sleep 2.5; mkdir -p sys/one.1; echo one "
				  ">sys/one.1/name; } & cd %s && timeout 5 " TEST_MEND_FAKE
				  " status --watch --json; code=$?; wait; exit $code", cli_dir, cli_dir),
			 124);
	assert_non_null(strchr(cli_text(), '\n'));
	*strrchr((char *)cli_out.data, '\n') = '\0';
	assert_ptr_equal(strchr(cli_text(), '\n'), strrchr(cli_text(), '\n'));
	*strchr((char *)cli_out.data, '\n') = '\0';
	json = cli_parse();
	assert_int_equal(json_array_size(json_object_get(json, "patches")), 0);
	json_decref(json);
}

static void watched_as_json_an_error_is_a_line_too(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(cli_mend("status nobody --watch --json"), 1);
	assert_string_equal(strchr(cli_text(), '\n'), "\n");
	json = cli_parse();
	assert_string_equal(cli_string(json_object_get(json, "error"), "reason"), "NO_PATCH");
	json_decref(json);
	assert_int_equal(cli_mend("status nobody --watch"), 1);
	cli_has("mend status: no patch 'nobody' is loaded\n");
}

/* Every member of the documents is described in docs/json.md. */
static void described(json_t *json)
{
	static struct buf docs;
	const char *name;
	char quoted[80];
	json_t *value;
	size_t i;

	if (!docs.data)
		assert_int_equal(test_run(&docs, "cat %s", TEST_JSON_DOC), 0);
	json_object_foreach(json, name, value) {
		snprintf(quoted, sizeof(quoted), "`%s`", name);
		test_contains((char *)docs.data, quoted);
		described(value);
	}
	json_array_foreach(json, i, value)
		described(value);
	if (!json)
		buf_free(&docs);
}

static void documents_are_described(void **state)
{
	static const char *const commands[] = {
		"install --no-apply --json --cert mend.pem one.mend", "boot --json --cert mend.pem",
		"list --installed --json", "status --json", "check --json --cert mend.pem one.mend || true", "list --json",
		"uname --json", "history --json", "metrics --json", "revert bad --json",
		"cve CVE-2025-1111 --json", "uninstall one --json",
	};
	json_t *json;
	size_t i;

	(void)state;
	cli_patch("fine", "on", "1", "");
	sign("fine", "one");
	cli_patch("bad", "on", "1", "128 late");
	test_file(cli_dir, "sys/waiting", "2100 178 vmlinux:a my cat\n");
	assert_int_equal(cli_apply("two.mend --probation 10m"), 0);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		assert_int_equal(cli_mend(commands[i]), 0);
		json = cli_parse();
		described(json);
		json_decref(json);
	}
	described(NULL);
}

static void list_and_uname_tell_what_is_on(void **state)
{
	(void)state;
	cli_patch("one", "on", "1", "");
	sign("one", "one");
	cli_patch("old", "off", "0", "");
	assert_int_equal(cli_mend("list"), 0);
	cli_has("one                               1  on               test     none      t (CVE-2025-1111"
	    ")\n");
	assert_null(strstr(cli_text(), "old"));
	assert_int_equal(cli_mend("list --all"), 0);
	cli_has("old                               1  off              -        -         -\n");
	assert_int_equal(cli_mend("list --json"), 0);
	cli_has("\"title\": \"t\"");
	assert_int_equal(cli_mend("uname"), 0);
	assert_string_equal(cli_text(), TEST_RELEASE "+one.1\n");
}

static void check_has_a_line_for_each_requirement(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("check --cert mend.pem one.mend"), 1);
	cli_has("not fit: ");
	cli_has("  failed   mend.ko           mend.ko does not speak protocol 1");
	cli_has("  good     bundle            'one' generation 1, signed by ");
	cli_has("  good     payload           'one' generation 1 has one for this kernel\n");
	cli_has("  unknown  types             not compared: the payload carries no type information");
	assert_int_equal(cli_mend("check --cert mend.pem notes"), 1);
	cli_has("  failed   bundle            ");
	test_file(cli_dir, "root/proc/sys/kernel/ftrace_enabled", "0\n");
	assert_int_equal(cli_mend("check --cert mend.pem --json"), 3);
	cli_has("\"fit\": false");
	cli_has("\"remedy\": \"sysctl kernel.ftrace_enabled=1\"");
}

static void check_tells_of_the_policy(void **state)
{
	(void)state;
	cli_mend("check --cert mend.pem one.mend");
	cli_has("  good     policy            this machine's policy allows it\n");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nhold = one\n");
	cli_mend("check --cert mend.pem one.mend");
	cli_has("  failed   policy            mend.conf holds 'one' generation 1 back\n");
	cli_has("what to do: take 'one' off 'hold' in /etc/mend/mend.conf once ");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nhold = two, one.1\n");
	cli_mend("check --cert mend.pem one.mend");
	cli_has("what to do: get another generation, or take 'one.1' off 'hold' in ");
	cli_mend("check --cert mend.pem");
	cli_has("  good     policy            this machine's policy lets patches be applied\n");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nmode = stage\n");
	cli_mend("check --cert mend.pem");
	cli_has("  warning  policy            mend.conf says that bundles are kept for later");
	test_file(cli_dir, "root/proc/cmdline", "mend.mode=off\n");
	cli_mend("check --cert mend.pem");
	cli_has("  warning  policy            the kernel command line (mend.mode) says that nothing");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nmode = maybe\n");
	cli_mend("check --cert mend.pem --json");
	cli_has("\"reason\": \"POLICY\"");
	cli_has("\"text\": \"'/etc/mend/mend.conf': line 2: mode = maybe: it must be apply, stage or off");
}

static void apply_makes_the_same_checks(void **state)
{
	(void)state;
	test_file(cli_dir, "root/proc/sys/kernel/ftrace_enabled", "0\n");
	assert_int_equal(cli_apply("one.mend"), 3);
	cli_has("mend apply: bundle 'one.mend': ftrace is switched off");
	cli_has("what to do: sysctl kernel.ftrace_enabled=1");
	assert_int_equal(test_run(&cli_out, "ls %s/asked", cli_dir), 2);
	assert_int_equal(test_run(&cli_out, "ls %s/root/var", cli_dir), 2);
}

static void history_tells_who_did_what_and_how_it_ended(void **state)
{
	json_t *json, *r;

	(void)state;
	assert_int_equal(cli_mend("history"), 0);
	cli_has("There is no history yet.\n");
	/* nothing was begun: there is nothing to keep */
	assert_int_equal(cli_apply("notes"), 4);
	assert_int_equal(cli_mend("revert nobody"), 1);
	assert_int_equal(test_run(&cli_out, "ls %s/root/var", cli_dir), 2);
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	assert_int_equal(cli_mend("confirm"), 0);
	cli_fail_call("switch", 16, 96, "cat (pid 7) is in a");
	assert_int_equal(cli_apply("two.mend --revert one"), 5);
	assert_int_equal(cli_apply("notes"), 4);
	assert_int_equal(cli_apply("one.mend"), 2);
	assert_int_equal(cli_mend("history"), 0);
	cli_has(" 60.6 us   apply one.1: confirmed\n");
	cli_has(" -         confirm one.1: confirmed\n");
	cli_has(" -         apply two.1 -one: failed (BUSY): cat (pid 7) is in a\n");
	cli_has(" -         apply : refused (CONTAINER): ");
	assert_int_equal(cli_mend("history two --json"), 0);
	json = cli_parse();
	assert_int_equal(json_array_size(json_object_get(json, "records")), 1);
	r = json_array_get(json_object_get(json, "records"), 0);
	assert_string_equal(cli_string(r, "outcome"), "failed");
	assert_string_equal(cli_string(r, "reason"), "BUSY");
	json_decref(json);
}

static void the_attempt_is_on_disk_before_mend_ko_is_asked(void **state)
{
	(void)state;
	/* the first thing that mend.ko is asked for finds the record there */
	assert_int_equal(test_run(&cli_out, "cd %s && sed -i '2i cp root/var/lib/mend/history/*1.json "
				  "seen; kill -KILL $PPID' kernel && sed -i 's/^#!.*/#!\\/bin\\/sh/' "
				  "kernel", cli_dir), 0);
	assert_int_not_equal(test_run(&cli_out, "cd %s && { " TEST_MEND_FAKE
				      " apply --cert mend.pem one.mend; } || exit $?", cli_dir), 0);
	assert_string_equal(cli_file("seen | grep -c '\"outcome\": \"attempting\"'"), "1");
}

static void what_the_machine_went_down_with_is_not_applied_again(void **state)
{
	(void)state;
	test_file(cli_dir, "root/proc/sys/kernel/random/boot_id", "one\n");
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	assert_int_equal(test_run(&cli_out, "cd %s && rm -r sys/one.1", cli_dir), 0);
	test_file(cli_dir, "root/proc/sys/kernel/random/boot_id", "two\n");
	assert_int_equal(cli_mend("status"), 0);
	assert_memory_equal(cli_text(), "held back: 'one' generation 1: the machine went down before it "
			    "was confirmed\n", 76);
	assert_int_equal(cli_apply("one.mend"), 4);
	cli_has("bundle 'one.mend': 'one' generation 1 is held back: the machine went down");
	assert_int_equal(cli_apply("one.mend --retry"), 0);
	assert_int_equal(cli_mend("status"), 0);
	cli_has("protected, no reboot needed");
}

#define CHECK_ONE	"check --cert mend.pem one.mend"

static void check_tells_what_the_history_says_against_a_bundle(void **state)
{
	(void)state;
	cli_mend(CHECK_ONE);
	cli_has("  good     history           nothing speaks against it\n");
	test_file(cli_dir, "root/proc/sys/kernel/random/boot_id", "one\n");
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	cli_mend(CHECK_ONE);
	cli_has("  good     history ");
	test_file(cli_dir, "root/proc/sys/kernel/random/boot_id", "two\n");
	cli_mend(CHECK_ONE);
	cli_has("  failed   history           'one' generation 1 is held back: the machine went down "
		"before it was confirmed\n");
	cli_has("what to do: find out why the machine went down; 'mend apply --retry' applies it all "
		"the same\n");
	cli_mend("check --cert mend.pem one2.mend");
	cli_has("  good     history ");
	assert_int_equal(test_run(&cli_out, "rm -r %s/sys/one.1", cli_dir), 0);
	assert_int_equal(cli_apply("one.mend --retry --probation 10m"), 0);
	test_file(cli_dir, "sys/one.1/state", "rolled-back\n");
	test_file(cli_dir, "sys/one.1/enabled", "0\n");
	test_file(cli_dir, "sys/one.1/reason", "132 it was not well\n");
	cli_mend(CHECK_ONE);
	cli_has("  warning  history           'one' generation 1 is held back: mend.ko has taken it "
		"back: it was not well\n");
	cli_has("what to do: find out why; 'mend apply' tries it again all the same, a boot");
}

static void check_tells_when_the_history_cannot(void **state)
{
	(void)state;
	test_file(cli_dir, "root/var/lib/mend", "in the way");
	cli_mend(CHECK_ONE);
	cli_has("  failed   history           whether the machine went down with it cannot be told: ");
	cli_has("what to do: 'mend apply --unrecorded' does without\n");
}

static void nothing_is_applied_that_cannot_be_recorded(void **state)
{
	(void)state;
	test_file(cli_dir, "root/var/lib/mend", "in the way");
	assert_int_equal(cli_apply("one.mend"), 1);
	cli_has("'mend apply --unrecorded' does without");
	assert_int_equal(test_run(&cli_out, "ls %s/asked", cli_dir), 2);
	assert_int_equal(cli_apply("one.mend --unrecorded"), 0);
	/* the way back is never barred */
	assert_int_equal(cli_mend("revert one"), 0);
}

static void policy_refuses_and_adds(void **state)
{
	(void)state;
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nhold = two\nprobation = 5m\n"
		  "health = echo fine\nmax-pause = 10\n");
	assert_int_equal(cli_apply("two.mend --json"), 4);
	cli_has("\"reason\": \"POLICY_HOLD\"");
	assert_int_equal(cli_apply("one.mend"), 0);
	cli_has("passed by the health command: confirmed");
	cli_has("warning: the pause of 60.6 us is longer than the 10.0 us of max-pause");
	assert_string_equal(cli_file("asked | grep switch"), "switch 0 300000 on:one:1");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nmode = stage\n");
	assert_int_equal(cli_apply("two.mend"), 4);
	cli_has("what to do: 'mend stage' keeps it for later");
	assert_int_equal(cli_mend("stage two.mend --cert mend.pem"), 0);
	assert_string_equal(cli_text(), "'two' generation 1 is kept for later.\n");
	assert_int_equal(test_run(&cli_out, "cd %s && cmp two.mend root/var/lib/mend/bundles/two.1.mend",
				  cli_dir), 0);
	assert_int_equal(cli_mend("status --exit-code"), 2);
	assert_memory_equal(cli_text(), "update available: 'two' generation 1 is in the store", 52);
	test_file(cli_dir, "root/proc/cmdline", "quiet mend.mode=off\n");
	assert_int_equal(cli_mend("stage one2.mend --cert mend.pem"), 4);
	cli_has("the kernel command line (mend.mode) says that nothing is to be done");
	assert_int_equal(cli_mend("revert one"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLI_TEST(the_first_line_of_status_is_the_answer),
		CLI_TEST(it_has_a_colour_on_a_terminal),
		CLI_TEST(status_goes_on_and_shows_changes_only),
		CLI_TEST(watched_as_json_an_error_is_a_line_too),
		CLI_TEST(documents_are_described),
		CLI_TEST(list_and_uname_tell_what_is_on),
		CLI_TEST(check_has_a_line_for_each_requirement),
		CLI_TEST(check_tells_of_the_policy),
		CLI_TEST(apply_makes_the_same_checks),
		CLI_TEST(history_tells_who_did_what_and_how_it_ended),
		CLI_TEST(the_attempt_is_on_disk_before_mend_ko_is_asked),
		CLI_TEST(what_the_machine_went_down_with_is_not_applied_again),
		CLI_TEST(check_tells_what_the_history_says_against_a_bundle),
		CLI_TEST(check_tells_when_the_history_cannot),
		CLI_TEST(nothing_is_applied_that_cannot_be_recorded),
		CLI_TEST(policy_refuses_and_adds),
	};

	return cmocka_run_group_tests_name("fake_status", tests, cli_group_setup, cli_group_teardown);
}
