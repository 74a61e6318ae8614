// SPDX-License-Identifier: GPL-2.0-only
/*
 * The chain of custody, from authorized bytes to a registered payload, against
 * a hostile root: he has one good authorization and wants mend.ko to accept a
 * payload of his own (mend_test_evil, which nobody signed), or the good one in
 * a way that lets him change it. Every attack ends with a look at /proc/modules,
 * at sysfs and at the function that evil would have changed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define RACES		30
#define STACK_SIZE	65536

static struct signed_case good;
static unsigned char *evil;
static size_t evil_len;

void suite_setup(void)
{
	go_home();
	load_mend("");
	good = load_case("mend_test_plain");
	evil = slurp("test_modules/mend_test_evil.ko", &evil_len);
	if (!evil)
		exit(KSFT_FAIL);
}

void test_setup(void)
{
	load_target();
}

/* Nothing may outlive a test, an authorization's hold on mend.ko least of all. */
void test_teardown(void)
{
	clean_up();
	load_mend("");
}

void suite_teardown(void)
{
	unload("mend");
}

static int authorized(void)
{
	struct mend_report report;
	int dev = mend_device(), fd = authorize(dev, &good, &report);

	close(dev);
	if (fd < 0)
		DIAG("%s", report.text);
	ASSERT_GE(fd, 0);
	return fd;
}

static int evil_file(void)
{
	return memory_file(evil, evil_len, 0);
}

static void expect_no_evil(void)
{
	EXPECT_EQ(false, is_loaded("mend_test_evil"));
	EXPECT_STREQ("", attribute("test-evil", 1, "state"));
	EXPECT_NE(666, target("plain"));
}

static void expect_not_registered(void)
{
	EXPECT_EQ(false, is_loaded("mend_test_plain"));
	EXPECT_STREQ("", attribute("test-plain", 1, "state"));
	EXPECT_EQ(0, target("plain"));
}

/* Evil by itself, in whatever state the task and the authorization are now. */
static void expect_evil_refused(void)
{
	int fd = evil_file();

	EXPECT_EQ(-EKEYREJECTED, finit_module(fd, "", 0));
	close(fd);
	expect_no_evil();
}

static void expect_honest_load(int fd)
{
	struct mend_report why;
	int err = finit_module(fd, "", 0);

	if (err) {
		why = why_refused(fd);
		DIAG("%s", why.text);
	}
	ASSERT_EQ(0, err);
	EXPECT_STREQ("registered", attribute("test-plain", 1, "state"));
	ASSERT_EQ(0, switch_on("test-plain", 1));
	EXPECT_EQ(1, target("plain"));
	ASSERT_EQ(0, switch_off("test-plain"));
	ASSERT_EQ(0, unload("mend_test_plain"));
}

static void expect_custody(int fd)
{
	struct mend_report why = why_refused(fd);

	DIAG("%s", why.text);
	EXPECT_EQ(MEND_R_CUSTODY, why.reason);
}

TEST(an_honest_load_passes)
{
	expect_honest_load(authorized());
}

TEST(an_honest_load_passes_twice_through_one_authorization)
{
	int fd = authorized();

	expect_honest_load(fd);
	expect_honest_load(fd);
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *load_in_thread(void *fd)
{
	return (void *)(intptr_t)finit_module(*(int *)fd, "", 0);
}

TEST(an_honest_load_passes_in_a_threaded_process)
{
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, idle, NULL));
	expect_honest_load(authorized());
}

TEST(an_honest_load_passes_in_a_thread_that_is_not_the_leader)
{
	int fd = authorized();
	pthread_t thread;
	void *err;

	ASSERT_EQ(0, pthread_create(&thread, NULL, load_in_thread, &fd));
	pthread_join(thread, &err);
	EXPECT_EQ(0, (intptr_t)err);
	EXPECT_STREQ("registered", attribute("test-plain", 1, "state"));
}

TEST(the_same_bytes_in_another_file_are_refused)
{
	int fd = authorized(), copy = memory_file(good.payload, good.payload_len, 0);

	EXPECT_EQ(-EKEYREJECTED, finit_module(copy, "", 0));
	expect_not_registered();
	expect_honest_load(fd);
}

TEST(the_same_bytes_with_init_module_are_refused)
{
	int fd = authorized();

	EXPECT_EQ(-1, syscall(SYS_init_module, good.payload, (unsigned long)good.payload_len, ""));
	EXPECT_EQ(EKEYREJECTED, errno);
	expect_not_registered();
	expect_honest_load(fd);
}

TEST(another_module_is_refused_beside_an_authorization)
{
	int fd = authorized();

	expect_evil_refused();
	expect_honest_load(fd);
	expect_evil_refused();
}

