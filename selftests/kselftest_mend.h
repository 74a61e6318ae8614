/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small kselftest harness: TAP 13 on stdout, one process a test.
 *
 *	TEST(rmmod_is_refused_while_a_patch_is_on)
 *	{
 *		ASSERT_EQ(0, switch_on("test-plain", 1));
 *		EXPECT_EQ(-EWOULDBLOCK, unload_module("mend"));
 *	}
 *	TEST_MAIN()
 *
 * Tests run in the order in which they are written, each in a child that is
 * killed after TEST_TIMEOUT_S (times MEND_SLOWDOWN, see mendtest.h). EXPECT_*
 * notes a failure and goes on, ASSERT_* ends the test. A program may define
 * test_setup(), which runs in the child before the test, and test_teardown(),
 * which runs in the parent after it, whatever has become of the child;
 * suite_setup() and suite_teardown() run once. Arguments are names of tests:
 * only those are run; -l lists them.
 *
 * Include it in one .c file of a program. It has no locks and no threads.
 */
#ifndef KSELFTEST_MEND_H
#define KSELFTEST_MEND_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mendtest.h"

#ifndef TEST_TIMEOUT_S
#define TEST_TIMEOUT_S	120
#endif
#define TEST_MAX	128
#define KSFT_REASON_LEN	256
#define KSFT_SLOW_S	5	/* such a test says how long it took */

enum { KSFT_OK = 0, KSFT_FAIL = 1, KSFT_SKIP = 4 };

struct ksft_test {
	const char *name;
	void (*fn)(void);
};

static struct ksft_test ksft_tests[TEST_MAX];
static unsigned int ksft_nr;
static bool ksft_failed;
static char *ksft_skip_reason;	/* shared with the child that runs the test */

__attribute__((weak)) void suite_setup(void);
__attribute__((weak)) void suite_teardown(void);
__attribute__((weak)) void test_setup(void);
__attribute__((weak)) void test_teardown(void);

