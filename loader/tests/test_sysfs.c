// SPDX-License-Identifier: MIT
/*
 * Reading /sys/kernel/mend, and finding who else redirects a function.
 */
#include "common.h"

#include <stdlib.h>

#include "fake.h"
#include "lib/sysfs.h"

static void everything_is_read(void **state)
{
	const struct sysfs_patch *p;
	struct sysfs_patches all;
	struct err e;

	(void)state;
	fake_patch("zebra", 2, "mend_zebra_2", "22", false);
	fake_patch("ant", 10, "mend_ant_10", "1010", true);
	fake_patch("ant", 9, "mend_ant_9", "99", false);
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	assert_int_equal(all.nr_patches, 3);
	/* by name, then by number and not by digits */
	assert_int_equal(all.patches[0].generation, 9);
	assert_int_equal(all.patches[1].generation, 10);
	assert_string_equal(all.patches[2].name, "zebra");
	p = sysfs_find(&all, "ant", 10);
	assert_ptr_equal(p, sysfs_find_enabled(&all, "ant"));
	assert_true(p->enabled);
	assert_string_equal(p->state, "on");
	assert_string_equal(p->digest, "1010");
	assert_string_equal(p->signer, "test signer");
	assert_string_equal(p->module, "mend_ant_10");
	assert_int_equal(p->pause_ns, 4242);
	assert_int_equal(p->rendezvous_ns, 77);
	assert_int_equal(p->wait_ns, 88);
	assert_int_equal(p->attempts, 3);
	assert_int_equal(p->switched_at, 1750000000);
	assert_int_equal(p->nr_objects, 2);
	assert_string_equal(p->objects[0].name, "ext4");
	assert_false(p->objects[0].patched);
	assert_string_equal(p->objects[0].funcs[0], "second.part.0,2");
	assert_string_equal(p->objects[1].name, "vmlinux");
	assert_true(p->objects[1].patched);
	assert_int_equal(p->objects[1].nr_funcs, 1);
	assert_null(sysfs_find(&all, "ant", 11));
	assert_null(sysfs_find_enabled(&all, "zebra"));
	sysfs_free(&all);
}

static void what_is_wrong_with_a_patch_is_read(void **state)
{
	const struct sysfs_patch *p;
	struct sysfs_patches all;
	struct err e;

	(void)state;
	fake_patch("ant", 9, "mend_ant_9", "99", true);
	fake_attr("ant", 9, "state", "rollback-blocked");
	fake_attr("ant", 9, "reason", "131 CPU 1 was stuck");
	fake_attr("ant", 9, "forced", "1");
	fake_attr("ant", 9, "probation_ms", "604800000");
	fake_patch("bee", 1, "mend_bee_1", "11", true);
	fake_attr("bee", 1, "reason", "");
	fake_patch("cow", 1, "mend_cow_1", "11", true);
	fake_attr("cow", 1, "reason", "many words");
	fake_patch("dog", 1, "mend_dog_1", "11", true);
	fake_attr("dog", 1, "reason", "128");
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	p = sysfs_find_name(&all, "ant");
	assert_int_equal(p->reason, MEND_R_SOFTLOCKUP);
	assert_string_equal(p->reason_text, "CPU 1 was stuck");
	assert_true(p->forced);
	assert_true(sysfs_rolled_back(p));
	assert_int_equal(p->probation_ms, MEND_PROBATION_MAX_MS);
	p = sysfs_find_name(&all, "bee");
	assert_int_equal(p->reason, 0);
	assert_string_equal(p->reason_text, "");
	assert_false(p->forced);
	assert_false(sysfs_rolled_back(p));
	assert_int_equal(sysfs_find_name(&all, "cow")->reason, 0);
	assert_int_equal(sysfs_find_name(&all, "dog")->reason, MEND_R_DEADLINE);
	assert_null(sysfs_find_name(&all, "do"));
	sysfs_free(&all);
}

static void modules_are_told_apart_from_what_is_built_in(void **state)
{
	struct sysfs_patches all;
	struct err e;

	(void)state;
	fake_patch("ant", 9, "mend_ant_9", "99", true);
	test_file(fake.dir, "module/ext4/parameters/x", "");
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	assert_string_equal(all.patches[0].objects[0].name, "ext4");
	assert_false(all.patches[0].objects[0].loaded);
	assert_true(all.patches[0].objects[1].loaded);
	sysfs_free(&all);
	test_file(fake.dir, "module/ext4/initstate", "live\n");
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	assert_true(all.patches[0].objects[0].loaded);
	sysfs_free(&all);
}

static void no_patch_is_no_error(void **state)
{
	struct sysfs_patches all;
	struct err e;

	(void)state;
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	assert_int_equal(all.nr_patches, 0);
	sysfs_free(&all);
}

static void no_module_is_one(void **state)
{
	struct sysfs_patches all;
	struct err e;

	(void)state;
	fake.mc.sysfs = "/no/such/directory";
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), -1);
	assert_int_equal(e.reason, ERR_DEVICE);
}

static void one_that_goes_away_is_left_out(void **state)
{
	struct sysfs_patches all;
	struct err e;

	(void)state;
	fake_patch("ant", 9, "mend_ant_9", "99", false);
	test_file(fake.dir, "mend/gone.1/vmlinux/first,1/.keep", "");
	test_file(fake.dir, "mend/gone.1/name", "");
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	assert_int_equal(all.nr_patches, 1);
	sysfs_free(&all);
}

