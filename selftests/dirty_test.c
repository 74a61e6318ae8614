// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dirty set: tasks are looked at outside the stop window, and inside it
 * only those that have run since. What could escape it is made to happen all
 * the time: tasks that call, sleep in, are born and die around the functions,
 * a timer that calls them, a graph tracer that comes and goes on them, a CPU
 * that goes and comes back. Counted as in stress_test.c:
 *
 *	entered	a version that went must never be entered again
 *	mixed	an outer that met an inner of another version was inside
 *
 * MEND_SWITCHES=N: how many switches the long test makes (200).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>

#define TEST_TIMEOUT_S	1800
#include "kselftest_mend.h"
#include "mendtest.h"

#define SWITCHES	200
#define CONTROL_CYCLES	60
#define OVERFLOW_CYCLES	20
#define TRACER_CYCLES	10
#define SLEEPERS	300
#define KTHREADS	"2"
#define TRACING		"/sys/kernel/tracing/"
#define CPU1		"/sys/devices/system/cpu/cpu1/online"

#define MAX_LOADS	8
static pid_t loads[MAX_LOADS];
static unsigned int nr_loads;

void suite_setup(void)
{
	go_home();
}

static void set(const char *parameter, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), MEND_PARAMETERS "%s", parameter);
	ASSERT_EQ(0, spit(path, value));
}

static bool is_test_build(void)
{
	return !access(MEND_PARAMETERS "test_no_probe", W_OK);
}

void test_setup(void)
{
	load_mend("");
	load_target();
	ASSERT_EQ(0, load_signed("mend_test_pair", NULL));
}

void test_teardown(void)
{
	spit(CPU1, "1");
	spit(TRACING "current_tracer", "nop");
	spit(TRACING "set_ftrace_filter", "");
	unload("mend_tracer");
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void read_file(const char *path)
{
	char buf[64];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		while (read(fd, buf, sizeof(buf)) > 0)
			;
		close(fd);
	}
}

/* Loads, each in a process of its own until it is killed. */

static void call_all_the_time(void)
{
	for (;;)
		read_file(TARGET_DIR "/outer");
}

static void sleep_inside(void)
{
	for (;;) {
		read_file(TARGET_DIR "/nap");
		msleep(3);
	}
}

/* Each child is inside in its first and in its last moment. */
static void be_born_and_die(void)
{
	for (;;) {
		pid_t child = fork();

		if (!child) {
			read_file(TARGET_DIR "/outer");
			_exit(0);
		}
		if (child > 0)
			waitpid(child, NULL, 0);
	}
}

static void trace_now_and_then(void)
{
	/* The filter limits what is traced, or every call of the kernel would be. */
	spit(TRACING "set_ftrace_filter", "target_outer target_inner");
	for (;;) {
		spit(TRACING "current_tracer", "function_graph");
		msleep(40);
		spit(TRACING "current_tracer", "nop");
		msleep(40);
	}
}

static void unplug_now_and_then(void)
{
	for (;;) {
		spit(CPU1, "0");
		msleep(50);
		spit(CPU1, "1");
		msleep(250);
	}
}

static void load_add(void (*fn)(void))
{
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (!pid) {
		fn();
		_exit(0);
	}
	ASSERT_GT(MAX_LOADS, nr_loads);
	loads[nr_loads++] = pid;
}

static void load_start(void)
{
	ASSERT_EQ(0, spit(TARGET_DIR "/load", KTHREADS));
	load_add(call_all_the_time);
	load_add(sleep_inside);
	load_add(be_born_and_die);
}

