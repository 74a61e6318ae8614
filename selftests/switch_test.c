// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switching on and off through the ioctl and through sysfs: what a function
 * does before and after, what a patch may reach, what a switch refuses.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "kselftest_mend.h"
#include "mendtest.h"

void suite_setup(void)
{
	go_home();
}

/* A fresh mend.ko for each test: it remembers the generations that were on. */
void test_setup(void)
{
	load_mend("");
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

TEST(info_tells_the_running_kernel_and_its_keys)
{
	struct mend_info info = { .size = sizeof(info) };
	int dev = mend_device();
	size_t len;
	unsigned char *notes = slurp("/sys/kernel/notes", &len);

	ASSERT_EQ(0, ioctl(dev, MEND_IOC_INFO, &info));
	EXPECT_EQ(MEND_ABI_VERSION, info.abi);
	EXPECT_EQ(MEND_INFO_REQUIRE_SIGNATURE, info.flags);
	EXPECT_GT(info.nr_keys, 0);
	EXPECT_EQ(MEND_BUILD_ID_LEN, info.build_id_len);
	ASSERT_TRUE(notes);
	EXPECT_TRUE(memmem(notes, len, info.build_id, info.build_id_len));
}

TEST(a_loaded_payload_is_registered_and_changes_nothing)
{
	struct signed_case c = load_case("mend_test_plain");

	load_ok("mend_test_plain");
	EXPECT_EQ(0, target("plain"));
	EXPECT_STREQ("test-plain", attribute("test-plain", 1, "name"));
	EXPECT_STREQ("1", attribute("test-plain", 1, "generation"));
	EXPECT_STREQ("registered", attribute("test-plain", 1, "state"));
	EXPECT_STREQ("0", attribute("test-plain", 1, "enabled"));
	EXPECT_STREQ("mend_test_plain", attribute("test-plain", 1, "module"));
	EXPECT_STREQ(manifest_value(&c, "sha256"), attribute("test-plain", 1, "digest"));
}

TEST(sysfs_shows_the_manifest_that_was_signed)
{
	struct signed_case c = load_case("mend_test_plain");
	unsigned char *shown;
	size_t len;

	load_ok("mend_test_plain");
	shown = slurp(MEND_SYSFS "/test-plain.1/manifest", &len);
	ASSERT_TRUE(shown);
	ASSERT_EQ(c.manifest_len, len);
	EXPECT_EQ(0, memcmp(c.manifest, shown, len));
}

TEST(sysfs_names_objects_and_functions_with_sympos)
{
	struct stat st;

	load_ok("mend_test_plain");
	load_ok("mend_test_dup2");
	EXPECT_EQ(0, stat(MEND_SYSFS "/test-plain.1/mend_target/target_plain,1", &st));
	EXPECT_EQ(0, stat(MEND_SYSFS "/test-dup2.1/mend_target/target_dup,2", &st));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	EXPECT_STREQ("1", attribute("test-plain", 1, "mend_target/patched"));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_STREQ("0", attribute("test-plain", 1, "mend_target/patched"));
}

TEST(ioctl_switches_on_and_off)
{
	struct mend_op on = op_on("test-plain", 1);
	struct mend_switch s;

	load_ok("mend_test_plain");
	ASSERT_EQ(0, switch_ops(&on, 1, SWITCH_TIMEOUT_MS, &s));
	EXPECT_EQ(1, target("plain"));
	EXPECT_STREQ("on", attribute("test-plain", 1, "state"));
	EXPECT_STREQ("1", attribute("test-plain", 1, "enabled"));
	EXPECT_GE(s.attempts, 1);
	EXPECT_GT(s.tasks, 1);
	EXPECT_GT(s.pause_ns, 0);
	EXPECT_EQ(MEND_R_OK, s.report.reason);
	EXPECT_EQ(s.pause_ns, strtoull(attribute("test-plain", 1, "pause_ns"), NULL, 10));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
	EXPECT_STREQ("off", attribute("test-plain", 1, "state"));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	EXPECT_EQ(1, target("plain"));
}

TEST(sysfs_enabled_switches_on_and_off)
{
	load_ok("mend_test_plain");
	ASSERT_EQ(0, spit(MEND_SYSFS "/test-plain.1/enabled", "1\n"));
	EXPECT_EQ(1, target("plain"));
	EXPECT_STREQ("on", attribute("test-plain", 1, "state"));
	ASSERT_EQ(0, spit(MEND_SYSFS "/test-plain.1/enabled", "0\n"));
	EXPECT_EQ(0, target("plain"));
	EXPECT_STREQ("off", attribute("test-plain", 1, "state"));
}

TEST(sysfs_enabled_refuses_what_is_not_a_boolean)
{
	load_ok("mend_test_plain");
	EXPECT_EQ(-EINVAL, spit(MEND_SYSFS "/test-plain.1/enabled", "2\n"));
	EXPECT_EQ(-EINVAL, spit(MEND_SYSFS "/test-plain.1/enabled", "banana\n"));
	EXPECT_EQ(0, target("plain"));
}

TEST(two_functions_of_one_patch_change_together)
{
	load_ok("mend_test_pair");
	ASSERT_EQ(0, switch_on("test-pair", 1));
	EXPECT_EQ(1, target("inner"));
	EXPECT_EQ(1, target("outer"));
	ASSERT_EQ(0, switch_off("test-pair"));
	EXPECT_EQ(0, target("inner"));
	EXPECT_EQ(0, target("outer"));
	EXPECT_EQ(0, counter("mixed"));
}

TEST(one_switch_turns_several_patches)
{
	struct mend_op on[] = { op_on("test-plain", 1), op_on("test-pair", 1) };
	struct mend_op swap[] = { op_off("test-plain", 0), op_off("test-pair", 0),
				  op_on("test-dup1", 1) };

	load_ok("mend_test_plain");
	load_ok("mend_test_pair");
	load_ok("mend_test_dup1");
	ASSERT_EQ(0, switch_ops(on, 2, SWITCH_TIMEOUT_MS, NULL));
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(1, target("outer"));
	ASSERT_EQ(0, switch_ops(swap, 3, SWITCH_TIMEOUT_MS, NULL));
	EXPECT_EQ(0, target("plain"));
	EXPECT_EQ(0, target("outer"));
	EXPECT_EQ(11, target("dup1"));
}

TEST(a_switch_with_one_wrong_op_changes_nothing)
{
	struct mend_op ops[] = { op_on("test-plain", 1), op_on("test-no-such", 1) };
	struct mend_switch s;

	load_ok("mend_test_plain");
	ASSERT_EQ(-ENOENT, switch_ops(ops, 2, 1000, &s));
	EXPECT_EQ(MEND_R_NO_PATCH, s.report.reason);
	EXPECT_EQ(0, target("plain"));
	EXPECT_STREQ("registered", attribute("test-plain", 1, "state"));
}

TEST(a_higher_generation_replaces_in_one_switch)
{
	struct mend_op on = op_on("test-plain", 2);

	load_ok("mend_test_plain");
	ASSERT_EQ(0, switch_on("test-plain", 1));
	load_ok("mend_test_plain_2");
	EXPECT_EQ(1, target("plain"));
	ASSERT_EQ(0, switch_ops(&on, 1, SWITCH_TIMEOUT_MS, NULL));
	EXPECT_EQ(2, target("plain"));
	EXPECT_STREQ("replaced", attribute("test-plain", 1, "state"));
	EXPECT_STREQ("0", attribute("test-plain", 1, "enabled"));
	EXPECT_STREQ("on", attribute("test-plain", 2, "state"));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
	EXPECT_STREQ("off", attribute("test-plain", 2, "state"));
}

TEST(switching_on_what_is_on_has_nothing_to_do)
{
	struct mend_op on = op_on("test-plain", 1), off = op_off("test-plain", 1);
	struct mend_switch s;

	load_ok("mend_test_plain");
	EXPECT_NE(0, switch_ops(&off, 1, 1000, &s));
	ASSERT_EQ(0, switch_ops(&on, 1, SWITCH_TIMEOUT_MS, &s));
	EXPECT_EQ(-EALREADY, switch_ops(&on, 1, 1000, &s));
	EXPECT_EQ(MEND_R_STATE, s.report.reason);
	EXPECT_EQ(1, target("plain"));
	ASSERT_EQ(0, switch_ops(&off, 1, SWITCH_TIMEOUT_MS, &s));
	EXPECT_EQ(-EALREADY, switch_ops(&off, 1, 1000, &s));
	EXPECT_EQ(MEND_R_STATE, s.report.reason);
}

TEST(the_same_patch_is_registered_only_once)
{
	load_ok("mend_test_plain");
	EXPECT_EQ(-EEXIST, load_signed("mend_test_plain", NULL));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	EXPECT_EQ(1, target("plain"));
}

TEST(sympos_picks_one_of_three_functions_of_a_name)
{
	static const char *const cases[] = { "mend_test_dup1", "mend_test_dup2",
					     "mend_test_dup3" };
	static const char *const names[] = { "test-dup1", "test-dup2", "test-dup3" };
	static const char *const files[] = { "dup1", "dup2", "dup3" };
	int i, k;

	for (i = 0; i < 3; i++)
		load_ok(cases[i]);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, switch_on(names[i], 1));
		for (k = 0; k < 3; k++)
			EXPECT_EQ((k + 1) * 10 + (k == i), target(files[k]));
		ASSERT_EQ(0, switch_off(names[i]));
	}
}

