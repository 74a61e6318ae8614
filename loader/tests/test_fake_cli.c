// SPDX-License-Identifier: MIT
/*
 * The program on a machine made of files: what it prints and how it ends when there
 * is a mend.ko to talk to.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_cli.h"

static void several_patches_have_a_line_each_and_one_pause(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend"), 0);
	cli_has("'one' generation 1 is on.\n  pause");
	cli_patch("old", "on", "1", "");
	assert_int_equal(cli_apply("one2.mend two.mend --revert old"), 0);
	cli_has("'one' generation 2 is on.\n  replaced    generation 1\n"
	    "'two' generation 1 is on.\n'old' generation 1 is off.\n  pause       60.6 us, ");
	assert_int_equal(cli_apply("one2.mend two.mend"), 2);
	cli_has("nothing to do: ");
	assert_string_equal(cli_file("asked | grep -c switch"), "2");
	assert_int_equal(cli_mend("revert one two old"), 0);
	cli_has("'one' generation 2 is off.\n'two' generation 1 is off.\n'old' was off already.\n"
	    "  pause");
}

static void the_document_has_all_of_them(void **state)
{
	json_t *json, *p;

	(void)state;
	cli_patch("old", "on", "1", "");
	assert_int_equal(cli_apply("one.mend two.mend --revert old --json"), 0);
	json = cli_parse();
	assert_true(json_is_null(json_object_get(json, "name")));
	assert_true(json_is_null(json_object_get(json, "probation")));
	assert_int_equal(json_array_size(json_object_get(json, "patches")), 2);
	p = json_array_get(json_object_get(json, "patches"), 1);
	assert_string_equal(cli_string(p, "name"), "two");
	assert_true(json_is_true(json_object_get(p, "loaded")));
	assert_true(json_is_false(json_object_get(p, "was_on")));
	p = json_array_get(json_object_get(json, "reverted"), 0);
	assert_string_equal(cli_string(p, "name"), "old");
	assert_int_equal(json_integer_value(json_object_get(p, "generation")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "switch"),
							    "pause_ns")), 60600);
	json_decref(json);
	/* one patch stands at the top, as it always did */
	assert_int_equal(cli_apply("one2.mend --json"), 0);
	json = cli_parse();
	assert_string_equal(cli_string(json, "name"), "one");
	assert_int_equal(json_integer_value(json_object_get(json, "generation")), 2);
	assert_int_equal(json_integer_value(json_object_get(json, "replaced")), 1);
	assert_non_null(json_object_get(json, "signer"));
	assert_string_equal(cli_string(json, "release"), TEST_RELEASE);
	json_decref(json);
	assert_int_equal(cli_mend("revert one two --json"), 0);
	json = cli_parse();
	assert_true(json_is_null(json_object_get(json, "name")));
	assert_int_equal(json_array_size(json_object_get(json, "patches")), 2);
	json_decref(json);
}

static void a_refusal_leaves_nothing_behind(void **state)
{
	(void)state;
	cli_fail_call("switch", 16, 96, "cat (pid 7) is in a");
	assert_int_equal(cli_apply("one.mend two.mend"), 5);
	cli_has("mend apply: cat (pid 7) is in a\n");
	assert_int_equal(test_run(&cli_out, "ls %s/sys", cli_dir), 0);
	assert_string_equal(cli_text(), "");
	assert_int_equal(cli_apply("two.mend"), 5);
	cli_has("mend apply: bundle 'two.mend': cat (pid 7) is in a\n");
}

static void probation_tells_what_to_do(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	cli_has("  probation   taken back after 10 min, unless 'mend confirm one' comes first\n");
	assert_string_equal(cli_file("asked | tail -n 1"), "switch 0 600000 on:one:1");
	assert_int_equal(cli_apply("two.mend --probation 1.5h --json"), 0);
	json = cli_parse();
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "probation"),
							    "ms")), 5400000);
	assert_true(json_is_false(json_object_get(json_object_get(json, "probation"),
						  "confirmed")));
	json_decref(json);
}

static void a_health_command_that_passes_confirms(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend --probation 10m --health 'echo fine'"), 0);
	cli_has("fine");
	cli_has("passed by the health command: confirmed");
	assert_string_equal(cli_file("asked | tail -n 1"), "confirm 0 one:1");
	assert_int_equal(cli_apply("two.mend --probation 10m --health 'echo fine; true' --json 2>e"), 0);
	json_decref(cli_parse());	/* nothing but the document on standard output */
	assert_string_equal(cli_file("e"), "fine");
	cli_has("\"confirmed\": true");
}