TEST(module_arguments_are_refused)
{
	static const char *const args[] = { "knob=5", "nonsense", " ", "dyndbg=+p" };
	int fd = authorized();
	size_t i;

	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		DIAG("'%s'", args[i]);
		EXPECT_NE(0, finit_module(fd, args[i], 0));
		expect_custody(fd);
		expect_not_registered();
	}
	expect_honest_load(fd);
}

TEST(a_parameter_of_the_payload_cannot_be_set)
{
	struct mend_report report;
	int dev = mend_device(), fd;

	good = load_case("mend_test_args");
	fd = authorize(dev, &good, &report);
	ASSERT_GE(fd, 0);
	EXPECT_NE(0, finit_module(fd, "knob=665", 0));
	expect_custody(fd);
	EXPECT_EQ(false, is_loaded("mend_test_args"));
	EXPECT_EQ(0, finit_module(fd, "", 0));
}

TEST(flags_are_refused)
{
	int fd = authorized(), flags;

	for (flags = 1; flags < 8; flags++) {
		EXPECT_NE(0, finit_module(fd, "", flags));
		expect_not_registered();
	}
	EXPECT_NE(0, finit_module(fd, "", 1));
	expect_custody(fd);
	EXPECT_NE(0, finit_module(fd, "", 2));
	expect_custody(fd);
	expect_honest_load(fd);
}

/* The 32-bit entry has another finit_module() under another number. */
static long finit_module_32(int fd, const char *args, int flags)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (350L), "b" ((long)fd), "c" (args), "d" ((long)flags)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

TEST(the_32_bit_entry_is_refused)
{
	char *args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int fd = authorized();
	long err;

	ASSERT_TRUE(args != MAP_FAILED);
	err = finit_module_32(fd, args, 0);
	if (err == -ENOSYS)
		SKIP("this kernel has no 32-bit entry");
	EXPECT_EQ(-EKEYREJECTED, err);
	expect_custody(fd);
	expect_not_registered();
	expect_evil_refused();
	expect_honest_load(fd);
}

/* Descriptor @victim alternates between the files; shared with the loader. */
struct swap {
	int victim;
	int first;
	int second;
	volatile bool stop;
};

static void *swap_all_the_time(void *arg)
{
	struct swap *swap = arg;

	while (!swap->stop) {
		dup2(swap->first, swap->victim);
		sched_yield();
		dup2(swap->second, swap->victim);
	}
	return NULL;
}

TEST(a_descriptor_that_is_swapped_all_the_time)
{
	struct swap swap = { .victim = 90, .first = authorized(), .second = evil_file() };
	pthread_t thread;
	int i, loaded = 0;

	dup2(swap.second, swap.victim);
	ASSERT_EQ(0, pthread_create(&thread, NULL, swap_all_the_time, &swap));
	for (i = 0; i < RACES; i++) {
		if (!finit_module(swap.victim, "", 0)) {
			loaded++;
			expect_no_evil();
			EXPECT_STREQ(manifest_value(&good, "sha256"),
				     attribute("test-plain", 1, "digest"));
			EXPECT_EQ(0, unload("mend_test_plain"));
		}
		expect_no_evil();
	}
	swap.stop = true;
	pthread_join(thread, NULL);
	DIAG("%d of %d loads met the authorized file", loaded, RACES);
}

/* A peer that shares the file table, swaps once after a while, and is gone. */
static unsigned int swap_delay_us;

static int swap_and_exit(void *arg)
{
	struct swap *swap = arg;

	usleep(swap_delay_us);
	dup2(swap->first, swap->victim);
	syscall(SYS_exit, 0);
	return 0;
}

static void race_with_a_peer(struct swap *swap)
{
	static char stack[STACK_SIZE] __attribute__((aligned(16)));
	pid_t pid;
	int i;

	for (i = 0; i < RACES / 3; i++) {
		dup2(swap->second, swap->victim);
		swap_delay_us = i * 400;
		pid = clone(swap_and_exit, stack + STACK_SIZE, CLONE_FILES | CLONE_VM | SIGCHLD,
			    swap);
		ASSERT_GT(pid, 0);
		finit_module(swap->victim, "", 0);
		expect_no_evil();
		waitpid(pid, NULL, 0);
		finit_module(swap->victim, "", 0);
		expect_no_evil();
		unload("mend_test_plain");
	}
}

/* Padding makes the read slow, so that the swap falls into the middle of it. */
TEST(a_peer_that_swaps_evil_for_the_authorized_file_and_exits)
{
	struct swap swap = { .victim = 90, .first = authorized() };

	swap.second = memory_file(evil, evil_len, 16 << 20);
	race_with_a_peer(&swap);
}

