// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probation: what is not confirmed goes away by itself, and what it had superseded
 * is back. Without anything that the kernel complains of; that is trouble_test.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define LONG_MS		(5 * 60 * 1000)
#define DEADLINE_MS	(2500 * slowdown())
/* What may pass between the moment when something may go off and its being off. */
#define SOON_MS		(2000 * slowdown())

void suite_setup(void)
{
	go_home();
}

/* A fresh mend.ko for each test: it remembers the generations that were on. */
void test_setup(void)
{
	load_mend("");
	ASSERT_EQ(0, insmod("test_modules/mend_victim.ko", ""));
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void on_for_good(const char *module, const char *name, uint64_t generation)
{
	load_ok(module);
	ASSERT_EQ(0, switch_on(name, generation));
}

static void on_probation(const char *module, const char *name, uint64_t generation,
			 unsigned int ms)
{
	load_ok(module);
	ASSERT_EQ(0, switch_on_probation(name, generation, ms));
	ASSERT_STREQ("on", attribute(name, generation, "state"));
}

static long long left_ms(const char *name, uint64_t generation)
{
	return atoll(attribute(name, generation, "probation_ms"));
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A thread of mend_victim that sleeps in the payload mend_test_sleep. */
static void put_somebody_inside(void)
{
	ASSERT_GT(tell_victim("hold", "1"), -1);
	ASSERT_GT(tell_victim("thread", "1"), -1);
	msleep(100);
}

TEST(what_is_confirmed_in_time_stays)
{
	struct mend_report report;

	on_probation("mend_test_calm", "test-victim", 1, DEADLINE_MS);
	EXPECT_EQ(1, victim("call"));
	EXPECT_GT(left_ms("test-victim", 1), 0);
	EXPECT_LE(left_ms("test-victim", 1), DEADLINE_MS);
	ASSERT_EQ(0, confirm("test-victim", 1, &report));
	EXPECT_EQ(0, left_ms("test-victim", 1));
	msleep(DEADLINE_MS + SOON_MS);
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
	EXPECT_EQ(1, victim("call"));
	EXPECT_EQ(-EALREADY, confirm("test-victim", 0, &report));
	EXPECT_EQ(MEND_R_STATE, report.reason);
}

TEST(what_is_not_confirmed_goes_at_its_deadline)
{
	long long start = now_ms(), took;

	on_probation("mend_test_calm", "test-victim", 1, DEADLINE_MS);
	ASSERT_TRUE(wait_for("test-victim", 1, "state", "rolled-back", DEADLINE_MS + SOON_MS));
	took = now_ms() - start;
	EXPECT_GE(took, DEADLINE_MS);
	EXPECT_LE(took, DEADLINE_MS + SOON_MS);
	EXPECT_EQ(0, victim("call"));
	EXPECT_STREQ("0", attribute("test-victim", 1, "enabled"));
	EXPECT_TRUE(wait_for("test-victim", 1, "reason", "128 ", 0));
	EXPECT_EQ(0, left_ms("test-victim", 1));
}

TEST(the_deadline_holds_when_the_loader_is_killed)
{
	struct mend_op on = op_on("test-victim", 1);
	int status;
	pid_t pid;

	load_ok("mend_test_calm");
	pid = fork();
	if (!pid) {
		struct mend_switch s = {
			.size = sizeof(s), .ops = (uintptr_t)&on, .nr_ops = 1,
			.timeout_ms = 20000, .probation_ms = DEADLINE_MS,
		};

		if (ioctl(mend_device(), MEND_IOC_SWITCH, &s))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(1, victim("call"));
	ASSERT_TRUE(wait_for("test-victim", 1, "state", "rolled-back", DEADLINE_MS + SOON_MS));
	EXPECT_EQ(0, victim("call"));
}

TEST(a_failed_health_check_takes_it_back_at_once)
{
	struct mend_report report;

	on_probation("mend_test_calm", "test-victim", 1, LONG_MS);
	ASSERT_EQ(0, roll_back("test-victim", 0, &report));
	EXPECT_STREQ("rolled-back", attribute("test-victim", 1, "state"));
	EXPECT_TRUE(wait_for("test-victim", 1, "reason", "132 ", 0));
	EXPECT_EQ(0, victim("call"));
	EXPECT_EQ(-EALREADY, roll_back("test-victim", 0, &report));
}

TEST(a_patch_that_was_taken_back_can_be_switched_on_again)
{
	on_probation("mend_test_calm", "test-victim", 1, LONG_MS);
	ASSERT_EQ(0, roll_back("test-victim", 0, NULL));
	ASSERT_EQ(0, switch_on("test-victim", 1));
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
	EXPECT_STREQ("", attribute("test-victim", 1, "reason"));
	EXPECT_EQ(1, victim("call"));
}

TEST(the_generation_that_it_superseded_is_back)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	EXPECT_STREQ("replaced", attribute("test-victim", 1, "state"));
	EXPECT_EQ(2, victim("call"));
	/* It may be needed again. */
	EXPECT_EQ(-EAGAIN, delete_module_now("mend_test_calm"));
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
	EXPECT_STREQ("rolled-back", attribute("test-victim", 2, "state"));
	EXPECT_EQ(1, victim("call"));
	EXPECT_EQ(0, left_ms("test-victim", 1));
	EXPECT_EQ(0, unload("mend_test_calm_2"));
}

TEST(only_a_confirmation_raises_the_floor)
{
	struct mend_op on = op_on("test-victim", 1);
	struct mend_switch s;

	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	/* Back by request, to what is not confirmed to be old. */
	ASSERT_EQ(0, switch_ops(&on, 1, 20000, &s));
	EXPECT_EQ(1, victim("call"));
	ASSERT_EQ(0, switch_on_probation("test-victim", 2, LONG_MS));
	ASSERT_EQ(0, confirm("", 0, NULL));
	EXPECT_EQ(-ESTALE, switch_ops(&on, 1, 20000, &s));
	EXPECT_EQ(MEND_R_FLOOR, s.report.reason);
	EXPECT_EQ(2, victim("call"));
	EXPECT_EQ(0, unload("mend_test_calm"));
}

TEST(everything_that_a_cumulative_patch_superseded_is_back)
{
	load_target();
	on_for_good("mend_test_plain", "test-plain", 1);
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_all", "test-all", 1, DEADLINE_MS);
	EXPECT_EQ(0, target("plain"));
	EXPECT_EQ(0, victim("call"));
	EXPECT_EQ(8, victim("other"));
	ASSERT_TRUE(wait_for("test-all", 1, "state", "rolled-back", DEADLINE_MS + SOON_MS));
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(1, victim("call"));
	EXPECT_EQ(0, victim("other"));
	/* Whoever asks again and again may ask between two of them. */
	EXPECT_TRUE(wait_for("test-plain", 1, "state", "on", SOON_MS));
	EXPECT_TRUE(wait_for("test-victim", 1, "state", "on", SOON_MS));
}

TEST(patches_that_were_switched_on_later_stay)
{
	load_target();
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	on_for_good("mend_test_plain", "test-plain", 1);
	on_for_good("mend_test_over", "test-over", 1);
	EXPECT_EQ(9, victim("call"));
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	/* Still above what has come back to its old place. */
	EXPECT_EQ(9, victim("call"));
	EXPECT_EQ(1, target("plain"));
	ASSERT_EQ(0, switch_off("test-over"));
	EXPECT_EQ(1, victim("call"));
}

TEST(patches_of_one_switch_share_their_fate)
{
	struct mend_op ops[] = { op_on("test-victim", 1), op_on("test-plain", 1) };
	struct mend_switch s = {
		.size = sizeof(s), .ops = (uintptr_t)ops, .nr_ops = 2,
		.timeout_ms = 20000, .probation_ms = LONG_MS,
	};

	load_target();
	load_ok("mend_test_calm");
	load_ok("mend_test_plain");
	ASSERT_EQ(0, ioctl(mend_device(), MEND_IOC_SWITCH, &s));
	ASSERT_EQ(0, roll_back("test-plain", 0, NULL));
	EXPECT_STREQ("rolled-back", attribute("test-victim", 1, "state"));
	EXPECT_STREQ("rolled-back", attribute("test-plain", 1, "state"));
	EXPECT_EQ(0, victim("call"));
	EXPECT_EQ(0, target("plain"));
}

TEST(what_comes_back_finds_a_module_that_was_reloaded)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	ASSERT_EQ(0, unload("mend_victim"));
	ASSERT_EQ(0, insmod("test_modules/mend_victim.ko", ""));
	EXPECT_EQ(2, victim("call"));
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	EXPECT_EQ(1, victim("call"));
}

TEST(what_comes_back_finds_a_module_that_comes_later)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	ASSERT_EQ(0, unload("mend_victim"));
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
	ASSERT_EQ(0, insmod("test_modules/mend_victim.ko", ""));
	EXPECT_EQ(1, victim("call"));
}

