// SPDX-License-Identifier: MIT
/*
 * Several bundles and names in one switch, on a fake machine: all or nothing.
 */
#include "common.h"

#include <errno.h>
#include <signal.h>

#include "fake.h"
#include "lib/apply.h"

static struct signer signer;
static struct bundle bundles[3];
static char digest[65];

/* "one", "two" and "three", generation 7 */
static int group_setup(void **state)
{
	static const char *const names[] = { "name one\n", "name two\n", "name three\n" };
	struct buf file;
	struct err e;
	size_t i;

	(void)state;
	test_signer(&signer, TEST_NOW - 1000);
	for (i = 0; i < 3; i++) {
		memset(&file, 0, sizeof(file));
		test_bundle(&file, &signer, "name ", names[i]);
		if (bundle_open(&bundles[i], &file, &signer.trust, TEST_NOW, &e))
			return -1;
	}
	hex_encode(digest, bundles[0].manifest.payloads[0].sha256, MEND_DIGEST_LEN);
	return 0;
}

static int group_teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		bundle_free(&bundles[i]);
	test_signer_free(&signer);
	return 0;
}

static struct err e;
static struct switch_wait patience;
static struct apply_patch on[3];
static struct revert_patch off[3];
static struct apply request;
static struct revert back;
static atomic_int stop;

static int setup(void **state)
{
	(void)state;
	fake_start();
	fake.bundles[0] = &bundles[0];
	fake.bundles[1] = &bundles[1];
	fake.bundles[2] = &bundles[2];
	patience = (struct switch_wait){ .timeout_ms = 2500 };
	stop = 0;
	memset(on, 0, sizeof(on));
	memset(off, 0, sizeof(off));
	on[0] = (struct apply_patch){ .path = "1.mend", .bundle = &bundles[0] };
	on[1] = (struct apply_patch){ .path = "2.mend", .bundle = &bundles[1] };
	on[2] = (struct apply_patch){ .path = "3.mend", .bundle = &bundles[2] };
	request = (struct apply){ .on = on, .off = off, .wait = &patience };
	back = (struct revert){ .off = off, .wait = &patience };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	apply_free(&request);
	fake_stop();
	return 0;
}

static uint32_t apply(size_t nr_on, size_t nr_off)
{
	request.nr_on = nr_on;
	request.nr_off = nr_off;
	return apply_run(&fake.mc, &request, &e) ? e.reason : 0;
}

static uint32_t revert(size_t nr_off)
{
	back.nr_off = nr_off;
	return revert_run(&fake.mc, &back, &e) ? e.reason : 0;
}

static bool is_on(const char *name)
{
	struct sysfs_patches all;
	bool found;

	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	found = sysfs_find_enabled(&all, name);
	sysfs_free(&all);
	return found;
}

static void check_op(size_t i, const char *name, unsigned int generation, uint32_t action)
{
	assert_string_equal(fake.ops[i].name, name);
	assert_int_equal(fake.ops[i].generation, generation);
	assert_int_equal(fake.ops[i].action, action);
}

static void all_are_loaded_before_the_one_switch(void **state)
{
	(void)state;
	assert_int_equal(apply(3, 0), 0);
	assert_string_equal(fake.calls, "oalalals");
	assert_int_equal(fake.sw_args.nr_ops, 3);
	check_op(0, "one", 7, MEND_OP_ON);
	check_op(1, "two", 7, MEND_OP_ON);
	check_op(2, "three", 7, MEND_OP_ON);
	assert_true(on[0].loaded && on[1].loaded && on[2].loaded);
	assert_int_equal(request.sw.pause_ns, 12345);
}

static void on_and_off_are_one_switch(void **state)
{
	(void)state;
	fake_patch("old", 4, "mend_old_4", "44", true);
	off[0].name = "old";
	assert_int_equal(apply(2, 1), 0);
	assert_string_equal(fake.calls, "oalals");
	assert_int_equal(fake.sw_args.nr_ops, 3);
	check_op(2, "old", 0, MEND_OP_OFF);
	assert_int_equal(off[0].generation, 4);
	assert_false(is_on("old"));
	assert_true(is_on("one") && is_on("two"));
}

