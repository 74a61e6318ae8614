// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plain jumps, on kernels that have them: they come after a switch, go before the
 * next one, and nobody else notices.
 */
#define _GNU_SOURCE
#include <fcntl.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define JUMP_MS		MEND_PARAMETERS "jump_ms"
#define FTRACE_ENABLED	"/proc/sys/kernel/ftrace_enabled"
#define ENABLED		"/sys/kernel/tracing/enabled_functions"
#define FILTER		"/sys/kernel/tracing/set_ftrace_filter"
#define TRACER		"/sys/kernel/tracing/current_tracer"
#define TRACE		"/sys/kernel/tracing/trace"
#define ENTRY		"mend_target/target_plain,1/entry"

/* Until a jump has come, if it comes; and as long as one may not come. */
#define COMES_MS	(10000 * slowdown())
#define STAYS_MS	700

void suite_setup(void)
{
	go_home();
}

void test_setup(void)
{
	load_mend("");
	if (access(JUMP_MS, F_OK))
		SKIP("this kernel has no plain jumps");
	ASSERT_EQ(0, spit(JUMP_MS, "10"));
	load_target();
}

void test_teardown(void)
{
	spit(TRACER, "nop");
	close(open(FILTER, O_WRONLY | O_TRUNC));
	spit(FTRACE_ENABLED, "1");
	unload("mend_poke");
	unload("mend_direct");
	unload("mend_kprobe");
	unload("mend_klp");
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void on(void)
{
	load_ok("mend_test_plain");
	ASSERT_EQ(0, switch_on("test-plain", 1));
}

static void becomes(const char *entry)
{
	ASSERT_TRUE(wait_for("test-plain", 1, ENTRY, entry, COMES_MS));
	EXPECT_EQ(1, target("plain"));
}

static void on_and_jumping(void)
{
	on();
	becomes("jump");
}

static void stays(const char *entry)
{
	msleep(STAYS_MS);
	EXPECT_STREQ(entry, attribute("test-plain", 1, ENTRY));
	EXPECT_EQ(1, target("plain"));
}

TEST(a_patched_function_becomes_a_jump_and_ceases_to_be_one)
{
	load_ok("mend_test_plain");
	EXPECT_STREQ("none", attribute("test-plain", 1, ENTRY));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	becomes("jump");
	EXPECT_EQ(0, verify(NULL));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
	EXPECT_TRUE(wait_for("test-plain", 1, ENTRY, "none", COMES_MS));
	EXPECT_EQ(0, target("plain"));
}

TEST(with_zero_the_handler_is_called_for_ever)
{
	ASSERT_EQ(0, spit(JUMP_MS, "0"));
	on();
	stays("handler");
	ASSERT_EQ(0, spit(JUMP_MS, "10"));
	becomes("jump");
	ASSERT_EQ(0, spit(JUMP_MS, "0"));
	becomes("handler");
	EXPECT_EQ(0, verify(NULL));
}

TEST(a_generation_that_jumps_is_replaced_at_once)
{
	on_and_jumping();
	load_ok("mend_test_plain_2");
	ASSERT_EQ(0, switch_on("test-plain", 2));
	EXPECT_EQ(2, target("plain"));
	ASSERT_TRUE(wait_for("test-plain", 2, ENTRY, "jump", COMES_MS));
	EXPECT_EQ(2, target("plain"));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
}

TEST(another_patch_leaves_a_jump_alone)
{
	on_and_jumping();
	ASSERT_EQ(0, spit(JUMP_MS, "100000"));
	load_ok("mend_test_pair");
	ASSERT_EQ(0, switch_on("test-pair", 1));
	EXPECT_STREQ("jump", attribute("test-plain", 1, ENTRY));
	EXPECT_STREQ("handler", attribute("test-pair", 1, "mend_target/target_inner,1/entry"));
	EXPECT_EQ(0, verify(NULL));
}

TEST(a_task_inside_a_function_that_jumps_blocks_the_way_back)
{
	struct mend_op off = op_off("test-hold", 2);
	struct mend_switch s;
	pid_t pid;

	load_ok("mend_test_hold_2");
	ASSERT_EQ(0, switch_on("test-hold", 2));
	ASSERT_TRUE(wait_for("test-hold", 2, "mend_target/target_hold,1/entry", "jump", COMES_MS));
	pid = sleep_in("hold");
	ASSERT_EQ(-EBUSY, switch_ops(&off, 1, 0, &s));
	EXPECT_EQ(pid, s.blocker.pid);
	EXPECT_STREQ("new_target_hold", s.blocker.func);
	EXPECT_STREQ("on", attribute("test-hold", 2, "state"));
	EXPECT_EQ(0, verify(NULL));
	ASSERT_EQ(0, switch_ops(&off, 1, SWITCH_TIMEOUT_MS, &s));
	waitpid(pid, NULL, 0);
	EXPECT_STREQ("off", attribute("test-hold", 2, "state"));
}

TEST(on_probation_nothing_jumps_until_it_is_confirmed)
{
	struct mend_report report;

	load_ok("mend_test_plain");
	ASSERT_EQ(0, switch_on_probation("test-plain", 1, 60000));
	stays("handler");
	ASSERT_EQ(0, confirm("test-plain", 0, &report));
	becomes("jump");
}

TEST(what_jumped_before_a_switch_on_probation_comes_back_by_the_handler)
{
	struct mend_report report;

	on_and_jumping();
	load_ok("mend_test_plain_2");
	ASSERT_EQ(0, switch_on_probation("test-plain", 2, 60000));
	EXPECT_EQ(2, target("plain"));
	EXPECT_STREQ("handler", attribute("test-plain", 2, ENTRY));
	ASSERT_EQ(0, roll_back("test-plain", 2, &report));
	EXPECT_EQ(1, target("plain"));
	becomes("jump");
}

TEST(a_module_goes_and_comes_under_a_jump)
{
	int i;

	on_and_jumping();
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, delete_module_now("mend_target"));
		EXPECT_STREQ("none", attribute("test-plain", 1, ENTRY));
		EXPECT_EQ(0, verify(NULL));
		load_target();
		EXPECT_EQ(1, target("init"));
		becomes("jump");
	}
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
}