TEST(three_functions_of_one_name_can_be_on_together)
{
	struct mend_op ops[] = { op_on("test-dup1", 1), op_on("test-dup2", 1),
				 op_on("test-dup3", 1) };

	load_ok("mend_test_dup1");
	load_ok("mend_test_dup2");
	load_ok("mend_test_dup3");
	ASSERT_EQ(0, switch_ops(ops, 3, SWITCH_TIMEOUT_MS, NULL));
	EXPECT_EQ(11, target("dup1"));
	EXPECT_EQ(21, target("dup2"));
	EXPECT_EQ(31, target("dup3"));
}

/* task_prio() of a normal task is 20 + nice */
TEST(a_payload_calls_an_unexported_function_of_vmlinux)
{
	load_ok("mend_test_extern");
	ASSERT_EQ(0, switch_on("test-extern", 1));
	EXPECT_EQ(20, target("extern"));
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, 7));
	EXPECT_EQ(27, target("extern"));
}

TEST(a_payload_reads_an_unexported_variable_of_vmlinux)
{
	unsigned char *before = slurp("/proc/cmdline", NULL), *after;

	load_ok("mend_test_cmdline");
	ASSERT_EQ(0, switch_on("test-cmdline", 1));
	after = slurp("/proc/cmdline", NULL);
	ASSERT_TRUE(before && after);
	ASSERT_EQ(0, strncmp((char *)after, "patched: ", 9));
	EXPECT_STREQ((char *)before, (char *)after + 9);
	ASSERT_EQ(0, switch_off("test-cmdline"));
	after = slurp("/proc/cmdline", NULL);
	EXPECT_STREQ((char *)before, (char *)after);
}