static void what_is_on_or_off_already_does_not_hold_up_the_others(void **state)
{
	(void)state;
	fake_patch("one", 7, "mend_one_7", digest, true);
	fake_patch("two", 3, "mend_two_3", "33", true);
	fake_patch("old", 4, "mend_old_4", "44", false);
	off[0].name = "old";
	assert_int_equal(apply(2, 1), 0);
	assert_string_equal(fake.calls, "oals");
	assert_true(on[0].was_on);
	assert_false(on[0].loaded);
	assert_int_equal(on[0].replaced, 0);
	assert_false(on[1].was_on);
	assert_int_equal(on[1].replaced, 3);
	assert_int_equal(off[0].generation, 0);
}

static void nothing_is_asked_if_all_is_as_it_is_to_be(void **state)
{
	(void)state;
	fake_patch("one", 7, "mend_one_7", digest, true);
	fake_patch("two", 7, "mend_two_7", digest, true);
	fake_patch("old", 4, "mend_old_4", "44", false);
	off[0].name = "old";
	assert_int_equal(apply(2, 1), ERR_NOTHING);
	assert_int_equal(e.code, EXIT_CODE_NOTHING);
	assert_string_equal(fake.calls, "o");
}

static void a_name_twice_is_an_error_before_anything_is_touched(void **state)
{
	(void)state;
	on[1].bundle = &bundles[0];
	assert_int_equal(apply(3, 0), MEND_R_DUPLICATE);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	test_contains(e.message, "'one'");
	assert_string_equal(fake.calls, "");
	on[1].bundle = &bundles[1];
	off[0].name = "two";
	fake_patch("two", 3, "mend_two_3", "33", true);
	assert_int_equal(apply(2, 1), MEND_R_DUPLICATE);
	assert_string_equal(e.context[0], "bundle '2.mend'");
	assert_string_equal(fake.calls, "");
}

static void one_bundle_for_another_build_is_known_before_any_is_loaded(void **state)
{
	struct buf file = { 0 };
	struct bundle other;

	(void)state;
	test_bundle(&file, &signer, "build-id ",
		    "build-id 1111111111111111111111111111111111111111\n");
	assert_int_equal(bundle_open(&other, &file, &signer.trust, TEST_NOW, &e), 0);
	on[1].bundle = &other;
	assert_int_equal(apply(3, 0), MEND_R_BUILD_ID);
	assert_string_equal(e.context[0], "bundle '2.mend'");
	assert_string_equal(fake.calls, "");
	bundle_free(&other);
}

static void a_name_to_revert_that_is_not_there_is_known_before_any_is_loaded(void **state)
{
	(void)state;
	off[0].name = "nobody";
	assert_int_equal(apply(2, 1), MEND_R_NO_PATCH);
	assert_string_equal(fake.calls, "o");
}

static void another_payload_under_one_of_the_names_is_known_before_any_is_loaded(void **state)
{
	(void)state;
	fake_patch("two", 7, "somebody_else", "00", false);
	assert_int_equal(apply(2, 0), MEND_R_DUPLICATE);
	assert_string_equal(e.context[0], "bundle '2.mend'");
	assert_string_equal(fake.calls, "o");
}

static void a_second_one_that_is_refused_takes_the_first_away(void **state)
{
	(void)state;
	fake.authorize = EKEYREJECTED;
	fake.reason = MEND_R_SIGNATURE;
	fake.spared = 1;
	assert_int_equal(apply(3, 0), MEND_R_SIGNATURE);
	assert_string_equal(e.context[0], "bundle '2.mend'");
	assert_string_equal(fake.calls, "oalau");
	assert_string_equal(fake.unloaded, "ko_one ");
	assert_int_equal(fake_nr_patches(), 0);
}