TEST(switching_it_off_ends_probation)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, DEADLINE_MS);
	ASSERT_EQ(0, switch_off("test-victim"));
	msleep(DEADLINE_MS + SOON_MS);
	EXPECT_STREQ("off", attribute("test-victim", 2, "state"));
	EXPECT_STREQ("replaced", attribute("test-victim", 1, "state"));
	EXPECT_EQ(0, victim("call"));
	EXPECT_EQ(0, unload("mend_test_calm"));
}

TEST(replacing_it_for_good_ends_probation)
{
	on_probation("mend_test_calm_2", "test-victim", 2, DEADLINE_MS);
	on_for_good("mend_test_calm_3", "test-victim", 3);
	msleep(DEADLINE_MS + SOON_MS);
	EXPECT_STREQ("on", attribute("test-victim", 3, "state"));
	EXPECT_STREQ("replaced", attribute("test-victim", 2, "state"));
	EXPECT_EQ(3, victim("call"));
}

TEST(what_was_on_probation_comes_back_on_probation)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	on_probation("mend_test_calm_3", "test-victim", 3, LONG_MS);
	EXPECT_EQ(0, left_ms("test-victim", 2));
	ASSERT_EQ(0, roll_back("test-victim", 3, NULL));
	EXPECT_EQ(2, victim("call"));
	EXPECT_GT(left_ms("test-victim", 2), 0);
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	EXPECT_EQ(1, victim("call"));
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
}

