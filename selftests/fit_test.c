// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signed payloads that do not fit: each is refused with its own reason, at
 * load or at the switch, whichever can know it first, and changes nothing.
 */
#define _GNU_SOURCE
#include "kselftest_mend.h"
#include "mendtest.h"

void suite_setup(void)
{
	go_home();
	load_mend("");
}

void test_setup(void)
{
	load_target();
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

/* Load and switch on; returns the errno and the reason of the refusal. */
static int try_apply(const char *module, const char *name, struct mend_report *report)
{
	struct mend_op on = op_on(name, 1);
	struct mend_switch s;
	int err = load_signed(module, report);

	if (err)
		return err;
	err = switch_ops(&on, 1, 500, &s);
	*report = s.report;
	return err;
}

static void expect_refused(const char *module, const char *name, int err, unsigned int reason)
{
	struct mend_report report = { 0 };

	ASSERT_EQ(err, try_apply(module, name, &report));
	DIAG("%s", report.text);
	EXPECT_EQ(reason, report.reason);
	EXPECT_NE('\0', report.text[0]);
	EXPECT_NE(0, strcmp("on", attribute(name, 1, "state")));
	EXPECT_EQ(0, target("plain"));
	EXPECT_EQ(0, target("first"));
}

#define REFUSED(_test, _what, _err, _reason)				\
	TEST(_test)							\
	{								\
		expect_refused("mend_test_" #_what, "test-" #_what, _err, _reason); \
	}

REFUSED(a_function_that_does_not_exist, missing, -ENOENT, MEND_R_NO_SYMBOL)
REFUSED(a_sympos_beyond_the_last_duplicate, dup4, -ENOENT, MEND_R_NO_SYMBOL)
REFUSED(a_name_of_three_functions_without_sympos, dup0, -EINVAL, MEND_R_AMBIGUOUS)
REFUSED(an_init_function, init, -EINVAL, MEND_R_INIT_SYMBOL)
REFUSED(a_notrace_function, notrace, -EINVAL, MEND_R_NO_FENTRY)
REFUSED(a_function_of_mend_itself, self, -EINVAL, MEND_R_UNPATCHABLE)
REFUSED(a_function_that_is_always_on_a_stack, schedule, -EINVAL, MEND_R_UNPATCHABLE)
REFUSED(an_unexported_symbol_that_does_not_exist, badsym, -ENOENT, MEND_R_NO_SYMBOL)
REFUSED(one_function_named_twice, twice, -EINVAL, MEND_R_DUPLICATE)
REFUSED(a_patch_of_which_one_function_does_not_exist, half, -ENOENT, MEND_R_NO_SYMBOL)
REFUSED(a_relocation_outside_the_payload, badplace, -ENOEXEC, MEND_R_RELOC)
REFUSED(a_relocation_of_an_unknown_type, badtype, -ENOEXEC, MEND_R_RELOC)

TEST(a_function_of_another_payload)
{
	ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
	expect_refused("mend_test_payload", "test-payload", -EINVAL, MEND_R_UNPATCHABLE);
}

/* What the manifest says and what the payload does must be the same thing. */
TEST(a_manifest_with_another_name_than_the_payload)
{
	expect_refused("other-name", "test-other", -ENOEXEC, MEND_R_PAYLOAD_MISMATCH);
}

TEST(a_manifest_with_another_generation_than_the_payload)
{
	struct mend_report report;

	ASSERT_EQ(-ENOEXEC, load_signed("other-generation", &report));
	EXPECT_EQ(MEND_R_PAYLOAD_MISMATCH, report.reason);
	EXPECT_TRUE(!is_loaded("mend_test_plain"));
}

TEST(a_manifest_with_another_function_than_the_payload)
{
	expect_refused("other-func", "test-plain", -ENOEXEC, MEND_R_PAYLOAD_MISMATCH);
}

TEST(a_manifest_that_leaves_a_function_out)
{
	expect_refused("less-funcs", "test-pair", -ENOEXEC, MEND_R_PAYLOAD_MISMATCH);
}

TEST(a_manifest_with_a_function_too_many)
{
	expect_refused("more-funcs", "test-plain", -ENOEXEC, MEND_R_PAYLOAD_MISMATCH);
}

TEST(a_manifest_with_another_sympos_than_the_payload)
{
	expect_refused("other-sympos", "test-dup1", -ENOEXEC, MEND_R_PAYLOAD_MISMATCH);
}

TEST(a_signed_module_that_is_no_payload)
{
	struct mend_report report;

	load_signed("not-a-payload", &report);
	EXPECT_EQ(MEND_R_PAYLOAD_FORMAT, report.reason);
	EXPECT_TRUE(!is_loaded("mend_kprobe"));
}

/* A payload that was refused leaves nothing behind that could refuse the next. */
TEST(a_good_payload_after_a_refused_one)
{
	struct mend_report report;
	struct mend_op on = op_on("test-plain", 1);

	ASSERT_NE(0, try_apply("mend_test_missing", "test-missing", &report));
	ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
	ASSERT_EQ(0, switch_ops(&on, 1, SWITCH_TIMEOUT_MS, NULL));
	EXPECT_EQ(1, target("plain"));
}

TEST_MAIN()