static void load_stop(void)
{
	while (nr_loads) {
		pid_t pid = loads[--nr_loads];

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	spit(TARGET_DIR "/load", "0");
}

static struct mend_switch switch_and_keep(struct mend_op op)
{
	struct mend_switch s;
	int err = switch_ops(&op, 1, SWITCH_TIMEOUT_MS, &s);

	if (err)
		DIAG("reason %u: %s (%s in %s)", s.report.reason, s.report.text, s.blocker.comm,
		     s.blocker.func);
	ASSERT_EQ(0, err);
	return s;
}

static long violations;

/* On and off; what went is not entered again. Violations are counted. */
static void cycle(void)
{
	long entered;

	switch_and_keep(op_on("test-pair", 1));
	entered = counter("entered0");
	msleep(3);
	violations += counter("entered0") != entered;
	switch_and_keep(op_off("test-pair", 1));
	entered = counter("entered1");
	msleep(3);
	violations += counter("entered1") != entered;
}

static void expect_no_violation(const char *what)
{
	load_stop();
	DIAG("%s: %ld calls, %ld mixed, %ld late", what,
	     counter("entered0") + counter("entered1"), counter("mixed"), violations);
	EXPECT_EQ(0, counter("mixed"));
	EXPECT_EQ(0, violations);
	EXPECT_GT(counter("entered0"), 0);
	EXPECT_GT(counter("entered1"), 0);
}

static int switches_wanted(void)
{
	const char *text = getenv("MEND_SWITCHES");

	return text ? atoi(text) : SWITCHES;
}

TEST(tasks_that_come_and_go_are_never_missed)
{
	int i, nr = switches_wanted() / 2;

	load_start();
	for (i = 0; i < nr / 2; i++)
		cycle();
	expect_no_violation("calling, sleeping, forking, exiting, a timer");
}

TEST(a_tracer_and_a_cpu_that_come_and_go_change_nothing)
{
	int i, nr = switches_wanted() / 2;

	load_start();
	load_add(trace_now_and_then);
	if (!access(CPU1, W_OK))
		load_add(unplug_now_and_then);
	for (i = 0; i < nr / 2; i++)
		cycle();
	expect_no_violation("the same with a graph tracer and a CPU toggled");
}

/* Calls of target_inner() from the handler of mend_tracer.ko, by version. */
static void tracer_counts(const char *parameter, long counts[3])
{
	char path[128], *text;

	snprintf(path, sizeof(path), "/sys/module/mend_tracer/parameters/%s", parameter);
	text = (char *)slurp(path, NULL);
	ASSERT_TRUE(text);
	ASSERT_EQ(3, sscanf(text, "%ld,%ld,%ld", &counts[0], &counts[1], &counts[2]));
	free(text);
}

/* In a moment of load while @on is current: who ran in nested calls? */
static void expect_only_guarded_calls_run_the_original(bool on)
{
	long nested[2][3], guarded[2][3];

	tracer_counts("nested", nested[0]);
	tracer_counts("guarded", guarded[0]);
	msleep(20);
	tracer_counts("nested", nested[1]);
	tracer_counts("guarded", guarded[1]);
	EXPECT_GT(nested[1][on], nested[0][on]);
	EXPECT_EQ(nested[0][!on], nested[1][!on]);
	EXPECT_GT(guarded[1][0], guarded[0][0]);
	EXPECT_EQ(0, guarded[1][1]);
}

/*
 * Another tracer's handler that calls what it traces is the one way into old code
 * that is left (docs/consistency.md, "Limits"). Those calls, and no others.
 */
TEST(calls_in_another_tracers_guard_are_counted_apart)
{
	int i;

	ASSERT_EQ(0, insmod("test_modules/mend_tracer.ko", ""));
	load_start();
	for (i = 0; i < TRACER_CYCLES; i++) {
		switch_and_keep(op_on("test-pair", 1));
		expect_only_guarded_calls_run_the_original(true);
		switch_and_keep(op_off("test-pair", 1));
		expect_only_guarded_calls_run_the_original(false);
		cycle();
	}
	expect_no_violation("a tracer that calls what it traces");
	EXPECT_EQ(0, unload("mend_tracer"));
}

/* Number of sleeping processes; killed by their death signal's absence: by us. */
static void sleepers_start(pid_t *pids, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		pids[i] = fork();
		ASSERT_GE(pids[i], 0);
		if (!pids[i]) {
			pause();
			_exit(0);
		}
	}
}