TEST(a_payload_uses_what_a_module_does_not_export)
{
	load_ok("mend_test_modsym");
	ASSERT_EQ(0, switch_on("test-modsym", 1));
	EXPECT_EQ(30000 + 4711 + 20, target("extern"));
}

TEST(a_payload_can_be_unloaded_and_loaded_again)
{
	int i;

	for (i = 0; i < 3; i++) {
		load_ok("mend_test_plain");
		ASSERT_EQ(0, switch_on("test-plain", 1));
		EXPECT_EQ(1, target("plain"));
		ASSERT_EQ(0, switch_off("test-plain"));
		ASSERT_EQ(0, unload("mend_test_plain"));
		EXPECT_STREQ("", attribute("test-plain", 1, "state"));
	}
}

TEST(a_target_module_cannot_be_unloaded_under_a_patch_that_uses_it)
{
	load_ok("mend_test_pair");
	ASSERT_EQ(0, switch_on("test-pair", 1));
	EXPECT_EQ(-EWOULDBLOCK, delete_module_now("mend_target"));
	EXPECT_EQ(1, target("outer"));
}

TEST(a_switch_names_the_task_that_is_in_the_way_and_changes_nothing)
{
	struct mend_op on = op_on("test-hold", 1);
	struct mend_switch s;
	pid_t pid;

	load_ok("mend_test_hold");
	pid = sleep_in("hold");
	ASSERT_EQ(-EBUSY, switch_ops(&on, 1, 0, &s));
	EXPECT_EQ(MEND_R_BUSY, s.report.reason);
	EXPECT_EQ(pid, s.blocker.pid);
	EXPECT_EQ(pid, s.blocker.tgid);
	EXPECT_EQ(1, s.blocker.nr);
	EXPECT_EQ(0, s.blocker.address);
	EXPECT_STREQ("switch_test", s.blocker.comm);
	EXPECT_STREQ("mend_target", s.blocker.object);
	EXPECT_STREQ("target_hold", s.blocker.func);
	EXPECT_TRUE(strstr(s.blocker.stack, "target_hold+0x"));
	EXPECT_TRUE(strstr(s.blocker.stack, "[mend_target]"));
	EXPECT_STREQ("registered", attribute("test-hold", 1, "state"));
	ASSERT_EQ(0, spit(TARGET_DIR "/release", "1"));
	waitpid(pid, NULL, 0);
	ASSERT_EQ(0, switch_ops(&on, 1, 5000 * slowdown(), &s));
	EXPECT_EQ(1, target("hold"));
}

