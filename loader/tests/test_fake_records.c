// SPDX-License-Identifier: MIT
/*
 * What the records of commands do to later boots, on a machine made of files: who is held
 * back, who is not, and who is on probation once more.
 */
#include "fake_boot.h"

#define SWITCHES	"asked | grep switch"

/* "one" is on and proven, and takes part in another switch. */
static void install_one(void)
{
	assert_int_equal(install("one.mend --probation 10m --health true"), 0);
}

static void what_was_on_does_not_confirm_what_goes_on(void **state)
{
	(void)state;
	install_one();
	assert_int_equal(install("one.mend two.mend --probation 10m"), 0);
	assert_int_equal(cli_mend("history two"), 0);
	cli_has("install one.1 two.1: probation\n");
	crash();
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: on\n");
	cli_has("'two' generation 1: held back: 'two' generation 1 is held back: the machine went "
		"down before it was confirmed\n");
}

static void nor_is_it_held_back_with_it(void **state)
{
	(void)state;
	install_one();
	assert_int_equal(install("one.mend two.mend --probation 10m --health false"), 6);
	assert_string_equal(cli_file("sys/one.1/enabled"), "1");
	assert_string_equal(cli_file("sys/two.1/enabled"), "0");
	crash();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'one' generation 1: on\n");
}

/* Killed when it asks mend.ko for the first thing, or for @after once it is done */
static void killed(const char *after, const char *command)
{
	char where[100];

	snprintf(where, sizeof(where), after ? "$a [ $verb != %s ] || " : "2i ", after ? after : "");
	assert_int_equal(test_run(&cli_out, "cd %s && sed -i '%skill -KILL $(cat pid)' kernel && "
				  "sh -c 'echo $$ >pid; exec " TEST_MEND_FAKE " %s'; code=$?; "
				  "cp " TEST_FAKE_KERNEL " kernel; exit $code", cli_dir, where,
				  command), 137);
}

static void nor_if_the_machine_goes_down_meanwhile(void **state)
{
	(void)state;
	install_one();
	killed(NULL, "install --cert mend.pem one.mend two.mend");
	crash();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'one' generation 1: on\n");
	assert_int_equal(cli_mend("history two"), 0);
	cli_has("install one.1 two.1: down: the machine went down while it was done\n");
}

static void of_an_apply_only_what_goes_on_is_recorded(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend"), 0);
	assert_int_equal(cli_apply("one.mend two.mend"), 0);
	assert_int_equal(cli_mend("history"), 0);
	cli_has(" apply two.1: done\n");
}

/* By mend.ko */
static void taken_back(const char *name, const char *reason)
{
	const struct { const char *file, *content; } files[] = {
		{ "state", "rolled-back" }, { "enabled", "0" }, { "probation_ms", "0" },
		{ "reason", reason },
	};
	char path[100], line[200];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "sys/%s.1/%s", name, files[i].file);
		snprintf(line, sizeof(line), "%s\n", files[i].content);
		test_file(cli_dir, path, line);
	}
}

static void what_was_confirmed_is_so_although_another_was_not(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --probation 10m"), 0);
	assert_int_equal(install("two.mend --probation 10m"), 0);
	taken_back("two", "128 nobody came");
	assert_int_equal(cli_mend("confirm one two"), 6);
	cli_has("'one' generation 1 is confirmed.\n");
	assert_int_equal(cli_mend("history one"), 0);
	cli_has("confirm one.1: confirmed: 'two' generation 1 has been taken back: nobody came\n");
	crash();
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: on\n'two' generation 1: held back: ");
}

/* mend.ko has it on before the switch: somebody else was quicker. */
static void somebody_else_is_quicker(void)
{
	cli_fail_call("switch", 114, 9, "nothing to do");
}

static void nobody_is_quicker(void)
{
	assert_int_equal(test_run(&cli_out, "rm %s/fail-switch", cli_dir), 0);
}

static void a_boot_that_finds_it_on_has_ended_its_attempt(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	reboot();
	somebody_else_is_quicker();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: was on already: nothing to do\n");
	nobody_is_quicker();
	crash();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on\n");
}

static void an_installation_that_finds_it_on_installs_it(void **state)
{
	(void)state;
	somebody_else_is_quicker();
	assert_int_equal(install("one.mend"), 0);
	cli_has("'one' generation 1 is installed, and was on already.\n");
	assert_int_equal(count_files("installed"), 1);
	assert_int_equal(install("one.mend"), 2);
	cli_has("it is installed and on already");
	assert_int_equal(cli_mend("history"), 0);
	cli_has("install one.1: done\n");
}

static void only_a_confirmation_spares_the_probation_that_was_asked_for(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend"), 0);
	crash();
	assert_int_equal(install("one.mend --no-apply --probation 10m"), 0);
	crash();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on, on probation\n");
	assert_int_equal(cli_mend("confirm"), 0);
	/* once is enough, whatever was done since by hand */
	assert_int_equal(cli_mend("revert one"), 0);
	assert_int_equal(cli_apply("one.mend"), 0);
	crash();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'one' generation 1: on\n");
}

