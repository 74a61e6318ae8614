// SPDX-License-Identifier: GPL-2.0-only
/*
 * Integrity: a change of running text is noticed, and what the kernel itself
 * changes is none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define PROBES	"/sys/kernel/tracing/kprobe_events"
#define ENABLE	"/sys/kernel/tracing/events/kprobes/enable"
#define FILTER	"/sys/kernel/tracing/set_ftrace_filter"
#define TRACER	"/sys/kernel/tracing/current_tracer"

void suite_setup(void)
{
	go_home();
}

void test_setup(void)
{
	load_mend("");
	/* ftrace must not meet what mend_poke writes; there may be no such parameter. */
	spit(MEND_PARAMETERS "jump_ms", "0");
	ASSERT_EQ(0, insmod("test_modules/mend_victim.ko", ""));
}

void test_teardown(void)
{
	spit(TRACER, "nop");
	close(open(FILTER, O_WRONLY | O_TRUNC));
	spit(ENABLE, "0");
	spit(PROBES, "-:mend_at");
	unload("mend_poke");
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void on(const char *module, const char *name)
{
	ASSERT_EQ(0, load_signed(module, NULL));
	ASSERT_EQ(0, switch_on(name, 1));
}

static void expect_difference(const char *function)
{
	struct mend_verify v;

	EXPECT_EQ(-EUCLEAN, verify(&v));
	EXPECT_EQ(1, v.patches);
	EXPECT_EQ(1, v.differences);
	EXPECT_EQ(MEND_R_INTEGRITY, v.report.reason);
	EXPECT_TRUE(strstr(v.report.text, function));
	DIAG("%s", v.report.text);
}

TEST(what_was_switched_on_is_what_runs)
{
	struct mend_verify v;

	ASSERT_EQ(0, verify(&v));
	EXPECT_EQ(0, v.patches);
	on("mend_test_calm", "test-victim");
	ASSERT_EQ(0, verify(&v));
	EXPECT_EQ(1, v.patches);
	EXPECT_EQ(1, v.functions);
	EXPECT_EQ(0, v.differences);
	EXPECT_EQ(MEND_R_OK, v.report.reason);
	EXPECT_STREQ("on", attribute("test-victim", 1, "state"));
}

TEST(a_changed_byte_is_named)
{
	on("mend_test_calm", "test-victim");
	ASSERT_EQ(0, insmod("test_modules/mend_poke.ko", "symbol=mend_test_calm:new_victim_call"));
	ASSERT_EQ(0x41, victim("call"));
	expect_difference("new_victim_call");
	EXPECT_STREQ("degraded", attribute("test-victim", 1, "state"));
	EXPECT_TRUE(wait_for("test-victim", 1, "reason", "133 ", 0));
	EXPECT_TRUE(strstr(attribute("test-victim", 1, "reason"), "new_victim_call"));
}

TEST(the_worker_finds_it_within_a_period)
{
	on("mend_test_calm", "test-victim");
	ASSERT_EQ(0, spit(MEND_PARAMETERS "verify_seconds", "1"));
	msleep(1500);
	ASSERT_STREQ("on", attribute("test-victim", 1, "state"));
	ASSERT_EQ(0, insmod("test_modules/mend_poke.ko", "symbol=mend_test_calm:new_victim_call"));
	ASSERT_TRUE(wait_for("test-victim", 1, "state", "degraded", 2000 * slowdown()));
	EXPECT_TRUE(strstr(attribute("test-victim", 1, "reason"), "new_victim_call"));
}

TEST(an_entry_that_leads_elsewhere_is_named)
{
	on("mend_test_calm", "test-victim");
	ASSERT_EQ(0, insmod("test_modules/mend_poke.ko", "symbol=mend_victim:victim_call call=1"));
	ASSERT_EQ(0, victim("call"));
	expect_difference(" victim_call");
	EXPECT_STREQ("degraded", attribute("test-victim", 1, "state"));
	ASSERT_EQ(0, unload("mend_poke"));
	EXPECT_EQ(1, victim("call"));
	EXPECT_EQ(0, verify(NULL));
}

TEST(a_payload_that_is_off_is_not_looked_at)
{
	on("mend_test_calm", "test-victim");
	ASSERT_EQ(0, switch_off("test-victim"));
	ASSERT_EQ(0, insmod("test_modules/mend_poke.ko", "symbol=mend_test_calm:new_victim_call"));
	EXPECT_EQ(0, verify(NULL));
}

TEST(static_keys_and_static_calls_may_change)
{
	on("mend_test_mutable", "test-mutable");
	ASSERT_EQ(1, victim("call"));
	ASSERT_EQ(0, spit("/sys/module/mend_test_mutable/parameters/flip", "1"));
	ASSERT_EQ(12, victim("call"));
	EXPECT_EQ(0, verify(NULL));
	ASSERT_EQ(0, spit("/sys/module/mend_test_mutable/parameters/flip", "0"));
	EXPECT_EQ(0, verify(NULL));
}

TEST(tracers_and_probes_of_a_payload_are_no_difference)
{
	on("mend_test_calm", "test-victim");
	/* Behind ftrace's call, which may itself be behind an ENDBR. */
	if (spit(PROBES, "p:mend_at mend_test_calm:new_victim_call+5"))
		ASSERT_EQ(0, spit(PROBES, "p:mend_at mend_test_calm:new_victim_call+9"));
	ASSERT_GT(spit(ENABLE, "1"), -1);
	EXPECT_EQ(0, verify(NULL));
	ASSERT_GT(spit(FILTER, "new_victim_call"), -1);
	ASSERT_GT(spit(TRACER, "function"), -1);
	EXPECT_EQ(0, verify(NULL));
	EXPECT_EQ(1, victim("call"));
}

TEST(a_tracer_of_the_patched_function_is_no_difference)
{
	on("mend_test_calm", "test-victim");
	ASSERT_GT(spit(FILTER, "victim_call"), -1);
	ASSERT_GT(spit(TRACER, "function"), -1);
	EXPECT_EQ(0, verify(NULL));
	EXPECT_EQ(1, victim("call"));
}

TEST(unknown_flags_are_refused)
{
	struct mend_verify v = { .size = sizeof(v), .flags = 1 };

	EXPECT_EQ(-1, ioctl(mend_device(), MEND_IOC_VERIFY, &v));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MEND_R_FLAGS, v.report.reason);
}

TEST_MAIN()