TEST(what_would_have_been_taken_back_meanwhile_does_not_come_back)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, DEADLINE_MS);
	on_probation("mend_test_calm_3", "test-victim", 3, LONG_MS);
	msleep(DEADLINE_MS + SOON_MS);
	EXPECT_STREQ("on", attribute("test-victim", 3, "state"));
	EXPECT_EQ(3, victim("call"));
	ASSERT_EQ(0, roll_back("", 0, NULL));
	EXPECT_EQ(1, victim("call"));
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
	EXPECT_STREQ("replaced", attribute("test-victim", 2, "state"));
}

TEST(a_confirmation_ends_the_probation_of_what_it_superseded)
{
	on_probation("mend_test_calm", "test-victim", 1, DEADLINE_MS);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	ASSERT_EQ(0, confirm("test-victim", 0, NULL));
	EXPECT_EQ(-EALREADY, confirm("", 0, NULL));
	msleep(DEADLINE_MS + SOON_MS);
	EXPECT_EQ(2, victim("call"));
	EXPECT_EQ(0, unload("mend_test_calm"));
}

TEST(a_task_inside_blocks_it_until_it_has_left)
{
	struct mend_report report;

	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_sleep", "test-victim", 7, LONG_MS);
	put_somebody_inside();
	ASSERT_EQ(-EBUSY, roll_back("test-victim", 7, &report));
	EXPECT_EQ(MEND_R_BUSY, report.reason);
	EXPECT_STREQ("rollback-blocked", attribute("test-victim", 7, "state"));
	EXPECT_STREQ("1", attribute("test-victim", 7, "enabled"));
	EXPECT_TRUE(wait_for("test-victim", 7, "reason", "132 ", 0));
	EXPECT_TRUE(strstr(attribute("test-victim", 7, "reason"), "mend_victim (pid"));
	EXPECT_EQ(-EBUSY, confirm("test-victim", 7, &report));
	EXPECT_EQ(MEND_R_HEALTH, report.reason);
	msleep(SOON_MS);
	EXPECT_STREQ("rollback-blocked", attribute("test-victim", 7, "state"));
	ASSERT_GT(tell_victim("hold", "0"), -1);
	ASSERT_TRUE(wait_for("test-victim", 7, "state", "rolled-back", SOON_MS));
	EXPECT_EQ(1, victim("call"));
	EXPECT_TRUE(wait_for("test-victim", 1, "state", "on", SOON_MS));
}