static void one_that_fails_ends_with_6(void **state)
{
	json_t *json, *error;

	(void)state;
	assert_int_equal(cli_apply("one.mend --probation 10m --health 'exit 3'"), 6);
	/* what happened first comes first, also where both outputs go to one place */
	cli_has("'one' generation 1 is on.\n  pause");
	cli_has(" in all\nmend apply: the health command ended with exit status 3; the patch was taken "
	    "back\n");
	assert_string_equal(cli_file("asked | tail -n 1"), "rollback 132 one:1");
	assert_int_equal(cli_apply("two.mend --probation 0.5 --health 'sleep 9' --json"), 6);
	json = cli_parse();
	error = json_object_get(json, "error");
	assert_string_equal(cli_string(error, "reason"), "HEALTH");
	test_contains(cli_string(error, "message"), "not done within 0.5 s");
	json_decref(json);
}

static void an_interrupted_health_command_is_told(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend --probation 10m --health 'kill -INT $PPID; sleep 20'"), 1);
	cli_has("interrupted while the health command ran; 'one' is on probation, and mend.ko takes "
	    "it back at the deadline");
	cli_has("what to do: 'mend confirm one' keeps it");
	assert_string_equal(cli_file("sys/one.1/enabled"), "1");
	assert_string_equal(cli_file("asked | grep -c -e confirm -e rollback"), "0");
}

static void confirm_ends_with_0_2_or_6(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("confirm"), 2);
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	assert_int_equal(cli_mend("confirm nobody"), 1);
	assert_int_equal(cli_mend("confirm one"), 0);
	assert_string_equal(cli_text(), "'one' generation 1 is confirmed.\n");
	assert_int_equal(cli_mend("confirm one"), 2);
	cli_has("'one' is not on probation");
	assert_int_equal(cli_apply("two.mend --probation 10m"), 0);
	assert_int_equal(cli_mend("confirm --json"), 0);
	cli_has("\"name\": \"two\"");
	cli_patch("bad", "rolled-back", "0", "129 cat (pid 3) oopsed in bad_fix");
	assert_int_equal(cli_mend("confirm bad"), 6);
	cli_has("'bad' generation 1 has been taken back: cat (pid 3) oopsed in bad_fix");
	assert_int_equal(cli_mend("confirm bad --json"), 6);
	cli_has("\"reason\": \"OOPS\"");
}

static void too_late_for_one_is_not_too_late_for_another(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	cli_fail_call("confirm", 16, 128, "too late to confirm, it is being taken back");
	assert_int_equal(cli_mend("confirm one"), 6);
	cli_has("mend confirm: too late to confirm");
}

static void the_running_code_is_good_or_not(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("verify --running"), 0);
	cli_has("Good: what was switched on is what runs: 5 functions of 2 patches.");
	assert_int_equal(cli_mend("verify --running --json"), 0);
	cli_has("\"differences\": 0");
	cli_fail_call("verify", 117, 133, "the text of vmlinux:a of 'one' was changed");
	assert_int_equal(cli_mend("verify --running"), 4);
	cli_has("mend verify: the text of vmlinux:a of 'one' was changed; 3 of 5 functions differ");
	assert_int_equal(cli_mend("verify --running --json"), 4);
	cli_has("\"reason\": \"INTEGRITY\"");
}

static void status_says_what_is_unusual(void **state)
{
	(void)state;
	cli_patch("fine", "on", "1", "");
	cli_patch("short", "degraded", "1", "68 \033[31mmodule xfs does not fit");
	test_file(cli_dir, "sys/short.1/xfs/patched", "0\n");
	test_file(cli_dir, "sys/short.1/ext4/patched", "0\n");
	test_file(cli_dir, "module/xfs/initstate", "live\n");
	cli_patch("young", "on", "1", "");
	test_file(cli_dir, "sys/young.1/probation_ms", "598000\n");
	test_file(cli_dir, "sys/young.1/forced", "1\n");
	cli_patch("stuck", "rollback-blocked", "1", "131 CPU 1 was stuck");
	cli_patch("gone", "rolled-back", "0", "128 not confirmed in time");
	test_file(cli_dir, "sys/gone.1/ext4/patched", "0\n");
	test_file(cli_dir, "sys/waiting", "2100 178 vmlinux:a my cat\n");
	assert_int_equal(cli_mend("status"), 0);
	cli_has("fine                              1  on               2025-06-15T15:06:40Z  60.6 us   "
	    "   -\n");
	cli_has("1  degraded         2025-06-15T15:06:40Z  60.6 us      -  NO_OBJECT; waits for module "
	    "ext4; xfs is not patched\n");
	cli_has("60.6 us      -  on probation for 9 min 58 s more; FORCED\n");
	cli_has("1  rollback-blocked 2025-06-15T15:06:40Z  60.6 us      -  SOFTLOCKUP\n");
	cli_has("60.6 us      -  DEADLINE\n");
	cli_has("A switch is under way, waiting for my cat (pid 178) in vmlinux:a, 2 s\n");
	assert_int_equal(cli_mend("status short"), 0);
	cli_has("'short' generation 1: on, but not as it should be\n"
	    "  because     ?[31mmodule xfs does not fit (NO_OBJECT)\n");
	cli_has("  waits for   module ext4, which is not loaded\n");
	cli_has("  NOT PATCHED xfs, which is loaded\n");
	assert_null(strstr(cli_text(), "module xfs, which"));
	assert_int_equal(cli_mend("status young"), 0);
	cli_has("  probation   taken back in 9 min 58 s, unless 'mend confirm young' comes first\n");
	cli_has("  FORCED      it was switched although tasks were inside\n");
	assert_int_equal(cli_mend("status stuck"), 0);
	cli_has("on: mend.ko is taking it back, and waits for a task\n  because     CPU 1 was stuck");
}