TEST(a_peer_that_swaps_the_authorized_file_for_evil_and_exits)
{
	struct swap swap = { .victim = 90, .second = authorized() };

	swap.first = evil_file();
	race_with_a_peer(&swap);
}

TEST(a_second_load_after_a_first_that_failed_in_the_same_task)
{
	int fd = authorized();

	ASSERT_EQ(0, finit_module(fd, "", 0));
	EXPECT_EQ(-EEXIST, finit_module(fd, "", 0));
	expect_evil_refused();
	ASSERT_EQ(0, unload("mend_test_plain"));
	EXPECT_NE(0, finit_module(fd, "knob=1", 0));
	expect_evil_refused();
	EXPECT_NE(0, finit_module(fd, "", 1));
	expect_evil_refused();
	EXPECT_NE(0, finit_module(fd, (const char *)1, 0));
	expect_evil_refused();
	expect_honest_load(fd);
}

TEST(concurrent_loads_of_one_file_register_it_once)
{
	int fd = authorized(), round, i, status;

	for (round = 0; round < 5; round++) {
		for (i = 0; i < 4; i++)
			if (!fork())
				_exit(!!finit_module(fd, "", 0));
		while (wait(&status) > 0)
			EXPECT_TRUE(WIFEXITED(status));
		expect_no_evil();
		if (is_loaded("mend_test_plain"))
			EXPECT_STREQ("registered", attribute("test-plain", 1, "state"));
		EXPECT_EQ(0, unload("mend_test_plain"));
	}
	expect_honest_load(fd);
}

TEST(evil_beside_concurrent_loads_of_the_authorized_file)
{
	int fd = authorized(), bad = evil_file(), round, i;

	for (round = 0; round < 5; round++) {
		for (i = 0; i < 4; i++)
			if (!fork())
				_exit(!!finit_module(i % 2 ? fd : bad, "", 0));
		while (wait(NULL) > 0)
			;
		expect_no_evil();
		EXPECT_EQ(0, unload("mend_test_plain"));
	}
}

/* The tracer lets the child run to its end; the child returns what it got. */
static int traced_load(int fd)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(-finit_module(fd, "", 0));
	}
	waitpid(pid, &status, 0);
	while (WIFSTOPPED(status)) {
		ptrace(PTRACE_CONT, pid, NULL, NULL);
		waitpid(pid, &status, 0);
	}
	return -WEXITSTATUS(status);
}

TEST(a_traced_loader_is_refused)
{
	int fd = authorized();

	EXPECT_EQ(-EKEYREJECTED, traced_load(fd));
	expect_custody(fd);
	expect_not_registered();
	expect_honest_load(fd);
}