static void nonsense_does_no_harm(void **state)
{
	struct sysfs_patches all;
	char huge[4096];
	struct err e;

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	fake_patch("ant", 9, "mend_ant_9", "99", false);
	test_file(fake.dir, "mend/ant.9/signer", huge);
	test_file(fake.dir, "mend/ant.9/state", huge);
	test_file(fake.dir, "mend/ant.9/pause_ns", "many\n");
	test_file(fake.dir, "mend/ant.9/attempts", "99999999999999999999999\n");
	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	assert_int_equal(strlen(all.patches[0].signer), sizeof(all.patches[0].signer) - 1);
	assert_int_equal(all.patches[0].pause_ns, 0);
	assert_int_equal(all.patches[0].attempts, 0);
	sysfs_free(&all);
}

static bool owner(const char *object, const char *symbol, const char *expected)
{
	char text[300] = "";

	if (!sysfs_owner(&fake.mc, object, symbol, text, sizeof(text)))
		return false;
	test_contains(text, expected);
	return true;
}

static void a_livepatch_is_found(void **state)
{
	(void)state;
	test_file(fake.dir, "livepatch/other/vmlinux/second,1/.keep", "");
	test_file(fake.dir, "livepatch/klp_fix/ext4/first,1/.keep", "");
	assert_true(owner("ext4", "first", "'klp_fix'"));
	assert_true(owner("vmlinux", "second", "'other'"));
	assert_false(owner("vmlinux", "first", ""));
	assert_false(owner("vmlinux", "secon", ""));
	assert_false(owner("vmlinux", "second,1", ""));
}

static void a_kprobe_is_found(void **state)
{
	(void)state;
	test_file(fake.dir, "kprobes",
		  "ffffffff81000000  k  first+0x0    [FTRACE]\n"
		  "ffffffffc0000004  k  in_module+0x4  ext4 [DISABLED]\n"
		  "ffffffff81000010  r  third+0x0  \n"
		  "nonsense\n\n   \n");
	assert_true(owner("vmlinux", "first", "kprobe"));
	assert_true(owner("vmlinux", "third", "kprobe"));
	assert_true(owner("ext4", "in_module", "kprobe"));
	assert_false(owner("vmlinux", "in_module", ""));
	assert_false(owner("ext4", "first", ""));
	assert_false(owner("vmlinux", "fir", ""));
}

/* One that supersedes all others has superseded "ant". */
static void superseded(void)
{
	fake_patch("ant", 2, "ko", "11", false);
	fake_attr("ant", 2, "state", "replaced");
	fake_patch("big", 1, "ko", "12", true);
	fake_attr("big", 1, "replace", "1");
}

static bool is_covered(const char *name, uint64_t generation)
{
	struct sysfs_patches all;
	struct err e;
	bool covered;

	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	covered = sysfs_covers(&all, name, generation);
	sysfs_free(&all);
	return covered;
}

static void what_is_on_covers_what_is_older(void **state)
{
	(void)state;
	fake_patch("ant", 2, "ko", "11", true);
	assert_true(is_covered("ant", 1));
	assert_true(is_covered("ant", 2));
	assert_false(is_covered("ant", 3));
	assert_false(is_covered("bee", 1));
}

static void and_what_it_has_superseded_while_it_is_on(void **state)
{
	(void)state;
	superseded();
	assert_true(is_covered("ant", 2));
	assert_false(is_covered("ant", 3));
	assert_false(is_covered("bee", 1));
	/* superseded in its turn, by a later one that is on */
	fake_attr("big", 1, "enabled", "0");
	assert_false(is_covered("ant", 2));
	fake_patch("big", 2, "ko", "13", true);
	fake_attr("big", 2, "switched_at", "1750000100");
	assert_false(is_covered("ant", 2));
	fake_attr("big", 2, "replace", "1");
	assert_true(is_covered("ant", 2));
}

static void what_was_switched_off_otherwise_is_not_covered(void **state)
{
	(void)state;
	superseded();
	/* by request */
	fake_attr("ant", 2, "state", "off");
	assert_false(is_covered("ant", 2));
	/* by its own next generation, which was switched off then */
	fake_attr("ant", 2, "state", "replaced");
	fake_patch("ant", 3, "ko", "13", false);
	fake_attr("ant", 3, "state", "off");
	assert_false(is_covered("ant", 2));
	/* after the one that supersedes all others */
	fake_attr("ant", 3, "state", "replaced");
	assert_true(is_covered("ant", 2));
	fake_attr("big", 1, "switched_at", "1749999999");
	assert_false(is_covered("ant", 2));
}

static void nobody_is_found_where_nothing_can_be_read(void **state)
{
	(void)state;
	assert_false(owner("vmlinux", "first", ""));
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_is_read),
		TEST(what_is_wrong_with_a_patch_is_read),
		TEST(modules_are_told_apart_from_what_is_built_in),
		TEST(no_patch_is_no_error),
		TEST(no_module_is_one),
		TEST(one_that_goes_away_is_left_out),
		TEST(nonsense_does_no_harm),
		TEST(a_livepatch_is_found),
		TEST(a_kprobe_is_found),
		TEST(what_is_on_covers_what_is_older),
		TEST(and_what_it_has_superseded_while_it_is_on),
		TEST(what_was_switched_off_otherwise_is_not_covered),
		TEST(nobody_is_found_where_nothing_can_be_read),
	};

	return cmocka_run_group_tests_name("sysfs", tests, NULL, NULL);
}