static void a_third_one_that_does_not_load_takes_all_away_in_reverse(void **state)
{
	(void)state;
	fake.load = ENOEXEC;
	fake.spared = 2;
	assert_int_equal(apply(3, 0), ERR_LOAD);
	assert_string_equal(e.context[0], "bundle '3.mend'");
	assert_string_equal(fake.calls, "oalalalruu");
	assert_string_equal(fake.unloaded, "ko_two ko_one ");
	assert_true(on[0].unloaded && on[1].unloaded);
	assert_int_equal(fake_nr_patches(), 0);
}

static void a_busy_switch_takes_away_what_was_loaded_and_nothing_else(void **state)
{
	(void)state;
	fake_patch("two", 7, "mend_two_7", digest, false);
	fake_patch("old", 4, "mend_old_4", "44", true);
	off[0].name = "old";
	fake.sw = EBUSY;
	fake.reason = MEND_R_BUSY;
	assert_int_equal(apply(3, 1), MEND_R_BUSY);
	assert_int_equal(e.code, EXIT_CODE_BUSY);
	assert_int_equal(e.nr_context, 0);
	assert_string_equal(fake.unloaded, "ko_three ko_one ");
	assert_int_equal(fake_nr_patches(), 2);
	assert_true(is_on("old"));
	assert_int_equal(request.sw.blocker.pid, 123);
}

static void all_that_cannot_be_unloaded_are_named(void **state)
{
	(void)state;
	fake.sw = EBUSY;
	fake.reason = MEND_R_BUSY;
	fake.unload = EAGAIN;
	assert_int_equal(apply(2, 0), MEND_R_BUSY);
	test_contains(e.message, "'one', module 'ko_one', stays loaded and off");
	test_contains(e.message, "'two', module 'ko_two', stays loaded and off");
}

static void a_signal_between_two_loads_ends_it(void **state)
{
	(void)state;
	patience.stop = &stop;
	fake.load_stop = &stop;
	assert_int_equal(apply(3, 0), MEND_R_INTERRUPTED);
	assert_string_equal(fake.calls, "oalu");
	assert_int_equal(fake_nr_patches(), 0);
}

static void owners_are_named_for_every_patch(void **state)
{
	(void)state;
	fake.sw = EBUSY;
	fake.reason = MEND_R_FTRACE_OWNER;
	test_file(fake.dir, "livepatch/klp_x/vmlinux/first,1/.keep", "");
	assert_int_equal(apply(2, 0), MEND_R_FTRACE_OWNER);
	test_contains(e.message, "first belongs to the kernel livepatch 'klp_x'");
}

/* The same times as the switch: it was this one. */
static void supersede(const char *name, const char *pause_ns, const char *state)
{
	fake_attr(name, 4, "pause_ns", pause_ns);
	fake_attr(name, 4, "rendezvous_ns", "0");
	fake_attr(name, 4, "wait_ns", "0");
	fake_attr(name, 4, "attempts", "1");
	fake_attr(name, 4, "state", state);
}

static void others_that_had_to_go_are_told(void **state)
{
	(void)state;
	fake_patch("one", 7, "mend_one_7", digest, false);
	fake_patch("old", 4, "mend_old_4", "44", false);
	supersede("old", "12345", "replaced");
	fake_patch("older", 4, "mend_older_4", "44", false);
	supersede("older", "12344", "replaced");
	fake_patch("off", 4, "mend_off_4", "44", false);
	supersede("off", "12345", "off");
	fake_patch("two", 4, "mend_two_4", "44", false);
	supersede("two", "12345", "replaced");
	assert_int_equal(apply(2, 0), 0);
	assert_int_equal(request.nr_superseded, 0);
	apply_free(&request);
	fake_attr("one", 7, "enabled", "0");
	fake_attr("one", 7, "replace", "1");
	assert_int_equal(apply(2, 0), 0);
	assert_int_equal(request.nr_superseded, 1);
	assert_string_equal(request.superseded[0].name, "old");
	assert_int_equal(request.superseded[0].generation, 4);
}

