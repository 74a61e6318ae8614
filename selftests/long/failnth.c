// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations are made to fail wherever mend.ko causes any.
 *
 * Each operation is done again and again: for each place in mend.ko in turn, the
 * first allocation that it causes fails; with MEND_FAILNTH=every, each allocation
 * in turn, until one round goes through without any failing. Then the same with
 * all allocations failing from that one on, as on a machine that has no memory
 * left: what cleans up must not need any.
 *
 * A round in which something failed has to end as if nothing had been asked,
 * with ENOMEM; or, if what failed was of no consequence, as it does otherwise.
 * The last round of every walk shows that those before it have spoilt nothing.
 *
 * Run it where failnth.ko can work, and read the console: warnings count as
 * failures here, but lockdep and KASAN complain there alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEST_TIMEOUT_S	1800
#include "failnth.h"
#include "kselftest_mend.h"
#include "mendtest.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define ROUNDS_MAX	5000
#define PLACES_MAX	512	/* as in failnth_mod.c */
#define FAILURES_MAX	10
/* From the last function let go to the last reference dropped */
#define SETTLE_MS	(1000 * slowdown())
/* kmemleak does not report what is younger than five seconds. */
#define LEAK_AGE_MS	6000

static unsigned int failures;
static bool every;

static void failed(const struct operation *op, unsigned long nth, const struct outcome *outcome,
		   const char *what)
{
	KSFT_FAILED("%s, allocation %lu: %s", op->name, nth, what);
	if (outcome->failed)
		DIAG("failed in: %s", outcome->stack);
	failures++;
}

/* From the entry that is in mend.ko on */
static const char *place_of(const struct outcome *outcome)
{
	const char *at = strstr(outcome->stack, "[mend]");

	while (at && at > outcome->stack && *at != '<')
		at--;
	return at ? at : "";
}

/* The one struct that is too large for mend.ko's stack */
static bool struct_was_not_held(const struct outcome *outcome)
{
	return !strncmp(place_of(outcome), "< ctl_switch ", strlen("< ctl_switch ")) &&
	       !strstr(outcome->stack, "memdup_user");
}

static void judge(const struct operation *op, unsigned long nth, int err,
		  const struct outcome *outcome, const char *before)
{
	char text[700];

	if (err != op->expected && (op->must || !outcome->failed || err != -ENOMEM)) {
		snprintf(text, sizeof(text), "it gave %s", err ? strerror(-err) : "success");
		failed(op, nth, outcome, text);
	}
	if (report_is_missing() && !struct_was_not_held(outcome))
		failed(op, nth, outcome, "its report says nothing");
	if (err && !state_is(before)) {
		snprintf(text, sizeof(text), "it was refused (%s) and left %s", strerror(-err),
			 state_difference(before));
		failed(op, nth, outcome, text);
	}
}

/* Returns false after the round in which nothing failed. */
static bool round_of(const struct operation *op, unsigned long nth, bool all,
		     struct outcome *outcome)
{
	char *idle = state_text(), *before, text[700];
	int err;

	if (op->before)
		op->before();
	before = state_text();
	failnth_arm(nth, all);
	err = op->run();
	failnth_disarm();
	failnth_read(outcome);
	judge(op, nth, err, outcome, before);
	if (!err && op->undo)
		op->undo();
	if (op->after)
		op->after();
	if (!state_is(idle)) {
		snprintf(text, sizeof(text), "in the end there is %s", state_difference(idle));
		failed(op, nth, outcome, text);
		exit(KSFT_FAIL);
	}
	free(before);
	free(idle);
	return outcome->failed;
}

/*
 * Which rounds there are: in @singly all, or the first allocation of each place in
 * mend.ko; in @behind only the latter. Nothing fails in this round.
 */
static void choose(const struct operation *op, bool *singly, bool *behind)
{
	static unsigned int places[ROUNDS_MAX];
	static bool known[PLACES_MAX];
	struct outcome outcome;
	unsigned long i, nr;

	memset(known, 0, sizeof(known));
	memset(behind, 0, ROUNDS_MAX);
	memset(singly, every, ROUNDS_MAX);
	round_of(op, ROUNDS_MAX, false, &outcome);
	nr = failnth_order(places, ROUNDS_MAX - 1);
	for (i = 0; i < nr; i++) {
		if (places[i] >= PLACES_MAX || known[places[i]])
			continue;
		known[places[i]] = true;
		singly[i + 1] = behind[i + 1] = true;
	}
}

/* Returns in how many rounds something failed. */
static unsigned long walk_chosen(const struct operation *op, const bool *chosen, bool all)
{
	struct outcome outcome;
	unsigned long nth, rounds = 0;

	for (nth = 1; nth < ROUNDS_MAX && failures < FAILURES_MAX; nth++) {
		if (!chosen[nth])
			continue;
		if (!round_of(op, nth, all, &outcome) && every)
			break;
		rounds += outcome.failed;
	}
	return rounds;
}

static void walk(const struct operation *op)
{
	static bool singly[ROUNDS_MAX], behind[ROUNDS_MAX];
	unsigned long ones, places;
	struct outcome outcome;
	time_t start = time(NULL);

	failures = 0;
	choose(op, singly, behind);
	ones = walk_chosen(op, singly, false);
	places = walk_chosen(op, behind, true);
	round_of(op, ROUNDS_MAX, false, &outcome);
	if (outcome.hits >= ROUNDS_MAX - 1)
		KSFT_FAILED("%s: more than %d allocations", op->name, ROUNDS_MAX);
	DIAG("%s: %lu allocations failed one at a time, all from one on at %lu places; %ld s",
	     op->name, ones, places, (long)(time(NULL) - start));
}

