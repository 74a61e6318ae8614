// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switching under load. Kernel threads and tasks call target_outer() all the
 * time, one of them sleeps in it now and then, and a patch of it and of what
 * it calls goes on and off. Counted inside the functions:
 *
 *	entered	a version of target_outer() was entered. Once a switch has
 *		returned, the version that went must never be entered again.
 *	mixed	an outer met an inner of another version: a task was inside
 *		at the instant of the switch.
 *
 * Neither may happen; with the stack check disabled (a test build's parameter)
 * the same load must show that it would have been seen.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <time.h>

#define TEST_TIMEOUT_S	300
#include "kselftest_mend.h"
#include "mendtest.h"

#define CYCLES		200
#define WARM_UP		20	/* caches fill, slabs grow: not yet a leak */
#define LOADS		100
#define LEAK_ROUNDS	4
#define LOOKS		6
#define CONTROL_CYCLES	60
#define KTHREADS	"2"
#define READERS		2
#define SKIP_CHECK	MEND_PARAMETERS "test_skip_check"

static pid_t readers[READERS];

void suite_setup(void)
{
	go_home();
}

/* A task of user space in the function all the time. */
static void read_all_the_time(void)
{
	char buf[16];
	int fd = open(TARGET_DIR "/outer", O_RDONLY);

	while (fd >= 0 && pread(fd, buf, sizeof(buf), 0) > 0)
		;
	_exit(1);
}

static void load_start(void)
{
	int i;

	ASSERT_EQ(0, spit(TARGET_DIR "/load", KTHREADS));
	for (i = 0; i < READERS; i++) {
		readers[i] = fork();
		ASSERT_GE(readers[i], 0);
		if (!readers[i])
			read_all_the_time();
	}
}

static void load_stop(void)
{
	int i;

	for (i = 0; i < READERS; i++) {
		kill(readers[i], SIGKILL);
		waitpid(readers[i], NULL, 0);
	}
	spit(TARGET_DIR "/load", "0");
}

void test_setup(void)
{
	load_mend("");
	load_target();
	ASSERT_EQ(0, load_signed("mend_test_pair", NULL));
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

struct stats {
	uint64_t pause_max, pause_sum, attempts, nr;
};

/* Switch, and return how often the version that went has been entered by then. */
static long switch_to(struct mend_op op, const char *gone, struct stats *stats)
{
	struct mend_switch s;
	int err = switch_ops(&op, 1, SWITCH_TIMEOUT_MS, &s);

	if (err)
		DIAG("reason %u: %s (%s in %s)", s.report.reason, s.report.text, s.blocker.comm,
		     s.blocker.func);
	ASSERT_EQ(0, err);
	stats->pause_max = s.pause_ns > stats->pause_max ? s.pause_ns : stats->pause_max;
	stats->pause_sum += s.pause_ns;
	stats->attempts += s.attempts;
	stats->nr++;
	return counter(gone);
}

/* A moment of load, then: was the version that went entered again? */
static void expect_gone(const char *gone, long entered)
{
	msleep(5);
	EXPECT_EQ(entered, counter(gone));
}

static void cycle(struct stats *stats)
{
	long old, new;

	old = switch_to(op_on("test-pair", 1), "entered0", stats);
	EXPECT_EQ(1, target("outer"));
	expect_gone("entered0", old);
	new = switch_to(op_off("test-pair", 1), "entered1", stats);
	EXPECT_EQ(0, target("outer"));
	expect_gone("entered1", new);
}

/*
 * What the kernel holds: objects of each kmalloc cache and some others, areas
 * of vmalloc, lines of files that list what was registered.
 */
#define MAX_GAUGES	96

/*
 * slack: what comes and goes by itself. The slab that a CPU allocates from
 * counts as full, so that a cache of small objects jumps by hundreds.
 */
struct gauge {
	char name[256];
	long value;
	long slack;
};

struct gauges {
	struct gauge gauge[MAX_GAUGES];
	unsigned int nr;
};

static void gauge_add(struct gauges *g, const char *name, long value, long slack)
{
	if (g->nr == MAX_GAUGES)
		return;
	g->gauge[g->nr].slack = slack;
	snprintf(g->gauge[g->nr].name, sizeof(g->gauge[0].name), "%s", name);
	g->gauge[g->nr++].value = value;
}

static void gauge_lines(struct gauges *g, const char *path)
{
	char *all = (char *)slurp(path, NULL), *at;
	long lines = 0;

	for (at = all; at && *at; at++)
		lines += *at == '\n';
	free(all);
	gauge_add(g, path, lines, 0);
}

static bool cache_is_of_interest(const char *name)
{
	static const char *const names[] = { "kmalloc-", "task_struct", "ftrace", "vmap_area",
					     "pid", "cred_jar", "filp", "kernfs_node" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* A file of a slab cache, open: opening one allocates. */
static int cache_file(const char *cache, const char *file, int flags)
{
	char path[512];

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/%s", cache, file);
	return open(path, flags | O_CLOEXEC);
}

static long number_in(int fd)
{
	char text[64] = "";

	ASSERT_GT(pread(fd, text, sizeof(text) - 1, 0), 0);
	return atol(text);
}

/*
 * Objects in use. The slab that a CPU allocates from counts as full; shrinking
 * the cache takes it away, and the count is read at once, before the next one
 * is there. The least of several looks is the one that nobody has disturbed.
 */
static void gauge_cache(struct gauges *g, const char *cache)
{
	int shrink = cache_file(cache, "shrink", O_WRONLY);
	int objects = cache_file(cache, "objects", O_RDONLY);
	int per_slab = cache_file(cache, "objs_per_slab", O_RDONLY);
	long least = LONG_MAX, now;
	int i;

	ASSERT_TRUE(shrink >= 0 && objects >= 0 && per_slab >= 0);
	for (i = 0; i < LOOKS; i++) {
		ASSERT_EQ(1, pwrite(shrink, "1", 1, 0));
		now = number_in(objects);
		least = now < least ? now : least;
	}
	gauge_add(g, cache, least, sysconf(_SC_NPROCESSORS_ONLN) * number_in(per_slab));
	close(shrink);
	close(objects);
	close(per_slab);
}

static void gauge_caches(struct gauges *g)
{
	DIR *dir = opendir("/sys/kernel/slab");
	struct dirent *entry;

	if (!dir)
		SKIP("this kernel does not show its slab caches");
	while ((entry = readdir(dir)))
		if (cache_is_of_interest(entry->d_name))
			gauge_cache(g, entry->d_name);
	closedir(dir);
}

static struct gauges *measure(void)
{
	struct gauges *g = calloc(1, sizeof(*g));

	ASSERT_TRUE(g);
	/* What the worker has still to unregister is not a leak. */
	msleep(1500 * slowdown());
	gauge_caches(g);
	gauge_lines(g, "/proc/vmallocinfo");
	gauge_lines(g, "/sys/kernel/tracing/enabled_functions");
	gauge_lines(g, "/proc/modules");
	return g;
}

/* The first gauge that grew by about an object a cycle; NULL: none. */
static const struct gauge *grown(const struct gauges *before, const struct gauges *after,
				 long cycles)
{
	unsigned int i;

	ASSERT_GT(before->nr, 10);
	ASSERT_EQ(before->nr, after->nr);
	for (i = 0; i < before->nr; i++) {
		const struct gauge *b = &before->gauge[i], *a = &after->gauge[i];
		bool exact = b->name[0] == '/';

		ASSERT_STREQ(b->name, a->name);
		if (a->value - b->value < (exact ? cycles / 4 : cycles * 3 / 4))
			continue;
		DIAG("%s grew from %ld to %ld in %ld cycles", b->name, b->value, a->value, cycles);
		return a;
	}
	return NULL;
}

/*
 * Does @work leak an object a cycle? What comes and goes by itself stays within
 * its slack, but for what is freed late, like files: that can have piled up when
 * a round ends. A leak grows by as much again with each round. So when something
 * has grown, the work is done again, until that has fallen behind, or has kept up
 * for several rounds and outgrown the slack.
 */
static void expect_no_leak(void (*work)(long cycles), long cycles)
{
	const struct gauges *before;
	const struct gauge *g;
	long done = 0;

	work(WARM_UP);
	before = measure();
	do {
		work(cycles);
		done += cycles;
		g = grown(before, measure(), done);
	} while (g && (done < LEAK_ROUNDS * cycles || done <= g->slack));
	if (g)
		KSFT_FAILED("%s leaks", g->name);
}

static struct stats stats;

static void on_and_off_under_load(long cycles)
{
	load_start();
	while (cycles--)
		cycle(&stats);
	load_stop();
}

TEST(two_hundred_times_on_and_off_under_load)
{
	expect_no_leak(on_and_off_under_load, CYCLES - WARM_UP);
	DIAG("%llu switches, %llu attempts, pause %llu us on average, %llu us at most; %ld calls",
	     (unsigned long long)stats.nr, (unsigned long long)stats.attempts,
	     (unsigned long long)(stats.pause_sum / stats.nr / 1000),
	     (unsigned long long)stats.pause_max / 1000,
	     counter("entered0") + counter("entered1"));
	EXPECT_GE(stats.nr, 2 * CYCLES);
	EXPECT_EQ(0, counter("mixed"));
	EXPECT_GT(counter("entered0"), CYCLES);
	EXPECT_GT(counter("entered1"), CYCLES);
}

/* Once it is off, ftrace has nothing of it any more. */
TEST(a_patch_that_is_off_leaves_no_traced_function)
{
	struct gauges *before = measure(), *after;

	on_and_off_under_load(5);
	after = measure();
	EXPECT_STREQ("/sys/kernel/tracing/enabled_functions", after->gauge[after->nr - 2].name);
	EXPECT_EQ(before->gauge[before->nr - 2].value, after->gauge[after->nr - 2].value);
}

static void load_switch_and_unload(long cycles)
{
	for (; cycles; cycles--) {
		ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
		if (cycles % 4 == 0) {
			ASSERT_EQ(0, switch_on("test-plain", 1));
			ASSERT_EQ(0, switch_off("test-plain"));
		}
		ASSERT_EQ(0, unload("mend_test_plain"));
	}
}

TEST(a_hundred_times_authorized_loaded_switched_and_unloaded)
{
	expect_no_leak(load_switch_and_unload, LOADS);
}

static void be_refused(long cycles)
{
	struct signed_case good = load_case("mend_test_plain"), bad = load_case("wrong-digest");
	struct mend_report report;
	int dev = mend_device(), fd;

	for (; cycles; cycles--) {
		ASSERT_EQ(-EKEYREJECTED, authorize(dev, &bad, &report));
		fd = authorize(dev, &good, &report);
		ASSERT_GE(fd, 0);
		if (cycles % 2)
			ASSERT_NE(0, finit_module(fd, "no=1", 0));
		close(fd);
	}
	close(dev);
	free_case(&good);
	free_case(&bad);
}

/* A refused payload and an authorization that nobody uses leave nothing either. */
TEST(two_hundred_refusals_leave_nothing)
{
	expect_no_leak(be_refused, 2 * LOADS);
}

/* From generation 1 to 2 and to nothing: what ran before is never seen between. */
TEST(a_replacement_under_load_lets_no_older_version_through)
{
	long old, first;
	int i;

	ASSERT_EQ(0, load_signed("mend_test_pair_2", NULL));
	load_start();
	old = switch_to(op_on("test-pair", 1), "entered0", &stats);
	first = switch_to(op_on("test-pair", 2), "entered1", &stats);
	for (i = 0; i < 20; i++) {
		expect_gone("entered0", old);
		expect_gone("entered1", first);
	}
	EXPECT_GT(counter("entered2"), 0);
	switch_to(op_off("test-pair", 2), "entered2", &stats);
	load_stop();
	EXPECT_EQ(0, counter("mixed"));
}

/* The control: it is the stack check that keeps the counters at zero. */
TEST(without_the_stack_check_the_same_load_shows_violations)
{
	struct mend_info info = { .size = sizeof(info) };
	struct mend_op on = op_on("test-pair", 1), off = op_off("test-pair", 1);
	int dev, i;

	if (spit(SKIP_CHECK, "1"))
		SKIP("this mend.ko is no test build (MEND_SELFTEST=1)");
	dev = mend_device();
	ASSERT_EQ(0, ioctl(dev, MEND_IOC_INFO, &info));
	EXPECT_TRUE(info.flags & MEND_INFO_CHECK_DISABLED);
	load_start();
	for (i = 0; i < CONTROL_CYCLES; i++) {
		ASSERT_EQ(0, switch_ops(&on, 1, SWITCH_TIMEOUT_MS, NULL));
		msleep(5);
		ASSERT_EQ(0, switch_ops(&off, 1, SWITCH_TIMEOUT_MS, NULL));
		msleep(5);
	}
	load_stop();
	DIAG("%ld violations in %d switches", counter("mixed"), 2 * CONTROL_CYCLES);
	EXPECT_GT(counter("mixed"), 0);
	ASSERT_EQ(0, spit(SKIP_CHECK, "0"));
}

TEST_MAIN()