#define TEST(_name)							\
	static void _name(void);					\
	__attribute__((constructor)) static void ksft_add_##_name(void)	\
	{								\
		ksft_tests[ksft_nr++] = (struct ksft_test){ #_name, _name }; \
	}								\
	static void _name(void)

#define DIAG(...) (printf("# " __VA_ARGS__), putchar('\n'))

/* Ends the test; the reason stands in its result: a skipped test is no passed one. */
#define SKIP(...) \
	(snprintf(ksft_skip_reason, KSFT_REASON_LEN, __VA_ARGS__), exit(KSFT_SKIP))

static inline const char *ksft_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#define KSFT_FAILED(...) \
	(ksft_failed = true, printf("# %s:%d: ", ksft_file(__FILE__), __LINE__), \
	 printf(__VA_ARGS__), putchar('\n'))

#define KSFT_COMPARE(_a, _sa, _op, _b, _sb, _bad)			\
do {									\
	long long a_ = (long long)(_a), b_ = (long long)(_b);		\
									\
	if (!(a_ _op b_)) {						\
		KSFT_FAILED("expected %s %s %s: %lld and %lld",		\
			    _sa, #_op, _sb, a_, b_);			\
		_bad;							\
	}								\
} while (0)

#define KSFT_COMPARE_STR(_a, _sa, _b, _sb, _bad)			\
do {									\
	const char *a_ = (_a), *b_ = (_b);				\
									\
	if (strcmp(a_, b_)) {						\
		KSFT_FAILED("expected %s == %s: \"%s\" and \"%s\"", _sa, _sb, a_, b_); \
		_bad;							\
	}								\
} while (0)

#define EXPECT_EQ(_a, _b)	KSFT_COMPARE(_a, #_a, ==, _b, #_b, )
#define EXPECT_NE(_a, _b)	KSFT_COMPARE(_a, #_a, !=, _b, #_b, )
#define EXPECT_GT(_a, _b)	KSFT_COMPARE(_a, #_a, >, _b, #_b, )
#define EXPECT_GE(_a, _b)	KSFT_COMPARE(_a, #_a, >=, _b, #_b, )
#define EXPECT_LE(_a, _b)	KSFT_COMPARE(_a, #_a, <=, _b, #_b, )
#define EXPECT_LT(_a, _b)	KSFT_COMPARE(_a, #_a, <, _b, #_b, )
#define EXPECT_TRUE(_a)		KSFT_COMPARE(!!(_a), #_a, ==, 1, "true", )
#define EXPECT_STREQ(_a, _b)	KSFT_COMPARE_STR(_a, #_a, _b, #_b, )
#define ASSERT_EQ(_a, _b)	KSFT_COMPARE(_a, #_a, ==, _b, #_b, exit(KSFT_FAIL))
#define ASSERT_NE(_a, _b)	KSFT_COMPARE(_a, #_a, !=, _b, #_b, exit(KSFT_FAIL))
#define ASSERT_GE(_a, _b)	KSFT_COMPARE(_a, #_a, >=, _b, #_b, exit(KSFT_FAIL))
#define ASSERT_GT(_a, _b)	KSFT_COMPARE(_a, #_a, >, _b, #_b, exit(KSFT_FAIL))
#define ASSERT_TRUE(_a)		KSFT_COMPARE(!!(_a), #_a, ==, 1, "true", exit(KSFT_FAIL))
#define ASSERT_STREQ(_a, _b)	KSFT_COMPARE_STR(_a, #_a, _b, #_b, exit(KSFT_FAIL))

static int ksft_child(const struct ksft_test *test)
{
	alarm(TEST_TIMEOUT_S * slowdown());
	if (test_setup)
		test_setup();
	test->fn();
	return ksft_failed ? KSFT_FAIL : KSFT_OK;
}

static int ksft_run_one(const struct ksft_test *test)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return KSFT_FAIL;
	if (!pid)
		exit(ksft_child(test));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (test_teardown)
		test_teardown();
	if (WIFSIGNALED(status)) {
		DIAG("%s: %s", test->name, WTERMSIG(status) == SIGALRM ?
		     "not done in time" : strsignal(WTERMSIG(status)));
		return KSFT_FAIL;
	}
	return WEXITSTATUS(status);
}

static void ksft_print(unsigned int nr, const char *name, int result)
{
	if (result == KSFT_SKIP)
		printf("ok %u %s # SKIP %s\n", nr, name, ksft_skip_reason);
	else
		printf("%s %u %s\n", result == KSFT_OK ? "ok" : "not ok", nr, name);
}

static bool ksft_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

static int ksft_main(int argc, char **argv)
{
	bool list = argc == 2 && !strcmp(argv[1], "-l"), bad = false;
	unsigned int i, nr = 0;
	time_t start;
	int result;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_skip_reason = mmap(NULL, KSFT_REASON_LEN, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ksft_skip_reason == MAP_FAILED)
		return KSFT_FAIL;
	if (!list) {
		printf("TAP version 13\n");
		if (suite_setup)
			suite_setup();
	}
	for (i = 0; i < ksft_nr; i++) {
		if (list) {
			puts(ksft_tests[i].name);
			continue;
		}
		if (!ksft_wanted(ksft_tests[i].name, argc, argv))
			continue;
		start = time(NULL);
		result = ksft_run_one(&ksft_tests[i]);
		if (time(NULL) - start >= KSFT_SLOW_S)
			DIAG("took %ld s", (long)(time(NULL) - start));
		bad |= result != KSFT_OK && result != KSFT_SKIP;
		ksft_print(++nr, ksft_tests[i].name, result);
	}
	if (list)
		return 0;
	if (suite_teardown)
		suite_teardown();
	printf("1..%u\n", nr);
	return bad || !nr ? KSFT_FAIL : KSFT_OK;
}

#define TEST_MAIN()							\
	int main(int argc, char **argv)					\
	{								\
		return ksft_main(argc, argv);				\
	}

#endif /* KSELFTEST_MEND_H */