void suite_setup(void)
{
	int err;

	go_home();
	if (chdir("..")) {
		perror("# chdir");
		exit(KSFT_FAIL);
	}
	clean_up();
	err = insmod("long/failnth.ko", "");
	if (err && err != -EEXIST) {
		printf("# failnth.ko: %s\n", strerror(-err));
		exit(KSFT_FAIL);
	}
	spit(KMEMLEAK, "clear");
	every = !strcmp(getenv("MEND_FAILNTH") ?: "", "every");
}

void suite_teardown(void)
{
	clean_up();
	unload("mend");
}

void test_setup(void)
{
	load_target();
}

/* A test that was ended in the middle leaves all sorts of things. */
void test_teardown(void)
{
	failnth_disarm();
	clean_up();
}

/* The probes have to sit where mend.ko's allocations pass by. */
TEST(allocations_of_mend_are_seen_and_fail)
{
	struct outcome outcome;

	unload("mend");
	failnth_arm(1, false);
	EXPECT_EQ(-ENOMEM, insmod("../mend.ko", ""));
	failnth_disarm();
	failnth_read(&outcome);
	EXPECT_TRUE(outcome.failed);
	failnth_arm(1000000, false);
	EXPECT_EQ(0, insmod("../mend.ko", ""));
	failnth_disarm();
	failnth_read(&outcome);
	EXPECT_GT(outcome.hits, 10);
	EXPECT_TRUE(!outcome.failed);
}

TEST(load_of_mend)
{
	unload("mend");
	walk(&load_mend_op);
}

TEST(unload_of_mend)
{
	unload("mend");
	walk(&unload_mend_op);
}

TEST(the_device)
{
	load_mend("");
	walk(&open_and_info_op);
	walk(&authorize_op);
	walk(&close_op);
}

TEST(load_of_a_signed_payload)
{
	load_mend("");
	walk(&load_signed_op);
}

TEST(load_of_payloads)
{
	load_mend("require_signature=0");
	walk(&load_unsigned_op);
	walk(&load_relocated_op);
	walk(&load_refused_op);
	walk(&unload_payload_op);
}

static void payloads_for_switches(void)
{
	static const char * const payloads[] = { "plain", "pair", "modsym", "hold" };
	static const char * const names[] = { "test-plain", "test-pair", "test-modsym",
					      "test-hold" };
	unsigned int i;
	char path[64];

	load_mend("require_signature=0");
	for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		snprintf(path, sizeof(path), "test_modules/mend_test_%s.ko", payloads[i]);
		ASSERT_EQ(0, insmod(path, ""));
	}
	/* Once each: "registered" and "off" are different states. */
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ASSERT_EQ(0, switch_on(names[i], 1));
		ASSERT_EQ(0, switch_off(names[i]));
	}
	/* What is compared has to stand still. */
	ASSERT_EQ(0, let_go_op.run());
	msleep(SETTLE_MS);
}

TEST(switches)
{
	payloads_for_switches();
	walk(&switch_on_op);
	walk(&switch_many_op);
	walk(&switch_off_op);
	walk(&let_go_op);
}

TEST(replacement)
{
	unload("mend");
	walk(&replace_op);
}

TEST(switches_by_sysfs)
{
	payloads_for_switches();
	walk(&sysfs_on_op);
	walk(&sysfs_off_op);
	walk(&look_op);
}

TEST(modules_that_come_and_go)
{
	walk(&module_comes_op);
	walk(&module_goes_op);
}

TEST(probation)
{
	unload("mend");
	walk(&on_probation_op);
	walk(&take_back_op);
}

TEST(switches_that_are_refused)
{
	payloads_for_switches();
	walk(&blocked_op);
	walk(&owned_op);
}

TEST(every_place_that_allocates_was_made_to_fail)
{
	char *all = (char *)slurp(FAILNTH_FILE, NULL), *next = all, *line;
	char caller[200], allocator[200];
	unsigned long seen, fails;
	unsigned int nr = 0;

	while ((line = strsep(&next, "\n"))) {
		if (sscanf(line, "site %199s %199s %lu %lu", caller, allocator, &seen, &fails) != 4)
			continue;
		nr++;
		DIAG("%s", line);
		if (!fails)
			KSFT_FAILED("%s calls %s, which never failed", caller, allocator);
	}
	free(all);
	EXPECT_GT(nr, 20);
}

TEST(nothing_has_leaked)
{
	char *leaks;
	int i;

	if (access(KMEMLEAK, F_OK))
		SKIP("this kernel has no kmemleak");
	unload("mend");
	/* Twice: a pointer that moves during a scan looks like a leak in that scan. */
	for (i = 0; i < 2; i++) {
		msleep(LEAK_AGE_MS);
		ASSERT_EQ(0, spit(KMEMLEAK, "scan"));
	}
	leaks = (char *)slurp(KMEMLEAK, NULL);
	ASSERT_TRUE(leaks);
	if (*leaks) {
		printf("%s\n", leaks);
		KSFT_FAILED("there are leaks");
	}
	free(leaks);
}

TEST_MAIN()