TEST(a_tracer_sees_calls_that_jump)
{
	char *trace;

	on_and_jumping();
	ASSERT_GT(spit(FILTER, "target_plain"), -1);
	ASSERT_EQ(0, spit(TRACER, "function"));
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(0, verify(NULL));
	trace = (char *)slurp(TRACE, NULL);
	EXPECT_TRUE(trace && strstr(trace, "target_plain"));
	free(trace);
	ASSERT_EQ(0, spit(TRACER, "function_graph"));
	EXPECT_EQ(1, target("plain"));
	ASSERT_EQ(0, switch_off("test-plain"));
	EXPECT_EQ(0, target("plain"));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	becomes("jump");
	ASSERT_EQ(0, spit(TRACER, "nop"));
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(0, verify(NULL));
}

/* 7.2's register_kprobe() says 0 when ftrace has refused; then the probe does not fire. */
static void expect_no_kprobe(void)
{
	if (!insmod("test_modules/mend_kprobe.ko", "post=1")) {
		EXPECT_EQ(1, target("plain"));
		EXPECT_STREQ("0\n", (char *)slurp("/sys/module/mend_kprobe/parameters/hits", NULL));
		ASSERT_EQ(0, unload("mend_kprobe"));
	}
}

TEST(nobody_else_may_redirect_a_function_that_jumps)
{
	on_and_jumping();
	expect_no_kprobe();
	if (!access("test_modules/mend_klp.ko", F_OK))
		EXPECT_NE(0, insmod("test_modules/mend_klp.ko", ""));
	EXPECT_NE(0, insmod("test_modules/mend_direct.ko", ""));
	EXPECT_EQ(1, target("plain"));
	EXPECT_EQ(0, verify(NULL));
	/* It owns nothing, and so is welcome. */
	ASSERT_EQ(0, insmod("test_modules/mend_kprobe.ko", ""));
	EXPECT_EQ(1, target("plain"));
}

TEST(with_a_direct_call_of_somebody_else_the_handler_stays)
{
	ASSERT_EQ(0, insmod("test_modules/mend_direct.ko", ""));
	EXPECT_EQ(0, target("plain"));
	on();
	stays("handler");
	EXPECT_EQ(0, verify(NULL));
	ASSERT_EQ(0, unload("mend_direct"));
	ASSERT_EQ(0, spit(JUMP_MS, "10"));
	becomes("jump");
}

TEST(ftrace_cannot_be_switched_off_under_a_jump)
{
	unsigned int ms;

	on_and_jumping();
	EXPECT_NE(0, spit(FTRACE_ENABLED, "0"));
	EXPECT_EQ(1, target("plain"));
	ASSERT_EQ(0, switch_off("test-plain"));
	/* ftrace is let go of by workers. */
	for (ms = 0; spit(FTRACE_ENABLED, "0") && ms < COMES_MS; ms += 50)
		msleep(50);
	EXPECT_LT(ms, COMES_MS);
}

TEST(a_jump_that_somebody_has_overwritten_is_named)
{
	struct mend_verify v;

	on_and_jumping();
	ASSERT_EQ(0, insmod("test_modules/mend_poke.ko", "symbol=mend_target:target_plain call=1"));
	EXPECT_EQ(0, target("plain"));
	EXPECT_EQ(-EUCLEAN, verify(&v));
	EXPECT_EQ(MEND_R_INTEGRITY, v.report.reason);
	EXPECT_TRUE(strstr(v.report.text, "target_plain"));
	ASSERT_EQ(0, unload("mend_poke"));
	EXPECT_EQ(0, verify(NULL));
	EXPECT_EQ(1, target("plain"));
}

static bool somebody_is_traced(void)
{
	char *functions = (char *)slurp(ENABLED, NULL);
	bool any = functions && *functions;

	free(functions);
	return any;
}

TEST(when_nothing_jumps_any_more_ftrace_is_let_go_of)
{
	unsigned int ms;

	on_and_jumping();
	ASSERT_EQ(0, switch_off("test-plain"));
	for (ms = 0; somebody_is_traced() && ms < COMES_MS; ms += 50)
		msleep(50);
	EXPECT_TRUE(!somebody_is_traced());
}

TEST_MAIN()