/* The tracer stops the child at the syscall's exit and changes nothing more. */
TEST(a_loader_that_is_killed_at_the_exit_of_the_syscall_leaves_nothing)
{
	int fd = authorized(), status, i;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		finit_module(fd, "", 0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	for (i = 0; i < 2; i++) {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		waitpid(pid, &status, 0);
	}
	expect_evil_refused();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	expect_not_registered();
	expect_evil_refused();
	expect_honest_load(fd);
}

TEST(reading_the_authorized_file_first_gains_nothing)
{
	static char buf[4096];
	int fd = authorized(), out = memory_file("", 0, 0);

	/* It may be refused; what it must not do is make a mark, or show other bytes. */
	if (read(fd, buf, sizeof(buf)) == sizeof(buf))
		EXPECT_EQ(0, memcmp(buf, good.payload, sizeof(buf)));
	expect_evil_refused();
	if (pread(fd, buf, 10, 5) == 10)
		EXPECT_EQ(0, memcmp(buf, good.payload + 5, 10));
	expect_evil_refused();
	sendfile(out, fd, NULL, 100);
	expect_evil_refused();
	expect_honest_load(fd);
}

TEST(the_authorized_file_cannot_be_written)
{
	char path[64], x = 'x';
	int fd = authorized();

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT_EQ(-1, write(fd, &x, 1));
	EXPECT_EQ(-1, pwrite(fd, &x, 1, 0));
	EXPECT_EQ(-1, open(path, O_RDWR));
	EXPECT_EQ(-1, open(path, O_WRONLY | O_TRUNC));
	EXPECT_EQ(-1, truncate(path, 10));
	EXPECT_EQ(-1, ftruncate(fd, 10));
	EXPECT_EQ(-1, fallocate(fd, 0, 0, 1 << 20));
	EXPECT_EQ(-1, fchmod(fd, 0777));
	EXPECT_EQ(-1, chmod(path, 0777));
	EXPECT_EQ(-1, fchown(fd, 1, 1));
	EXPECT_EQ(-1, fsetxattr(fd, "security.x", &x, 1, 0));
	EXPECT_TRUE(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	EXPECT_TRUE(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	EXPECT_EQ(-1, linkat(AT_FDCWD, path, AT_FDCWD, "/tmp/mend-link", AT_SYMLINK_FOLLOW));
	expect_evil_refused();
	expect_honest_load(fd);
}

/* Whether or not it can be opened again: no other bytes get in through it. */
TEST(the_authorized_file_opened_again_holds_the_same_bytes)
{
	int fd = authorized(), again;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	if (again >= 0) {
		DIAG("it can be opened again");
		if (!finit_module(again, "", 0)) {
			EXPECT_STREQ(manifest_value(&good, "sha256"),
				     attribute("test-plain", 1, "digest"));
			unload("mend_test_plain");
		}
	}
	expect_evil_refused();
	expect_honest_load(fd);
}

/* Other system calls that make the kernel read a file into its own memory. */
TEST(other_readers_inside_the_kernel_are_refused)
{
	char *argv[] = { "x", NULL };
	int fd = authorized();

	EXPECT_EQ(-1, syscall(SYS_execveat, fd, "", argv, argv, AT_EMPTY_PATH));
	expect_evil_refused();
	EXPECT_EQ(-1, syscall(SYS_kexec_file_load, fd, -1, 0UL, NULL, 4UL));
	expect_evil_refused();
	expect_honest_load(fd);
}

/* The memory that AUTHORIZE reads changes under it: it has to copy once. */
static volatile bool stop_flicker;
static unsigned char *flicker;

static void *flicker_all_the_time(void *unused)
{
	while (!stop_flicker) {
		memcpy(flicker, evil, evil_len);
		memcpy(flicker, good.payload, good.payload_len);
	}
	return unused;
}

TEST(memory_that_changes_during_authorize)
{
	struct signed_case c = good;
	struct mend_report report;
	pthread_t thread;
	int dev = mend_device(), i, fd, passed = 0;

	flicker = calloc(1, evil_len + good.payload_len);
	c.payload = flicker;
	memcpy(flicker, good.payload, good.payload_len);
	ASSERT_EQ(0, pthread_create(&thread, NULL, flicker_all_the_time, NULL));
	for (i = 0; i < 10 * RACES; i++) {
		fd = authorize(dev, &c, &report);
		if (fd < 0) {
			EXPECT_EQ(MEND_R_DIGEST, report.reason);
			continue;
		}
		if (!passed++)
			expect_honest_load(fd);
		close(fd);
	}
	stop_flicker = true;
	pthread_join(thread, NULL);
	DIAG("%d of %d were the signed bytes", passed, i);
	expect_no_evil();
}

/* While one task is inside init of an authorized payload, nobody else is. */
TEST(evil_while_an_authorized_payload_is_in_its_init)
{
	struct mend_report report;
	int dev = mend_device(), fd, status;
	pid_t pid;

	good = load_case("mend_test_slow");
	fd = authorize(dev, &good, &report);
	ASSERT_GE(fd, 0);
	pid = fork();
	if (!pid)
		_exit(-finit_module(fd, "", 0));
	ASSERT_TRUE(wait_for_module("mend_test_slow"));
	expect_evil_refused();
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_STREQ("registered", attribute("test-slow", 1, "state"));
	expect_evil_refused();
}

TEST(a_loader_that_is_killed_in_the_payloads_init_leaves_no_mark)
{
	struct mend_report report;
	int dev = mend_device(), fd, status;
	pid_t pid;

	good = load_case("mend_test_slow");
	fd = authorize(dev, &good, &report);
	ASSERT_GE(fd, 0);
	pid = fork();
	if (!pid)
		_exit(-finit_module(fd, "", 0));
	ASSERT_TRUE(wait_for_module("mend_test_slow"));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	EXPECT_TRUE(WIFSIGNALED(status));
	expect_evil_refused();
	close(fd);
	close(dev);
	EXPECT_EQ(0, unload("mend_test_slow"));
	EXPECT_EQ(0, unload("mend"));
	load_mend("");
}

TEST(an_open_authorization_holds_mend_and_a_closed_one_does_not)
{
	int fd = authorized();

	EXPECT_EQ(-EWOULDBLOCK, delete_module_now("mend"));
	close(fd);
	EXPECT_EQ(0, delete_module_now("mend"));
	load_mend("");
}

TEST_MAIN()