static void what_was_unloaded_has_not_gone_down_with_the_machine(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --probation 10m"), 0);
	assert_int_equal(cli_mend("revert one --unload"), 0);
	crash();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on, on probation\n");
	/* nor with mend.ko */
	assert_int_equal(test_run(&cli_out, "rm -r %s/sys", cli_dir), 0);
	assert_int_equal(cli_mend("history one"), 0);
	cli_has("boot one.1: ended: it was switched off before it was confirmed\n");
	crash();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on, on probation\n");
}

static void who_looks_writes_down_how_it_ended(void **state)
{
	(void)state;
	killed(NULL, "apply --cert mend.pem one.mend");
	assert_int_equal(cli_mend("status"), 0);
	assert_int_equal(cli_apply("two.mend --probation 10m"), 0);
	taken_back("two", "128 nobody came");
	assert_int_equal(cli_mend("metrics"), 0);
	crash();
	assert_int_equal(cli_mend("history"), 0);
	cli_has("apply one.1: interrupted: the program ended before it was done\n");
	cli_has("apply two.1: rolled-back (DEADLINE): nobody came\n");
	test_file(cli_dir, "sys/uevent", "");
	assert_int_equal(cli_apply("one.mend"), 0);
}

static void or_does_not_if_that_cannot_be(void **state)
{
	(void)state;
	killed(NULL, "apply --cert mend.pem one.mend");
	assert_int_equal(test_run(&cli_out, "cd %s && trap '' XFSZ && ulimit -f 0 && " TEST_MEND_FAKE
				  " history", cli_dir), 0);
	cli_has("apply one.1: interrupted: ");
	assert_null(strstr(cli_text(), "mend history:"));
	assert_int_equal(count_files("history"), 1);
	crash();
	assert_int_equal(cli_apply("one.mend"), 4);
}

/* Between its deadline and being taken back a patch looks as if it were confirmed. */
static void that_it_was_confirmed_only_who_has_done_it_knows(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --probation 10m"), 0);
	test_file(cli_dir, "sys/one.1/probation_ms", "0\n");
	assert_int_equal(cli_mend("status"), 0);
	taken_back("one", "128 nobody came");
	reboot();
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: held back: ");
}

/* What becomes of it later is another record's: that of an older one is known before. */
static void a_retry_does_not_change_how_the_first_try_ended(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	taken_back("one", "128 nobody came");
	assert_int_equal(cli_apply("one.mend --retry"), 0);
	assert_int_equal(cli_mend("revert one --unload"), 0);
	assert_int_equal(cli_mend("history"), 0);
	cli_has("apply one.1: rolled-back (DEADLINE): nobody came\n");
	assert_int_equal(cli_apply("one.mend --probation 10m"), 0);
	taken_back("one", "129 it oopsed");
	assert_int_equal(cli_mend("revert one --unload"), 0);
	assert_int_equal(cli_mend("history"), 0);
	cli_has("apply one.1: rolled-back (OOPS): it oopsed\n");
}

static void a_retry_that_was_killed_holds_back_as_before(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --probation 10m"), 0);
	crash();
	test_file(cli_dir, "sys/uevent", "");
	killed(NULL, "apply --retry --cert mend.pem one.mend");
	reboot();
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: held back: ");
	/* killed when it had done it: it was on, and no harm came of it */
	test_file(cli_dir, "sys/uevent", "");
	killed("switch", "apply --retry --cert mend.pem one.mend");
	assert_int_equal(cli_mend("history"), 0);
	cli_has(" 60.6 us   apply one.1: interrupted: the program ended before it could say so: it is "
		"on\n");
	reboot();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on, on probation\n");
}

static void what_mend_ko_refuses_a_boot_calls_refused(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	reboot();
	cli_fail_call("authorize", 129, 32, "built without keys");
	assert_int_equal(boot(""), 4);
	assert_string_equal(cli_text(), "'one' generation 1: refused: built without keys\n");
	assert_int_equal(cli_mend("history"), 0);
	cli_has("boot one.1: refused (NO_KEYS): built without keys\n");
	assert_int_equal(test_run(&cli_out, "rm %s/fail-authorize", cli_dir), 0);
	reboot();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_on_does_not_confirm_what_goes_on),
		TEST(nor_is_it_held_back_with_it),
		TEST(nor_if_the_machine_goes_down_meanwhile),
		TEST(of_an_apply_only_what_goes_on_is_recorded),
		TEST(what_was_confirmed_is_so_although_another_was_not),
		TEST(a_boot_that_finds_it_on_has_ended_its_attempt),
		TEST(an_installation_that_finds_it_on_installs_it),
		TEST(only_a_confirmation_spares_the_probation_that_was_asked_for),
		TEST(what_was_unloaded_has_not_gone_down_with_the_machine),
		TEST(who_looks_writes_down_how_it_ended),
		TEST(or_does_not_if_that_cannot_be),
		TEST(that_it_was_confirmed_only_who_has_done_it_knows),
		TEST(a_retry_does_not_change_how_the_first_try_ended),
		TEST(a_retry_that_was_killed_holds_back_as_before),
		TEST(what_mend_ko_refuses_a_boot_calls_refused),
	};

	return cmocka_run_group_tests_name("fake_records", tests, cli_group_setup,
					   cli_group_teardown);
}