static void so_does_its_document(void **state)
{
	json_t *json, *p;

	(void)state;
	cli_patch("bad", "rolled-back", "0", "129 it oopsed");
	cli_patch("fine", "on", "1", "");
	assert_int_equal(cli_mend("status --json"), 0);
	json = cli_parse();
	assert_true(json_is_null(json_object_get(json, "waiting")));
	p = json_array_get(json_object_get(json, "patches"), 0);
	assert_string_equal(cli_string(p, "reason"), "OOPS");
	assert_string_equal(cli_string(p, "reason_text"), "it oopsed");
	p = json_array_get(json_object_get(json, "patches"), 1);
	assert_true(json_is_null(json_object_get(p, "reason")));
	assert_true(json_is_null(json_object_get(p, "probation_ms")));
	assert_true(json_is_false(json_object_get(p, "forced")));
	json_decref(json);
	test_file(cli_dir, "sys/waiting", "2100 178 vmlinux:a my cat\n");
	assert_int_equal(cli_mend("status --json"), 0);
	cli_has("\"comm\": \"my cat\"");
}

static void force_tells_its_risk_and_what_it_did(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend --force=inconsistent"), 0);
	cli_has("RISK: ");
	cli_has("  FORCED      a task was inside");
	assert_string_equal(cli_file("asked | tail -n 1"), "switch 1 0 on:one:1");
	assert_int_equal(cli_mend("revert one --force=inconsistent --json"), 0);
	json_decref(cli_parse());
	cli_has("\"forced\": true");
	assert_string_equal(cli_file("asked | tail -n 1"), "switch 1 0 off:one:0");
	assert_int_equal(cli_apply("two.mend"), 0);
	assert_null(strstr(cli_text(), "FORCED"));
}

/* On a terminal of its own, made by script(1) */
static void force_asks_on_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(test_run(&cli_out, "cd %s && echo yes | script -qec '" TEST_MEND_FAKE
				  " apply --cert mend.pem one.mend --force' /dev/null", cli_dir), 64);
	cli_has("Type 'inconsistent' to accept that: ");
	assert_int_equal(test_run(&cli_out, "cd %s && ls asked", cli_dir), 2);
	assert_int_equal(test_run(&cli_out, "cd %s && echo inconsistent | script -qec '" TEST_MEND_FAKE
				  " apply --cert mend.pem one.mend --force' /dev/null", cli_dir), 0);
	assert_string_equal(cli_file("asked | tail -n 1"), "switch 1 0 on:one:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLI_TEST(several_patches_have_a_line_each_and_one_pause),
		CLI_TEST(the_document_has_all_of_them),
		CLI_TEST(a_refusal_leaves_nothing_behind),
		CLI_TEST(probation_tells_what_to_do),
		CLI_TEST(a_health_command_that_passes_confirms),
		CLI_TEST(one_that_fails_ends_with_6),
		CLI_TEST(an_interrupted_health_command_is_told),
		CLI_TEST(confirm_ends_with_0_2_or_6),
		CLI_TEST(too_late_for_one_is_not_too_late_for_another),
		CLI_TEST(the_running_code_is_good_or_not),
		CLI_TEST(status_says_what_is_unusual),
		CLI_TEST(so_does_its_document),
		CLI_TEST(force_tells_its_risk_and_what_it_did),
		CLI_TEST(force_asks_on_a_terminal),
	};

	return cmocka_run_group_tests_name("fake_cli", tests, cli_group_setup, cli_group_teardown);
}
