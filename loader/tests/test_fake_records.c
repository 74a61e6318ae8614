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

/* A command that is killed when it asks mend.ko for the first thing */
static void killed_at_first_call(const char *command)
{
	assert_int_equal(test_run(&cli_out, "cd %s && sed -i '2i kill -KILL $(cat pid)' kernel && "
				  "sh -c 'echo $$ >pid; exec " TEST_MEND_FAKE " %s'; code=$?; "
				  "cp " TEST_FAKE_KERNEL " kernel; exit $code", cli_dir, command),
			 137);
}

static void nor_if_the_machine_goes_down_meanwhile(void **state)
{
	(void)state;
	install_one();
	killed_at_first_call("install --cert mend.pem one.mend two.mend");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_on_does_not_confirm_what_goes_on),
		TEST(nor_is_it_held_back_with_it),
		TEST(nor_if_the_machine_goes_down_meanwhile),
		TEST(of_an_apply_only_what_goes_on_is_recorded),
	};

	return cmocka_run_group_tests_name("fake_records", tests, cli_group_setup,
					   cli_group_teardown);
}
