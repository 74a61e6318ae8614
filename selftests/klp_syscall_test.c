// SPDX-License-Identifier: GPL-2.0-only
/*
 * A system call that threads hammer on while it is patched and taken back by a
 * livepatch module. Upstream's test of that name waits until every thread has
 * been seen in the new code. Here there is one instant: once any thread has got
 * a new answer, and at the latest when the switch has returned, no call that
 * begins afterwards gets an old one, in any thread; and the other way round.
 *
 * Switches are counted: number k turns the patch on if k is odd, off if it is
 * even. "started" is set before switch k, "over" after it, and "seen" is the
 * highest of which a thread has seen an effect. The next one starts when all
 * threads have made calls since: so there is never more than one under way.
 */
#define _GNU_SOURCE
#include "kselftest_mend.h"
#include "mendtest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#define MODULE		"mendklp_syscall"
#define PATCH		MEND_SYSFS "/mendklp-syscall.1"
#define NEW		0x6d656e64	/* as in the module */
#define MAX_THREADS	8
#define SLOW_THREADS	2
#define SWITCHES	8
#define ENOUGH		200		/* calls of a thread after each switch */

struct hammer {
	pthread_t thread;
	atomic_int at;		/* the switch after which it calls now */
	atomic_long calls;	/* since then */
	atomic_long wrong;
};

static struct hammer hammers[MAX_THREADS];
static int nr_threads;
static atomic_int started, over, seen;
static atomic_bool stop;

void suite_setup(void)
{
	go_home();
	load_mend("require_signature=0");
	/*
	 * A switch needs a moment in which none of them has been preempted inside,
	 * and on a slow kernel they are inside most of the time.
	 */
	nr_threads = slowdown() > 1 ? SLOW_THREADS : MAX_THREADS;
}

void test_teardown(void)
{
	clean_up();
	unload(MODULE);
}

void suite_teardown(void)
{
	unload("mend");
}

static void see(int k)
{
	int old = atomic_load(&seen);

	while (old < k && !atomic_compare_exchange_weak(&seen, &old, k))
		;
}

static int last_known(void)
{
	int s = atomic_load(&seen), o = atomic_load(&over);

	return s > o ? s : o;
}

static void *hammer(void *arg)
{
	struct hammer *h = arg;

	while (!atomic_load(&stop)) {
		int before = last_known();
		bool is_new = syscall(SYS_getpid) == NEW;

		if (is_new != (before & 1)) {
			/* One more switch has happened, if there is one under way. */
			if (before < atomic_load(&started))
				see(before + 1);
			else
				atomic_fetch_add(&h->wrong, 1);
		}
		if (atomic_load(&h->at) != before) {
			atomic_store(&h->calls, 0);
			atomic_store(&h->at, before);
		}
		atomic_fetch_add(&h->calls, 1);
	}
	return NULL;
}

/* Until each of them has called often enough since switch @k. */
static bool wait_for_all(int k)
{
	unsigned int ms;
	int i;

	for (i = 0; i < nr_threads; i++) {
		for (ms = 0; atomic_load(&hammers[i].at) != k ||
			     atomic_load(&hammers[i].calls) < ENOUGH; ms++) {
			if (ms == 20000 * slowdown())
				return false;
			msleep(1);
		}
	}
	return true;
}

static int do_switch(int k)
{
	char victim[32];

	if (k > 1)
		return spit(PATCH "/enabled", k & 1 ? "1" : "0");
	snprintf(victim, sizeof(victim), "victim=%d", getpid());
	return insmod("test_modules/" MODULE ".ko", victim);
}

static long sum_wrong(void)
{
	long wrong = 0;
	int i;

	for (i = 0; i < nr_threads; i++)
		wrong += atomic_load(&hammers[i].wrong);
	return wrong;
}

TEST(no_thread_gets_an_old_answer_after_anybody_got_a_new_one)
{
	long wrong[SWITCHES + 1] = { 0 };
	int i, k;

	for (i = 0; i < nr_threads; i++)
		ASSERT_EQ(0, pthread_create(&hammers[i].thread, NULL, hammer, &hammers[i]));
	ASSERT_TRUE(wait_for_all(0));
	for (k = 1; k <= SWITCHES; k++) {
		atomic_store(&started, k);
		ASSERT_EQ(0, do_switch(k));
		atomic_store(&over, k);
		ASSERT_TRUE(wait_for_all(k));
		wrong[k] = sum_wrong();
		EXPECT_EQ(0, wrong[k] - wrong[k - 1]);
	}
	atomic_store(&stop, true);
	for (i = 0; i < nr_threads; i++)
		pthread_join(hammers[i].thread, NULL);
	EXPECT_EQ(0, sum_wrong());
}

TEST(everybody_else_gets_the_right_answer)
{
	/* 1 is somebody else's, so this process must notice nothing. */
	ASSERT_EQ(0, insmod("test_modules/" MODULE ".ko", "victim=1"));
	EXPECT_STREQ("on", attribute("mendklp-syscall", 1, "state"));
	EXPECT_EQ(getpid(), syscall(SYS_getpid));
	EXPECT_EQ(0, spit(PATCH "/enabled", "0"));
	EXPECT_EQ(getpid(), syscall(SYS_getpid));
}

TEST_MAIN()
