// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that come and go under patches; callbacks; many patches on one function;
 * transactions of several patches; force.
 *
 * Unsigned, so that payloads may be inserted with parameters: who may load what is
 * tested elsewhere.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define CALLBACKS	"/sys/module/mend_test_callbacks/parameters/"

#define RELOADS		100
#define STACKED		15
#define GENERATIONS	5

void suite_setup(void)
{
	go_home();
}

void test_setup(void)
{
	load_mend("require_signature=0");
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static int load(const char *module, const char *args)
{
	char path[128];

	snprintf(path, sizeof(path), "test_modules/%s.ko", module);
	return insmod(path, args);
}

/* In static memory; empty if there is no such file. */
static const char *first_line(const char *path)
{
	static char line[260];
	unsigned char *all = slurp(path, NULL);

	snprintf(line, sizeof(line), "%.255s", all ? (char *)all : "");
	line[strcspn(line, "\n")] = '\0';
	free(all);
	return line;
}

static const char *cmdline(void)
{
	return first_line("/proc/cmdline");
}

/* The callbacks' log, and an empty one from here on. */
static const char *callback_log(void)
{
	const char *line = first_line(CALLBACKS "log");

	spit(CALLBACKS "log", "\n");
	return line;
}

TEST(a_patch_may_be_on_before_its_module_comes)
{
	ASSERT_EQ(0, load("mend_test_plain", ""));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	EXPECT_STREQ("on", attribute("test-plain", 1, "state"));
	EXPECT_STREQ("0", attribute("test-plain", 1, "mend_target/patched"));
	load_target();
	EXPECT_STREQ("1", attribute("test-plain", 1, "mend_target/patched"));
	EXPECT_EQ(1, target("plain"));
	/* Its very first call, by the module's own init, was of the new function. */
	EXPECT_EQ(1, target("init"));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
}

TEST(a_patch_does_not_keep_its_module)
{
	load_target();
	ASSERT_EQ(0, load("mend_test_plain", ""));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	EXPECT_EQ(0, target("init"));
	ASSERT_EQ(0, delete_module_now("mend_target"));
	EXPECT_STREQ("0", attribute("test-plain", 1, "mend_target/patched"));
	EXPECT_STREQ("on", attribute("test-plain", 1, "state"));
	load_target();
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(1, target("init"));
	ASSERT_EQ(0, delete_module_now("mend_target"));
	ASSERT_EQ(0, switch_off("test-plain"));
	load_target();
	EXPECT_EQ(0, target("plain"));
}

TEST(a_module_that_comes_gets_all_its_patches_and_the_last_is_on_top)
{
	ASSERT_EQ(0, load("mend_test_stack_1", ""));
	ASSERT_EQ(0, load("mend_test_stack_2", ""));
	ASSERT_EQ(0, switch_on("test-stack-2", 1));
	ASSERT_EQ(0, switch_on("test-stack-1", 1));
	load_target();
	EXPECT_EQ(101, target("plain"));
	ASSERT_EQ(0, switch_off("test-stack-1"));
	EXPECT_EQ(102, target("plain"));
	ASSERT_EQ(0, switch_off("test-stack-2"));
	EXPECT_EQ(0, target("plain"));
}

TEST(relocations_against_a_module_are_written_each_time_it_comes)
{
	ASSERT_EQ(0, load("mend_test_modsym", ""));
	ASSERT_EQ(0, switch_on("test-modsym", 1));
	load_target();
	EXPECT_EQ(30000 + 4711 + target("dup2"), target("extern"));
	ASSERT_EQ(0, delete_module_now("mend_target"));
	/* Something else where it was, so that it comes back elsewhere. */
	ASSERT_EQ(0, load("mend_target2", ""));
	load_target();
	EXPECT_EQ(30000 + 4711 + target("dup2"), target("extern"));
}

TEST(a_module_that_does_not_fit_loads_and_the_patch_is_degraded)
{
	ASSERT_EQ(0, load("mend_test_required", "required=0"));
	ASSERT_EQ(0, switch_on("test-required", 1));
	load_target();
	EXPECT_TRUE(is_loaded("mend_target"));
	EXPECT_STREQ("degraded", attribute("test-required", 1, "state"));
	EXPECT_TRUE(strstr(attribute("test-required", 1, "reason"), "target_no_such_function"));
	EXPECT_STREQ("1", attribute("test-required", 1, "enabled"));
	EXPECT_STREQ("required", cmdline());
	/* Without the module it is whole again. */
	ASSERT_EQ(0, delete_module_now("mend_target"));
	EXPECT_STREQ("on", attribute("test-required", 1, "state"));
	EXPECT_STREQ("", attribute("test-required", 1, "reason"));
	/* And an admin who wants it on with the module there is told. */
	ASSERT_EQ(0, switch_off("test-required"));
	load_target();
	EXPECT_EQ(-ENOENT, switch_on("test-required", 1));
	EXPECT_NE(0, strcmp("required", cmdline()));
}

TEST(without_a_module_that_it_requires_a_patch_is_not_switched_on)
{
	struct mend_op on = op_on("test-required", 1);
	struct mend_switch s;

	ASSERT_EQ(0, load("mend_test_required", "required=1"));
	EXPECT_EQ(-ENOENT, switch_ops(&on, 1, 1000, &s));
	EXPECT_EQ(MEND_R_NO_OBJECT, s.report.reason);
	EXPECT_STREQ("registered", attribute("test-required", 1, "state"));
}

TEST(callbacks_are_called_in_order_and_once)
{
	load_target();
	ASSERT_EQ(0, load("mend_test_callbacks", ""));
	EXPECT_STREQ("", callback_log());
	ASSERT_EQ(0, switch_on("test-callbacks", 1));
	EXPECT_STREQ("vptpv1t1vPtP", callback_log());
	ASSERT_EQ(0, switch_off("test-callbacks"));
	EXPECT_STREQ("vutuv0t0vUtU", callback_log());
}

TEST(callbacks_follow_a_module_that_comes_and_goes)
{
	ASSERT_EQ(0, load("mend_test_callbacks", ""));
	ASSERT_EQ(0, switch_on("test-callbacks", 1));
	EXPECT_STREQ("vpv1vP", callback_log());
	load_target();
	EXPECT_STREQ("tpt1tP", callback_log());
	ASSERT_EQ(0, delete_module_now("mend_target"));
	EXPECT_STREQ("tutU", callback_log());
	ASSERT_EQ(0, switch_off("test-callbacks"));
	EXPECT_STREQ("vuv0vU", callback_log());
}

TEST(a_pre_patch_callback_may_refuse_and_everything_is_undone)
{
	struct mend_op on = op_on("test-callbacks", 1);
	struct mend_switch s;

	load_target();
	ASSERT_EQ(0, load("mend_test_callbacks", "fail=t"));
	EXPECT_EQ(-ECANCELED, switch_ops(&on, 1, 1000, &s));
	EXPECT_EQ(MEND_R_CALLBACK, s.report.reason);
	EXPECT_STREQ("vptpvU", callback_log());
	EXPECT_STREQ("registered", attribute("test-callbacks", 1, "state"));
	EXPECT_NE(0, strcmp("callbacks", cmdline()));
}

TEST(a_pre_patch_callback_that_refuses_a_module_lets_it_load)
{
	ASSERT_EQ(0, load("mend_test_callbacks", ""));
	ASSERT_EQ(0, switch_on("test-callbacks", 1));
	callback_log();
	spit(CALLBACKS "fail", "t\n");
	load_target();
	EXPECT_STREQ("tp", callback_log());
	EXPECT_TRUE(is_loaded("mend_target"));
	EXPECT_STREQ("degraded", attribute("test-callbacks", 1, "state"));
	EXPECT_STREQ("0", attribute("test-callbacks", 1, "mend_target/patched"));
	ASSERT_EQ(0, switch_off("test-callbacks"));
	EXPECT_STREQ("vuv0vU", callback_log());
}

TEST(a_patch_goes_off_when_a_module_that_it_requires_comes_and_does_not_fit)
{
	int i;

	load_target();
	ASSERT_EQ(0, load("mend_test_callbacks", "required=1"));
	ASSERT_EQ(0, switch_on("test-callbacks", 1));
	ASSERT_EQ(0, delete_module_now("mend_target"));
	EXPECT_STREQ("on", attribute("test-callbacks", 1, "state"));
	EXPECT_STREQ("callbacks", cmdline());
	spit(CALLBACKS "fail", "t\n");
	load_target();
	for (i = 0; i < 100 && strcmp("off", attribute("test-callbacks", 1, "state")); i++)
		msleep(50);
	EXPECT_STREQ("off", attribute("test-callbacks", 1, "state"));
	EXPECT_NE(0, strcmp("callbacks", cmdline()));
}

static void release(pid_t pid)
{
	spit(TARGET_DIR "/release", "1\n");
	waitpid(pid, NULL, 0);
}

TEST(a_switch_that_is_refused_takes_its_callbacks_back)
{
	struct mend_op on = op_on("test-callbacks", 1);
	pid_t pid;

	load_target();
	ASSERT_EQ(0, load("mend_test_callbacks", ""));
	pid = sleep_in("hold");
	EXPECT_EQ(-EBUSY, switch_ops(&on, 1, 200, NULL));
	EXPECT_STREQ("vptpvUtU", callback_log());
	release(pid);
}

TEST(force_switches_although_a_task_is_inside)
{
	struct mend_op on = op_on("test-hold", 1);
	struct mend_switch s = {
		.size = sizeof(s), .flags = MEND_SWITCH_FORCE,
		.ops = (uintptr_t)&on, .nr_ops = 1, .timeout_ms = 200,
	};
	int dev = mend_device();
	pid_t pid;

	load_target();
	ASSERT_EQ(0, load("mend_test_hold", ""));
	pid = sleep_in("hold");
	ASSERT_EQ(0, ioctl(dev, MEND_IOC_SWITCH, &s) ? -errno : 0);
	EXPECT_EQ(MEND_R_OK, s.report.reason);
	EXPECT_EQ(pid, s.blocker.pid);
	EXPECT_STREQ("on", attribute("test-hold", 1, "state"));
	EXPECT_STREQ("1", attribute("test-hold", 1, "forced"));
	EXPECT_EQ(1, target("hold"));
	release(pid);
	ASSERT_EQ(0, switch_off("test-hold"));
	/* It stays: there is no knowing whether somebody still is inside. */
	EXPECT_EQ(-EWOULDBLOCK, delete_module_now("mend_test_hold"));
	/* We know better, and the tests after this one need another mend.ko. */
	ASSERT_EQ(0, delete_module_forced("mend_test_hold"));
}

static atomic_bool stop_loading;

static atomic_long switches_made;

static void *switch_in_a_loop(void *unused)
{
	struct mend_op on[] = { op_on("test-stack-1", 1), op_on("test-stack-2", 1) };
	struct mend_op off[] = { op_off("test-stack-1", 1), op_off("test-stack-2", 1) };

	(void)unused;
	while (!stop_loading) {
		switches_made += !switch_ops(on, 2, 5000, NULL);
		switches_made += !switch_ops(off, 1, 5000, NULL);
		switches_made += !switch_ops(off + 1, 1, 5000, NULL);
	}
	return NULL;
}

/* Where arming takes longer than a reload, a switch plans anew again and again. */
static void let_one_happen(void)
{
	long before = switches_made;
	unsigned int ms;

	for (ms = 0; switches_made == before && ms < 3000; ms += 10)
		msleep(10);
}

TEST(a_module_is_reloaded_a_hundred_times_under_two_patches_that_switch)
{
	pthread_t thread;
	int i, seen;

	ASSERT_EQ(0, load("mend_test_stack_1", ""));
	ASSERT_EQ(0, load("mend_test_stack_2", ""));
	ASSERT_EQ(0, pthread_create(&thread, NULL, switch_in_a_loop, NULL));
	for (i = 0; i < RELOADS; i++) {
		load_target();
		seen = target("plain");
		if (seen != 0 && seen != 101 && seen != 102)
			KSFT_FAILED("round %d: target_plain() returned %d", i, seen);
		if (i % 3 == 0)
			let_one_happen();
		EXPECT_EQ(0, unload("mend_target"));
	}
	stop_loading = true;
	pthread_join(thread, NULL);
	DIAG("%ld switches meanwhile", (long)switches_made);
	EXPECT_GT(switches_made, RELOADS / 4);
	EXPECT_STREQ("off", attribute("test-stack-1", 1, "state"));
	EXPECT_STREQ("off", attribute("test-stack-2", 1, "state"));
	load_target();
	EXPECT_EQ(0, target("plain"));
}

static int target2(void)
{
	unsigned char *all = slurp("/proc/mend_target2", NULL);
	int value = all ? atoi((char *)all) : -1;

	free(all);
	return value;
}

static void *switch_that_waits(void *err)
{
	struct mend_op on[] = { op_on("test-hold", 1), op_on("test-target2", 1) };

	*(int *)err = switch_ops(on, 2, 30000, NULL);
	return NULL;
}

static bool somebody_waits(void)
{
	unsigned char *all = slurp(MEND_SYSFS "/waiting", NULL);
	bool waits = all && all[0];

	free(all);
	return waits;
}

/* As they must: the task that is waited for may be waiting for a module. */
TEST(modules_come_and_go_while_a_switch_waits)
{
	pthread_t thread;
	int err = 1, i;
	pid_t pid;

	load_target();
	ASSERT_EQ(0, load("mend_test_hold", ""));
	ASSERT_EQ(0, load("mend_test_target2", ""));
	pid = sleep_in("hold");
	ASSERT_EQ(0, pthread_create(&thread, NULL, switch_that_waits, &err));
	for (i = 0; i < 100 && !somebody_waits(); i++)
		msleep(50);
	ASSERT_TRUE(somebody_waits());
	/* There when the switch begins anew, gone and there again when it happens. */
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, load("mend_target2", ""));
		EXPECT_EQ(0, target2());
		if (i < 2)
			ASSERT_EQ(0, unload("mend_target2"));
	}
	EXPECT_EQ(1, err);
	EXPECT_TRUE(somebody_waits());
	release(pid);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, err);
	EXPECT_EQ(1, target2());
	EXPECT_EQ(1, target("hold"));
}

