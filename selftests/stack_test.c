// SPDX-License-Identifier: GPL-2.0-only
/*
 * What proves a stack checker: a task is asleep further down, and something is on
 * its stack between the sleeping function and the one that is to be patched. Each
 * time the switch must see the patched function, and succeed once it is left.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define TRACING	"/sys/kernel/tracing/"
#define PAGE	4096

void suite_setup(void)
{
	go_home();
	load_mend("require_signature=0");
}

void test_setup(void)
{
	load_target();
	ASSERT_EQ(0, insmod("test_modules/mend_test_caller.ko", ""));
}

void test_teardown(void)
{
	spit(MEND_PARAMETERS "check", "dirty");
	spit(TRACING "current_tracer", "nop\n");
	spit(TRACING "set_ftrace_filter", "!target_hold\n");
	spit(TRACING "events/kprobes/mend_hold/enable", "0\n");
	spit(TRACING "kprobe_events", "-:mend_hold\n");
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void expect_blocked(unsigned int reason, const char *function, pid_t pid)
{
	struct mend_op on = op_on("test-caller", 1);
	struct mend_switch s;

	EXPECT_EQ(-EBUSY, switch_ops(&on, 1, 300, &s));
	EXPECT_EQ(reason, s.report.reason);
	EXPECT_EQ(pid, s.blocker.pid);
	EXPECT_STREQ(function, s.blocker.func);
	DIAG("%s", s.report.text);
}

static void expect_blocked_in(const char *function, pid_t pid)
{
	expect_blocked(MEND_R_BUSY, function, pid);
}

/* It leaves what is now in the way of nobody. */
static void expect_not_blocked_without(pid_t pid)
{
	spit(TARGET_DIR "/release", "1\n");
	waitpid(pid, NULL, 0);
	EXPECT_EQ(0, switch_on("test-caller", 1));
	EXPECT_EQ(1, target("caller"));
	EXPECT_EQ(1, target("hidden"));
}

static void expect_caller_blocks_and_then_not(pid_t pid)
{
	expect_blocked_in("target_caller", pid);
	expect_not_blocked_without(pid);
}

TEST(the_caller_of_a_function_that_sleeps)
{
	expect_caller_blocks_and_then_not(sleep_in("caller"));
}

/* The graph tracer has put its own address where target_hold() returns to. */
TEST(the_caller_of_a_function_that_sleeps_and_is_graph_traced)
{
	ASSERT_EQ(0, spit(TRACING "set_ftrace_filter", "target_hold\n"));
	ASSERT_EQ(0, spit(TRACING "current_tracer", "function_graph\n"));
	expect_caller_blocks_and_then_not(sleep_in("caller"));
}

/* So has a kretprobe. */
TEST(the_caller_of_a_function_that_sleeps_and_has_a_kretprobe)
{
	ASSERT_EQ(0, spit(TRACING "kprobe_events", "r:mend_hold target_hold\n"));
	ASSERT_EQ(0, spit(TRACING "events/kprobes/mend_hold/enable", "1\n"));
	expect_caller_blocks_and_then_not(sleep_in("caller"));
}

/*
 * The unwinder ends in the middle of the stack and does not call that an error: as in
 * the thunk of an indirect call, on 6.1. What it has not seen may be anything.
 */
static void expect_end_in_the_middle_blocks(void)
{
	pid_t pid = sleep_in("hidden");

	expect_blocked(MEND_R_UNRELIABLE, "", pid);
	expect_not_blocked_without(pid);
}

TEST(a_stack_that_seems_to_end_in_the_middle)
{
	expect_end_in_the_middle_blocks();
}

TEST(a_stack_that_seems_to_end_in_the_middle_when_all_are_walked)
{
	ASSERT_EQ(0, spit(MEND_PARAMETERS "check", "walk"));
	expect_end_in_the_middle_blocks();
}

/* A page that nobody fills in before somebody says so. */
static char *page_of_userfaultfd(int *fd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *page;

	*fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	ASSERT_GE(*fd, 0);
	ASSERT_EQ(0, ioctl(*fd, UFFDIO_API, &api));
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	reg.range.start = (uintptr_t)page;
	reg.range.len = PAGE;
	ASSERT_EQ(0, ioctl(*fd, UFFDIO_REGISTER, &reg));
	return page;
}

static void fill_in(int fd, char *page)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)page, .len = PAGE },
	};

	ASSERT_EQ(0, ioctl(fd, UFFDIO_ZEROPAGE, &zero));
}

/**
 * struct fault - somebody who sleeps in a page fault
 * @file: in TARGET_DIR; written to, which reads the page
 * @page: not there yet
 * @uffd: fills it in
 * @tid: of the thread, once it is on its way
 * @thread: who writes
 */
struct fault {
	const char *file;
	char *page;
	int uffd;
	atomic_int tid;
	pthread_t thread;
};

/* A thread: a child's copy of the page would be filled in at once. */
static void *write_page(void *data)
{
	struct fault *fault = data;
	int fd = open(fault->file, O_WRONLY);

	fault->tid = syscall(SYS_gettid);
	return (void *)(intptr_t)write(fd, fault->page, 1);
}

static void fault_begin(struct fault *fault)
{
	fault->page = page_of_userfaultfd(&fault->uffd);
	ASSERT_EQ(0, pthread_create(&fault->thread, NULL, write_page, fault));
	while (!fault->tid)
		msleep(10);
	ASSERT_TRUE(wait_for_stack(fault->tid, "handle_userfault"));
}

/* Then nobody is in the way any more. */
static void fault_end(struct fault *fault)
{
	void *written;

	fill_in(fault->uffd, fault->page);
	pthread_join(fault->thread, &written);
	EXPECT_EQ(1, (intptr_t)written);
	EXPECT_EQ(0, target("faulted"));
	EXPECT_EQ(0, switch_on("test-caller", 1));
	ASSERT_EQ(0, spit(fault->file, "x"));
	EXPECT_EQ(1, target("faulted"));
}

TEST(a_function_that_sleeps_in_a_page_fault)
{
	struct fault fault = { .file = TARGET_DIR "/fault" };

	fault_begin(&fault);
	expect_blocked_in("target_fault", fault.tid);
	fault_end(&fault);
}

/*
 * What was interrupted has a function's entry where a return address is expected. The
 * unwinder then takes the unwind data of whatever lies in front of that function.
 */
TEST(what_is_about_to_return_into_an_entry)
{
	struct fault fault = { .file = TARGET_DIR "/torn" };

	fault_begin(&fault);
	expect_blocked(MEND_R_UNRELIABLE, "", fault.tid);
	fault_end(&fault);
}

TEST_MAIN()
