// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads that hurt: an oops, a warning, a soft lockup. They are taken back, the
 * reason is right, and what was on before is on again.
 *
 * The kernel complains loudly of all this; run_tests.sh runs this program only if
 * it is named.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define LONG_MS		(5 * 60 * 1000)
#define SOON_MS		(2000 * slowdown())
#define TAINT_SOFTLOCKUP	(1 << 14)

void suite_setup(void)
{
	go_home();
	spit("/proc/sys/kernel/panic_on_oops", "0");
	/* A CPU is stuck after two seconds. */
	spit("/proc/sys/kernel/watchdog_thresh", "1");
}

void test_setup(void)
{
	load_mend("");
	ASSERT_EQ(0, insmod("test_modules/mend_victim.ko", ""));
	ASSERT_EQ(0, load_signed("mend_test_calm", NULL));
	ASSERT_EQ(0, switch_on("test-victim", 1));
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void on_probation(const char *module, uint64_t generation)
{
	struct mend_report report = { 0 };
	int err = load_signed(module, &report);

	if (err)
		DIAG("load of '%s': reason %u: %s", module, report.reason, report.text);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, switch_on_probation("test-victim", generation, LONG_MS));
	ASSERT_STREQ("replaced", attribute("test-victim", 1, "state"));
}

static void expect_taken_back(uint64_t generation, const char *reason)
{
	ASSERT_TRUE(wait_for("test-victim", generation, "state", "rolled-back", SOON_MS));
	EXPECT_TRUE(wait_for("test-victim", generation, "reason", reason, 0));
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
	EXPECT_EQ(1, victim("call"));
}

static bool has_locked_up(void)
{
	unsigned char *text = slurp("/proc/sys/kernel/tainted", NULL);
	unsigned long taint = text ? strtoul((char *)text, NULL, 10) : 0;

	free(text);
	return taint & TAINT_SOFTLOCKUP;
}

TEST(a_payload_that_oopses_is_taken_back)
{
	on_probation("mend_test_oops", 4);
	ASSERT_GT(tell_victim("thread", "1"), -1);
	expect_taken_back(4, "129 ");
}

TEST(a_payload_that_warns_is_taken_back)
{
	on_probation("mend_test_warn", 5);
	ASSERT_GT(tell_victim("thread", "1"), -1);
	expect_taken_back(5, "130 ");
}

TEST(a_warning_elsewhere_is_none_of_its_business)
{
	on_probation("mend_test_calm_2", 2);
	ASSERT_GT(tell_victim("warn", "1"), -1);
	msleep(SOON_MS);
	EXPECT_STREQ("on", attribute("test-victim", 2, "state"));
	EXPECT_EQ(2, victim("call"));
}

TEST(a_payload_that_is_confirmed_may_warn)
{
	on_probation("mend_test_warn", 5);
	ASSERT_EQ(0, confirm("test-victim", 0, NULL));
	ASSERT_GT(tell_victim("thread", "1"), -1);
	msleep(SOON_MS);
	EXPECT_STREQ("on", attribute("test-victim", 5, "state"));
}

/*
 * Not on the CPU that will be stuck: on a real-time kernel the timers of whoever
 * sleeps there do not expire.
 */
static void stay_on_cpu_0(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(cpus), &cpus));
}

/* The last one: the kernel remembers a soft lockup, and tells of no other. */
TEST(a_payload_that_locks_up_is_taken_back_as_soon_as_its_cpu_is_free)
{
	unsigned int waited;

	ASSERT_TRUE(!has_locked_up());
	stay_on_cpu_0();
	on_probation("mend_test_spin", 6);
	ASSERT_GT(tell_victim("hold", "1"), -1);
	ASSERT_GT(tell_victim("thread", "1"), -1);
	for (waited = 0; waited < 20000 * slowdown() && !has_locked_up(); waited += 100)
		msleep(100);
	ASSERT_TRUE(has_locked_up());
	/* That this goes on at all is half of the test: the machine was not stopped. */
	ASSERT_TRUE(wait_for("test-victim", 6, "state", "rollback-blocked", SOON_MS));
	EXPECT_TRUE(wait_for("test-victim", 6, "reason", "131 ", 0));
	EXPECT_TRUE(strstr(attribute("test-victim", 6, "reason"), "mend_victim (pid"));
	ASSERT_GT(tell_victim("hold", "0"), -1);
	expect_taken_back(6, "131 ");
}

TEST_MAIN()