TEST(fifteen_patches_on_one_function_come_off_in_any_order)
{
	bool on[STACKED + 1] = { false };
	unsigned int seed = 1;
	char name[32];
	int i, n, top;

	load_target();
	for (i = 1; i <= STACKED; i++) {
		snprintf(name, sizeof(name), "mend_test_stack_%d", i);
		ASSERT_EQ(0, load(name, ""));
		snprintf(name, sizeof(name), "test-stack-%d", i);
		ASSERT_EQ(0, switch_on(name, 1));
		on[i] = true;
		EXPECT_EQ(100 + i, target("plain"));
	}
	for (n = STACKED; n; n--) {
		do {
			i = 1 + rand_r(&seed) % STACKED;
		} while (!on[i]);
		snprintf(name, sizeof(name), "test-stack-%d", i);
		ASSERT_EQ(0, switch_off(name));
		on[i] = false;
		for (top = STACKED; top && !on[top]; top--)
			;
		EXPECT_EQ(top ? 100 + top : 0, target("plain"));
	}
}

TEST(five_generations_replace_each_other_in_a_row)
{
	char name[32];
	int gen;

	load_target();
	for (gen = 1; gen <= GENERATIONS; gen++) {
		snprintf(name, sizeof(name), "mend_test_gen_%d", gen);
		ASSERT_EQ(0, load(name, ""));
		ASSERT_EQ(0, switch_on("test-gen", gen));
		EXPECT_EQ(gen, target("plain"));
		/* What the new one no longer changes is the original again. */
		EXPECT_EQ(gen % 2 ? gen : 0, target("first"));
		EXPECT_EQ(gen % 2 ? 0 : gen, target("second"));
		if (gen > 1)
			EXPECT_STREQ("replaced", attribute("test-gen", gen - 1, "state"));
	}
	ASSERT_EQ(0, switch_off("test-gen"));
	EXPECT_EQ(0, target("plain") + target("first") + target("second"));
}