static void sleepers_stop(pid_t *pids, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

TEST(sleeping_tasks_are_not_looked_at_in_the_window)
{
	struct mend_switch dirty, walk;
	pid_t pids[SLEEPERS];

	sleepers_start(pids, SLEEPERS);
	dirty = switch_and_keep(op_on("test-pair", 1));
	set("check", "walk");
	walk = switch_and_keep(op_off("test-pair", 1));
	sleepers_stop(pids, SLEEPERS);
	DIAG("%u tasks in the window with the dirty set, %u when walking all", dirty.tasks,
	     walk.tasks);
	EXPECT_GT(walk.tasks, SLEEPERS);
	EXPECT_GT(SLEEPERS / 10, dirty.tasks);
}

/* @parameter so small that tasks are lost at once: all are walked instead. */
static void expect_overflow_is_handled(const char *parameter, const char *size)
{
	struct mend_switch s;
	int i;

	if (!is_test_build())
		SKIP("this mend.ko is no test build (MEND_SELFTEST=1)");
	set(parameter, size);
	load_start();
	s = switch_and_keep(op_on("test-pair", 1));
	EXPECT_GT(s.tasks, 20);
	switch_and_keep(op_off("test-pair", 1));
	for (i = 0; i < OVERFLOW_CYCLES; i++)
		cycle();
	expect_no_violation(parameter);
}

TEST(a_table_that_is_too_small_falls_back_to_walking_all)
{
	expect_overflow_is_handled("test_dirty_slots", "16");
}

TEST(a_ring_that_is_too_small_falls_back_to_walking_all)
{
	if (!is_test_build())
		SKIP("this mend.ko is no test build (MEND_SELFTEST=1)");
	set("test_dirty_ring", "1");
	load_start();
	for (int i = 0; i < OVERFLOW_CYCLES; i++)
		cycle();
	expect_no_violation("test_dirty_ring");
}

TEST(whom_a_switch_waits_for_stands_in_sysfs)
{
	char *line = NULL;
	pid_t holder, switcher;
	unsigned int tries;
	int status;

	ASSERT_EQ(0, load_signed("mend_test_hold", NULL));
	holder = sleep_in("hold");
	switcher = fork();
	if (!switcher) {
		struct mend_op on = op_on("test-hold", 1);

		_exit(-switch_ops(&on, 1, 5000 * slowdown(), NULL));
	}
	for (tries = 40 * slowdown(); tries && (!line || !strstr(line, "target_hold")); tries--) {
		msleep(50);
		free(line);
		line = (char *)slurp("/sys/kernel/mend/waiting", NULL);
	}
	ASSERT_TRUE(line);
	DIAG("waiting: %s", line);
	EXPECT_TRUE(strstr(line, "mend_target:target_hold"));
	free(line);
	EXPECT_EQ(0, spit(TARGET_DIR "/release", "1"));
	waitpid(switcher, &status, 0);
	EXPECT_EQ(0, WEXITSTATUS(status));
	waitpid(holder, NULL, 0);
	line = (char *)slurp("/sys/kernel/mend/waiting", NULL);
	EXPECT_STREQ("", line);
	EXPECT_EQ(0, switch_off("test-hold"));
}

/* The control: without the probe, what ran since the sweep is missed. */
TEST(without_the_probe_the_same_load_shows_violations)
{
	int i;

	if (!is_test_build())
		SKIP("this mend.ko is no test build (MEND_SELFTEST=1)");
	set("test_no_probe", "1");
	load_start();
	for (i = 0; i < CONTROL_CYCLES; i++)
		cycle();
	load_stop();
	set("test_no_probe", "0");
	DIAG("%ld violations in %d switches", counter("mixed") + violations, 2 * CONTROL_CYCLES);
	EXPECT_GT(counter("mixed") + violations, 0);
}

TEST_MAIN()
