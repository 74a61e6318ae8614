// SPDX-License-Identifier: MIT
/*
 * Confirming, the health command and what it decides, and comparing the running
 * code, on a fake machine.
 */
#include "common.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "lib/health.h"
#include "lib/judge.h"
#include "lib/probation.h"

static struct signer signer;
static struct bundle bundle;
static struct err e;
static struct confirm c;
static struct apply_patch on;
static struct switch_wait patience;
static struct apply applied;
static atomic_int stop;
static char path[128];

static int group_setup(void **state)
{
	(void)state;
	test_bundle_open(&signer, &bundle, TEST_NOW - 1000);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	test_bundle_close(&signer, &bundle);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	fake_start();
	stop = 0;
	patience = (struct switch_wait){ .stop = &stop };
	on = (struct apply_patch){ .path = "b.mend", .bundle = &bundle };
	applied = (struct apply){
		.on = &on, .nr_on = 1, .probation_ms = 60000, .wait = &patience,
	};
	snprintf(path, sizeof(path), "%s/witness", fake.dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	confirm_free(&c);
	fake_stop();
	return 0;
}

/* On, and on probation for a minute more unless @ms says otherwise */
static void put_on(const char *name, unsigned int generation, const char *ms)
{
	char module[64];

	snprintf(module, sizeof(module), "ko_%s_%u", name, generation);
	fake_patch(name, generation, module, "00", true);
	fake_attr(name, generation, "probation_ms", ms);
}

static void put_back(const char *name, unsigned int generation, const char *reason)
{
	fake_attr(name, generation, "enabled", "0");
	fake_attr(name, generation, "state", "rolled-back");
	fake_attr(name, generation, "probation_ms", "0");
	fake_attr(name, generation, "reason", reason);
}

static uint32_t confirm(const char *one, const char *two)
{
	const char *names[] = { one, two };

	confirm_free(&c);
	c.names = names;
	c.nr_names = (one != NULL) + (two != NULL);
	return probation_confirm(&fake.mc, &c, &e) ? e.reason : 0;
}

static void confirms_what_is_named_and_nothing_else(void **state)
{
	(void)state;
	put_on("one", 7, "59000");
	put_on("two", 3, "59000");
	assert_int_equal(confirm("one", NULL), 0);
	assert_string_equal(fake.calls, "op");
	assert_string_equal(fake.probation_args.name, "one");
	assert_int_equal(fake.probation_args.generation, 7);
	assert_int_equal(fake.probation_args.action, MEND_PROBATION_CONFIRM);
	assert_int_equal(c.nr_patches, 1);
	assert_string_equal(c.patches[0].name, "one");
	assert_int_equal(c.patches[0].generation, 7);
}

static void without_names_confirms_all(void **state)
{
	(void)state;
	put_on("one", 7, "59000");
	put_on("two", 3, "1");
	put_on("three", 1, "0");
	assert_int_equal(confirm(NULL, NULL), 0);
	assert_string_equal(fake.calls, "opp");
	assert_int_equal(c.nr_patches, 2);
}

static void nothing_on_probation_is_nothing_to_do(void **state)
{
	(void)state;
	assert_int_equal(confirm(NULL, NULL), ERR_NOTHING);
	put_on("one", 7, "0");
	assert_int_equal(confirm(NULL, NULL), ERR_NOTHING);
	assert_int_equal(confirm("one", NULL), ERR_NOTHING);
	assert_int_equal(e.code, EXIT_CODE_NOTHING);
	assert_null(strchr(fake.calls, 'p'));
}

static void an_unknown_name_confirms_nothing(void **state)
{
	(void)state;
	put_on("one", 7, "59000");
	assert_int_equal(confirm("one", "nobody"), MEND_R_NO_PATCH);
	assert_string_equal(fake.calls, "");
}

static void what_was_taken_back_is_told_with_its_reason(void **state)
{
	(void)state;
	put_on("one", 7, "0");
	put_back("one", 7, "129 cat (pid 3) oopsed in one_fix");
	assert_int_equal(confirm("one", NULL), MEND_R_OOPS);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	test_contains(e.message, "'one' generation 7 has been taken back: cat (pid 3) oopsed");
	assert_int_equal(confirm(NULL, NULL), MEND_R_OOPS);
	put_back("one", 7, "128");
	assert_int_equal(confirm("one", NULL), MEND_R_DEADLINE);
	put_back("one", 7, "4000 newer than this program");
	assert_int_equal(confirm("one", NULL), 4000);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	test_contains(e.message, "than this program");
	put_back("one", 7, "");
	assert_int_equal(confirm("one", NULL), ERR_ROLLED_BACK);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
}

static void one_that_waits_to_be_taken_back_counts_as_taken_back(void **state)
{
	(void)state;
	put_on("one", 7, "0");
	fake_attr("one", 7, "state", "rollback-blocked");
	fake_attr("one", 7, "reason", "131 CPU 1 was stuck");
	assert_int_equal(confirm("one", NULL), MEND_R_SOFTLOCKUP);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	test_contains(e.message, "waits for a task");
}

static void an_old_rollback_does_not_matter_to_a_newer_generation(void **state)
{
	(void)state;
	put_on("one", 6, "0");
	put_back("one", 6, "129 long ago");
	put_on("one", 7, "0");
	assert_int_equal(confirm("one", NULL), ERR_NOTHING);
	fake_attr("one", 7, "probation_ms", "1000");
	assert_int_equal(confirm("one", NULL), 0);
	/* but one that has come back on with the rollback does not hide it */
	put_on("two", 5, "0");
	put_on("two", 6, "0");
	put_back("two", 6, "132 it failed");
	assert_int_equal(confirm("two", NULL), MEND_R_HEALTH);
}

static void oops(void)
{
	put_back("one", 7, "130 in one_fix");
}

static void one_that_is_taken_back_meanwhile_is_not_called_confirmed(void **state)
{
	(void)state;
	put_on("one", 7, "59000");
	put_on("two", 3, "59000");
	fake.before_probation = oops;
	fake.probation = EALREADY;
	fake.reason = MEND_R_STATE;
	assert_int_equal(confirm("one", NULL), MEND_R_WARN);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	assert_int_equal(c.nr_patches, 0);
}

static void other_failures_of_the_kernel_are_failures(void **state)
{
	(void)state;
	put_on("one", 7, "59000");
	fake.probation = EINVAL;
	fake.reason = MEND_R_FLAGS;
	assert_int_equal(confirm("one", NULL), MEND_R_FLAGS);
	fake.probation = ENOTTY;
	fake.reason = 0;
	assert_int_equal(confirm("one", NULL), MEND_R_SIZE);
	test_contains(e.message, "does not know this call");
	fake.open = EACCES;
	assert_int_equal(confirm("one", NULL), MEND_R_CAPABILITY);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t health(const char *command, uint32_t ms)
{
	return health_run(command, ms, &stop, &e) ? e.reason : 0;
}

static void the_health_command_decides(void **state)
{
	(void)state;
	assert_int_equal(health("true", 10000), 0);
	assert_int_equal(health("exit 3", 10000), MEND_R_HEALTH);
	test_contains(e.message, "exit status 3");
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	assert_int_equal(health("kill -9 $$", 10000), MEND_R_HEALTH);
	test_contains(e.message, "signal 9");
	assert_int_equal(health("/no/such/command", 10000), MEND_R_HEALTH);
	test_contains(e.message, "exit status 127");
}

static void a_caller_that_ignores_its_children_changes_nothing(void **state)
{
	void (*old)(int) = signal(SIGCHLD, SIG_IGN);

	(void)state;
	assert_int_equal(health("exit 3", 10000), MEND_R_HEALTH);
	assert_ptr_equal(signal(SIGCHLD, old), SIG_IGN);
}

static void it_reads_nothing_and_prints_no_result(void **state)
{
	char command[400];
	int out[2], saved = dup(STDOUT_FILENO);
	char c1;

	(void)state;
	assert_int_equal(pipe(out), 0);
	assert_int_equal(dup2(out[1], STDOUT_FILENO), STDOUT_FILENO);
	close(out[1]);
	snprintf(command, sizeof(command), "exec 2>/dev/null; [ -z \"$(cat)\" ] && "
		 "[ \"$(readlink /proc/$$/fd/1)\" != \"$(readlink /proc/%d/fd/1)\" ]",
		 (int)getpid());
	assert_int_equal(health(command, 10000), 0);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	assert_int_equal(read(out[0], &c1, 1), 0);
	close(out[0]);
}

/* The whole group: also what the shell has started, which would write the file. */
static void one_that_hangs_is_killed_with_all_its_children(void **state)
{
	char command[300];
	double start = seconds();

	(void)state;
	snprintf(command, sizeof(command), "(sleep 1.5; echo x >%s) & wait", path);
	assert_int_equal(health(command, 300), MEND_R_HEALTH);
	test_contains(e.message, "not done within 0.3 s");
	assert_true(seconds() - start < 1.4);
	sleep(2);
	assert_int_equal(access(path, F_OK), -1);
}

static void on_alarm(int number)
{
	stop = number;
}

static void a_signal_ends_it(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm }, old;
	struct itimerval timer = { .it_value = { .tv_usec = 300000 } };
	double start = seconds();

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
	assert_int_equal(health("sleep 20", 20000), MEND_R_INTERRUPTED);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	assert_true(seconds() - start < 10);
	/* and one that came before it began */
	assert_int_equal(health("sleep 20", 20000), MEND_R_INTERRUPTED);
}

static uint32_t judge(const char *command)
{
	put_on("test-patch", 7, "60000");
	return judge_run(&fake.mc, &applied, command, &e) ? e.reason : 0;
}

static void a_patch_that_is_healthy_is_confirmed(void **state)
{
	(void)state;
	assert_int_equal(judge("true"), 0);
	assert_string_equal(fake.calls, "op");
	assert_int_equal(fake.probation_args.action, MEND_PROBATION_CONFIRM);
}

static void one_that_is_not_is_taken_back(void **state)
{
	(void)state;
	assert_int_equal(judge("false"), MEND_R_HEALTH);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	assert_string_equal(fake.calls, "op");
	assert_int_equal(fake.probation_args.action, MEND_PROBATION_ROLLBACK);
	assert_int_equal(fake.probation_args.generation, 7);
	test_contains(e.message, "exit status 1; the patch was taken back");
}

static void one_with_a_command_that_hangs_is_taken_back(void **state)
{
	(void)state;
	applied.probation_ms = 500;
	assert_int_equal(judge_health_ms(500), 450);
	assert_int_equal(judge("sleep 20"), MEND_R_HEALTH);
	assert_int_equal(fake.probation_args.action, MEND_PROBATION_ROLLBACK);
	test_contains(e.message, "taken back");
}

static void one_that_is_busy_is_said_to_be_taken_back_later(void **state)
{
	(void)state;
	fake.probation = EBUSY;
	fake.reason = MEND_R_BUSY;
	assert_int_equal(judge("false"), MEND_R_HEALTH);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	test_contains(e.message, "as soon as no task is inside: the kernel's text 96");
}

static void oops_of_the_patch(void)
{
	put_back("test-patch", 7, "129 in it");
}

static void one_that_mend_has_taken_back_before_is_no_success(void **state)
{
	(void)state;
	fake.before_probation = oops_of_the_patch;
	fake.probation = EALREADY;
	fake.reason = MEND_R_STATE;
	assert_int_equal(judge("false"), MEND_R_HEALTH);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
	test_contains(e.message, "has been taken back already");
	assert_int_equal(judge("true"), MEND_R_OOPS);
	assert_int_equal(e.code, EXIT_CODE_ROLLED_BACK);
}

static void confirmed_by_somebody(void)
{
	fake_attr("test-patch", 7, "probation_ms", "0");
}

static void one_that_somebody_confirmed_stays_and_that_is_said(void **state)
{
	char command[200];

	(void)state;
	fake.before_probation = confirmed_by_somebody;
	fake.probation = EALREADY;
	fake.reason = MEND_R_STATE;
	assert_int_equal(judge("false"), MEND_R_HEALTH);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	test_contains(e.message, "somebody has confirmed it");
	assert_int_equal(judge("true"), 0);
	/* already when the health command ends */
	snprintf(command, sizeof(command), "echo 0 >%s/test-patch.7/probation_ms", fake.sysfs);
	memset(fake.calls, 0, sizeof(fake.calls));
	assert_int_equal(judge(command), 0);
	assert_string_equal(fake.calls, "o");
}

static void one_that_cannot_be_taken_back_is_left_to_the_deadline(void **state)
{
	(void)state;
	fake.open = EACCES;
	assert_int_equal(judge("false"), MEND_R_HEALTH);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	test_contains(e.message, "it is taken back at the deadline");
}

static void a_signal_leaves_it_on_probation(void **state)
{
	(void)state;
	stop = SIGINT;
	assert_int_equal(judge("sleep 20"), MEND_R_INTERRUPTED);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	assert_string_equal(fake.calls, "");
	test_contains(e.message, "takes it back at the deadline");
	test_contains(e.hint, "mend confirm test-patch");
}

static void the_running_code_is_compared(void **state)
{
	struct mend_verify v;
	struct device d;

	(void)state;
	assert_int_equal(device_open(&d, &fake.mc, &e), 0);
	assert_int_equal(device_verify(&d, &v, &e), 0);
	assert_int_equal(v.functions, 5);
	fake.verify = EUCLEAN;
	fake.reason = MEND_R_INTEGRITY;
	assert_int_equal(device_verify(&d, &v, &e), -1);
	assert_int_equal(e.reason, MEND_R_INTEGRITY);
	assert_int_equal(e.code, EXIT_CODE_REFUSED);
	assert_int_equal(e.errnum, EUCLEAN);
	assert_int_equal(v.differences, 1);
	test_contains(e.message, "the kernel's text 133");
	device_close(&d);
	assert_string_equal(fake.calls, "ovv");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(confirms_what_is_named_and_nothing_else),
		TEST(without_names_confirms_all),
		TEST(nothing_on_probation_is_nothing_to_do),
		TEST(an_unknown_name_confirms_nothing),
		TEST(what_was_taken_back_is_told_with_its_reason),
		TEST(one_that_waits_to_be_taken_back_counts_as_taken_back),
		TEST(an_old_rollback_does_not_matter_to_a_newer_generation),
		TEST(one_that_is_taken_back_meanwhile_is_not_called_confirmed),
		TEST(other_failures_of_the_kernel_are_failures),
		TEST(the_health_command_decides),
		TEST(a_caller_that_ignores_its_children_changes_nothing),
		TEST(it_reads_nothing_and_prints_no_result),
		TEST(one_that_hangs_is_killed_with_all_its_children),
		TEST(a_signal_ends_it),
		TEST(a_patch_that_is_healthy_is_confirmed),
		TEST(one_that_is_not_is_taken_back),
		TEST(one_with_a_command_that_hangs_is_taken_back),
		TEST(one_that_is_busy_is_said_to_be_taken_back_later),
		TEST(one_that_mend_has_taken_back_before_is_no_success),
		TEST(one_that_somebody_confirmed_stays_and_that_is_said),
		TEST(one_that_cannot_be_taken_back_is_left_to_the_deadline),
		TEST(a_signal_leaves_it_on_probation),
		TEST(the_running_code_is_compared),
	};

	return cmocka_run_group_tests_name("probation", tests, group_setup, group_teardown);
}