TEST(one_switch_takes_any_set)
{
	struct mend_op first[] = { op_on("test-stack-1", 1), op_on("test-gen", 1) };
	struct mend_op second[] = {
		op_on("test-stack-2", 1), op_off("test-stack-1", 0), op_on("test-gen", 2),
	};

	load_target();
	ASSERT_EQ(0, load("mend_test_stack_1", ""));
	ASSERT_EQ(0, load("mend_test_stack_2", ""));
	ASSERT_EQ(0, load("mend_test_gen_1", ""));
	ASSERT_EQ(0, load("mend_test_gen_2", ""));
	ASSERT_EQ(0, switch_ops(first, 2, 5000, NULL));
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(1, target("first"));
	ASSERT_EQ(0, switch_ops(second, 3, 5000, NULL));
	EXPECT_EQ(2, target("plain"));
	EXPECT_EQ(0, target("first"));
	EXPECT_EQ(2, target("second"));
	ASSERT_EQ(0, switch_off("test-gen"));
	EXPECT_EQ(102, target("plain"));
	/* On again after off: it is on top then. */
	ASSERT_EQ(0, switch_on("test-stack-1", 1));
	EXPECT_EQ(101, target("plain"));
}

TEST(a_set_of_which_one_cannot_be_switched_changes_nothing)
{
	struct mend_op ops[] = { op_on("test-stack-1", 1), op_on("test-hold", 1) };
	pid_t pid;

	load_target();
	ASSERT_EQ(0, load("mend_test_stack_1", ""));
	ASSERT_EQ(0, load("mend_test_hold", ""));
	pid = sleep_in("hold");
	EXPECT_EQ(-EBUSY, switch_ops(ops, 2, 200, NULL));
	EXPECT_EQ(0, target("plain"));
	EXPECT_STREQ("registered", attribute("test-stack-1", 1, "state"));
	release(pid);
	EXPECT_EQ(0, switch_ops(ops, 2, 5000, NULL));
	EXPECT_EQ(101, target("plain"));
}

TEST(a_patch_that_replaces_all_others_does_so_in_one_instant)
{
	load_target();
	ASSERT_EQ(0, load("mend_test_stack_1", "") ?: switch_on("test-stack-1", 1));
	ASSERT_EQ(0, load("mend_test_gen_2", "") ?: switch_on("test-gen", 2));
	ASSERT_EQ(0, load("mend_test_replace", "") ?: switch_on("test-replace", 1));
	EXPECT_EQ(0, target("plain"));
	EXPECT_EQ(9, target("second"));
	EXPECT_STREQ("replaced", attribute("test-stack-1", 1, "state"));
	EXPECT_STREQ("replaced", attribute("test-gen", 2, "state"));
}

TEST_MAIN()