static void probation_and_force_reach_the_kernel(void **state)
{
	(void)state;
	request.probation_ms = 600000;
	assert_int_equal(apply(1, 0), 0);
	assert_int_equal(fake.sw_args.probation_ms, 600000);
	assert_int_equal(fake.sw_args.flags, 0);
	assert_false(on[0].forced);
	request.probation_ms = 0;
	request.force = true;
	assert_int_equal(apply(2, 0), 0);
	assert_int_equal(fake.sw_args.flags, MEND_SWITCH_FORCE);
	assert_int_equal(fake.sw_args.probation_ms, 0);
	assert_true(on[1].forced);
}

static void several_are_reverted_at_once(void **state)
{
	(void)state;
	fake_patch("one", 7, "mend_one_7", digest, true);
	fake_patch("two", 7, "mend_two_7", digest, false);
	fake_patch("three", 2, "mend_three_2", "22", true);
	off[0].name = "one";
	off[1].name = "two";
	off[2].name = "three";
	assert_int_equal(revert(3), 0);
	assert_string_equal(fake.calls, "os");
	assert_int_equal(fake.sw_args.nr_ops, 3);
	check_op(0, "one", 0, MEND_OP_OFF);
	check_op(2, "three", 0, MEND_OP_OFF);
	assert_int_equal(off[0].generation, 7);
	assert_int_equal(off[1].generation, 0);
	assert_int_equal(off[2].generation, 2);
	assert_int_equal(revert(3), ERR_NOTHING);
	assert_string_equal(fake.calls, "os");
}

static void one_unknown_name_reverts_nothing(void **state)
{
	(void)state;
	fake_patch("one", 7, "mend_one_7", digest, true);
	off[0].name = "one";
	off[1].name = "nobody";
	assert_int_equal(revert(2), MEND_R_NO_PATCH);
	assert_string_equal(fake.calls, "");
	assert_true(is_on("one"));
}

static void unload_takes_the_payloads_of_all_names_and_no_others(void **state)
{
	(void)state;
	fake_patch("one", 6, "mend_one_6", "66", false);
	fake_patch("one", 7, "mend_one_7", digest, true);
	fake_patch("two", 7, "mend_two_7", digest, true);
	fake_patch("three", 7, "mend_three_7", digest, false);
	off[0].name = "two";
	off[1].name = "one";
	back.unload = true;
	assert_int_equal(revert(2), 0);
	assert_int_equal(back.unloaded, 3);
	assert_int_equal(fake_nr_patches(), 1);
}

static void a_forced_revert_says_so(void **state)
{
	(void)state;
	fake_patch("one", 7, "mend_one_7", digest, true);
	fake_attr("one", 7, "forced", "1");
	off[0].name = "one";
	back.force = true;
	assert_int_equal(revert(1), 0);
	assert_int_equal(fake.sw_args.flags, MEND_SWITCH_FORCE);
	assert_true(off[0].forced);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_loaded_before_the_one_switch),
		TEST(on_and_off_are_one_switch),
		TEST(what_is_on_or_off_already_does_not_hold_up_the_others),
		TEST(nothing_is_asked_if_all_is_as_it_is_to_be),
		TEST(a_name_twice_is_an_error_before_anything_is_touched),
		TEST(one_bundle_for_another_build_is_known_before_any_is_loaded),
		TEST(a_name_to_revert_that_is_not_there_is_known_before_any_is_loaded),
		TEST(another_payload_under_one_of_the_names_is_known_before_any_is_loaded),
		TEST(a_second_one_that_is_refused_takes_the_first_away),
		TEST(a_third_one_that_does_not_load_takes_all_away_in_reverse),
		TEST(a_busy_switch_takes_away_what_was_loaded_and_nothing_else),
		TEST(all_that_cannot_be_unloaded_are_named),
		TEST(a_signal_between_two_loads_ends_it),
		TEST(owners_are_named_for_every_patch),
		TEST(others_that_had_to_go_are_told),
		TEST(probation_and_force_reach_the_kernel),
		TEST(several_are_reverted_at_once),
		TEST(one_unknown_name_reverts_nothing),
		TEST(unload_takes_the_payloads_of_all_names_and_no_others),
		TEST(a_forced_revert_says_so),
	};

	return cmocka_run_group_tests_name("transaction", tests, group_setup, group_teardown);
}