TEST(a_switch_waits_for_the_task_until_its_timeout)
{
	struct mend_op on = op_on("test-hold", 1);
	struct mend_switch s;
	pid_t releaser;

	load_ok("mend_test_hold");
	sleep_in("hold");
	ASSERT_EQ(-EBUSY, switch_ops(&on, 1, 500, &s));
	EXPECT_GE(s.wait_ns, 400 * 1000000ULL);
	releaser = fork();
	if (!releaser) {
		if (!wait_for_stack(getppid(), "[mend]"))
			_exit(1);
		msleep(1000);
		_exit(spit(TARGET_DIR "/release", "1"));
	}
	ASSERT_EQ(0, switch_ops(&on, 1, SWITCH_TIMEOUT_MS, &s));
	EXPECT_GE(s.wait_ns, 200 * 1000000ULL);
	EXPECT_EQ(1, target("hold"));
}

TEST(a_fatal_signal_ends_a_waiting_switch_and_nothing_has_changed)
{
	struct mend_op on = op_on("test-hold", 1);
	pid_t pid;
	int status;

	load_ok("mend_test_hold");
	sleep_in("hold");
	pid = fork();
	if (!pid)
		_exit(!switch_ops(&on, 1, 60000, NULL));
	ASSERT_TRUE(wait_for_stack(pid, "[mend]"));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_STREQ("registered", attribute("test-hold", 1, "state"));
	ASSERT_EQ(0, spit(TARGET_DIR "/release", "1"));
	ASSERT_EQ(0, switch_ops(&on, 1, 5000 * slowdown(), NULL));
}

TEST(a_task_asleep_in_the_replacement_blocks_the_way_back)
{
	struct mend_op off = op_off("test-hold", 2);
	struct mend_switch s;
	pid_t pid;

	load_ok("mend_test_hold_2");
	ASSERT_EQ(0, switch_on("test-hold", 2));
	pid = sleep_in("hold");
	ASSERT_EQ(-EBUSY, switch_ops(&off, 1, 0, &s));
	EXPECT_EQ(MEND_R_BUSY, s.report.reason);
	EXPECT_EQ(pid, s.blocker.pid);
	EXPECT_STREQ("mend_test_hold_2", s.blocker.object);
	EXPECT_STREQ("new_target_hold", s.blocker.func);
	EXPECT_STREQ("on", attribute("test-hold", 2, "state"));
	ASSERT_EQ(0, switch_ops(&off, 1, SWITCH_TIMEOUT_MS, &s));
	waitpid(pid, NULL, 0);
	EXPECT_STREQ("off", attribute("test-hold", 2, "state"));
}

TEST_MAIN()