/* On another CPU than that which somebody keeps, or after everybody else. */
TEST(a_switch_that_waits_gives_way)
{
	struct mend_op on = op_on("test-hold", 1);
	struct mend_switch s;
	pid_t sleeper, switcher;
	int status;

	load_target();
	load_ok("mend_test_hold");
	on_probation("mend_test_calm", "test-victim", 1, DEADLINE_MS);
	sleeper = sleep_in("hold");
	switcher = fork();
	if (!switcher) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(switch_ops(&on, 1, 60000, &s) == -EBUSY ? 0 : 1);
	}
	ASSERT_TRUE(wait_for("test-victim", 1, "state", "rolled-back", DEADLINE_MS + SOON_MS));
	ASSERT_EQ(switcher, waitpid(switcher, &status, 0));
	EXPECT_EQ(0, status);
	spit(TARGET_DIR "/release", "1");
	waitpid(sleeper, NULL, 0);
}

TEST(it_needs_no_memory)
{
	on_for_good("mend_test_calm", "test-victim", 1);
	on_probation("mend_test_calm_2", "test-victim", 2, LONG_MS);
	ASSERT_EQ(0, spit(MEND_PARAMETERS "test_no_memory", "1"));
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	EXPECT_EQ(1, victim("call"));
	/* What was kept back for that is there again. */
	ASSERT_EQ(0, switch_on_probation("test-victim", 2, LONG_MS));
	ASSERT_EQ(0, roll_back("test-victim", 2, NULL));
	EXPECT_EQ(1, victim("call"));
}

TEST(wrong_calls_are_refused_and_change_nothing)
{
	struct mend_op on = op_on("test-victim", 1);
	struct mend_switch s = {
		.size = sizeof(s), .ops = (uintptr_t)&on, .nr_ops = 1,
		.flags = MEND_SWITCH_FORCE, .probation_ms = LONG_MS,
	};
	struct mend_probation p = {
		.size = sizeof(p), .name = "test-victim", .action = MEND_PROBATION_ROLLBACK,
		.reason = MEND_R_OOPS,
	};
	struct mend_report report;
	int dev = mend_device();

	load_ok("mend_test_calm");
	EXPECT_EQ(-1, ioctl(dev, MEND_IOC_SWITCH, &s));
	EXPECT_EQ(MEND_R_FLAGS, s.report.reason);
	s.flags = 0;
	s.probation_ms = MEND_PROBATION_MAX_MS + 1;
	EXPECT_EQ(-1, ioctl(dev, MEND_IOC_SWITCH, &s));
	EXPECT_EQ(MEND_R_RANGE, s.report.reason);
	ASSERT_EQ(0, switch_on_probation("test-victim", 1, LONG_MS));
	EXPECT_EQ(-1, ioctl(dev, MEND_IOC_PROBATION, &p));
	EXPECT_EQ(MEND_R_RANGE, p.report.reason);
	p.action = 3;
	EXPECT_EQ(-1, ioctl(dev, MEND_IOC_PROBATION, &p));
	EXPECT_EQ(MEND_R_RANGE, p.report.reason);
	EXPECT_EQ(-ENOENT, confirm("test-no-such", 0, &report));
	EXPECT_EQ(MEND_R_NO_PATCH, report.reason);
	EXPECT_EQ(-ENOENT, roll_back("test-victim", 2, &report));
	EXPECT_EQ(1, victim("call"));
}

TEST_MAIN()
