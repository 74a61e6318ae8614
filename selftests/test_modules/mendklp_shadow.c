// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shadow variables, through upstream's API: insmod mendklp_shadow.ko test=NAME
 * runs one test from the module's init, and fails, with the reason in the
 * kernel's log, if the test does. No payload: it patches nothing.
 *
 * "race" is the one with threads; its locking is in the comments there. All
 * others run alone.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#define ID_A		0x6d01
#define ID_B		0x6d02
#define OBJECTS		3
#define LEFT		5

static char *test = "";
module_param(test, charp, 0444);

#define CHECK(_condition)						\
	do {								\
		if (!(_condition)) {					\
			pr_err("%s:%d: not so: %s\n", __func__, __LINE__, #_condition); \
			return -EINVAL;					\
		}							\
	} while (0)

/* What a variable of these tests holds, and what its ends have been called with. */
struct content {
	void *obj;
	long value;
};

/* The objects: never looked into. "left" needs them at the same address next time. */
static char objects[OBJECTS];
static atomic_t constructed, destroyed;

static int ctor(void *obj, void *shadow_data, void *ctor_data)
{
	struct content *content = shadow_data;

	content->obj = obj;
	content->value = *(long *)ctor_data;
	atomic_inc(&constructed);
	return 0;
}

static int failing_ctor(void *obj, void *shadow_data, void *ctor_data)
{
	atomic_inc(&constructed);
	return -EINVAL;
}

static void dtor(void *obj, void *shadow_data)
{
	struct content *content = shadow_data;

	if (content->obj == obj)
		atomic_inc(&destroyed);
}

static struct content *alloc(void *obj, unsigned long id, long value)
{
	return klp_shadow_alloc(obj, id, sizeof(struct content), GFP_KERNEL, ctor, &value);
}

static struct content *get_or_alloc(void *obj, unsigned long id, long value)
{
	return klp_shadow_get_or_alloc(obj, id, sizeof(struct content), GFP_KERNEL, ctor,
				       &value);
}

/* Two variables for each object, half of them made by each function. */
static int make_all(void)
{
	struct content *a, *b;
	int i;

	for (i = 0; i < OBJECTS; i++) {
		CHECK(!klp_shadow_get(&objects[i], ID_A));
		a = i % 2 ? alloc(&objects[i], ID_A, i) : get_or_alloc(&objects[i], ID_A, i);
		b = alloc(&objects[i], ID_B, 100 + i);
		CHECK(a && b && a != b);
		CHECK(a->obj == &objects[i] && a->value == i);
		CHECK(b->obj == &objects[i] && b->value == 100 + i);
	}
	CHECK(atomic_read(&constructed) == 2 * OBJECTS);
	return 0;
}

static int find_all(unsigned long id, long first)
{
	struct content *content;
	int i;

	for (i = 0; i < OBJECTS; i++) {
		content = klp_shadow_get(&objects[i], id);
		CHECK(content && content->value == first + i);
		CHECK(get_or_alloc(&objects[i], id, -1) == content);
		CHECK(content->value == first + i);
	}
	CHECK(atomic_read(&constructed) == 2 * OBJECTS);
	return 0;
}

static int find_none(unsigned long id)
{
	int i;

	for (i = 0; i < OBJECTS; i++)
		CHECK(!klp_shadow_get(&objects[i], id));
	return 0;
}

static int test_basic(void)
{
	int i, err;

	err = make_all();
	if (!err)
		err = find_all(ID_A, 0);
	if (!err)
		err = find_all(ID_B, 100);
	if (err)
		return err;
	for (i = 0; i < OBJECTS; i++)
		klp_shadow_free(&objects[i], ID_A, dtor);
	CHECK(atomic_read(&destroyed) == OBJECTS);
	CHECK(!find_none(ID_A));
	CHECK(!find_all(ID_B, 100));
	/* Freeing what is not there is no mistake. */
	klp_shadow_free(&objects[0], ID_A, dtor);
	klp_shadow_free_all(ID_A, dtor);
	CHECK(atomic_read(&destroyed) == OBJECTS);
	klp_shadow_free_all(ID_B, NULL);
	CHECK(atomic_read(&destroyed) == OBJECTS);
	CHECK(!find_none(ID_B));
	return 0;
}

static int test_free_all(void)
{
	CHECK(!make_all());
	klp_shadow_free_all(ID_A, dtor);
	CHECK(atomic_read(&destroyed) == OBJECTS);
	CHECK(!find_none(ID_A));
	CHECK(!find_all(ID_B, 100));
	klp_shadow_free_all(ID_B, dtor);
	CHECK(atomic_read(&destroyed) == 2 * OBJECTS);
	CHECK(!find_none(ID_B));
	return 0;
}

static int test_ctor_fails(void)
{
	void *obj = &objects[0];

	CHECK(!klp_shadow_alloc(obj, ID_A, 8, GFP_KERNEL, failing_ctor, NULL));
	CHECK(!klp_shadow_get(obj, ID_A));
	CHECK(!klp_shadow_get_or_alloc(obj, ID_A, 8, GFP_KERNEL, failing_ctor, NULL));
	CHECK(!klp_shadow_get(obj, ID_A));
	CHECK(atomic_read(&constructed) == 2);
	/* Its place is not taken. */
	CHECK(alloc(obj, ID_A, 7));
	/* A constructor is not called for a variable that exists. */
	CHECK(klp_shadow_get_or_alloc(obj, ID_A, 8, GFP_KERNEL, failing_ctor, NULL));
	CHECK(atomic_read(&constructed) == 3);
	return 0;
}

static int test_no_ctor(void)
{
	char *data = klp_shadow_alloc(&objects[0], ID_A, 3000, GFP_KERNEL, NULL, NULL);

	CHECK(data);
	CHECK(IS_ALIGNED((unsigned long)data, sizeof(u64)));
	CHECK(!memchr_inv(data, 0, 3000));
	memset(data, 0x5a, 3000);
	CHECK(klp_shadow_alloc(&objects[0], ID_B, 1, GFP_ATOMIC, NULL, NULL));
	CHECK(klp_shadow_get(&objects[0], ID_A) == data);
	CHECK(!memchr_inv(data, 0x5a, 3000));
	/* More than there can be: no wrap into a small variable. */
	CHECK(!klp_shadow_alloc(&objects[1], ID_A, SIZE_MAX - 8, GFP_KERNEL | __GFP_NOWARN, NULL,
				NULL));
	return 0;
}

/* Each of these warns, but the kernel says it once. */
static int test_duplicate(void)
{
	struct content *first = alloc(&objects[0], ID_A, 1);
	int i;

	CHECK(first);
	for (i = 0; i < 3; i++)
		CHECK(!alloc(&objects[0], ID_A, 2));
	CHECK(klp_shadow_get(&objects[0], ID_A) == first);
	CHECK(first->value == 1);
	CHECK(atomic_read(&constructed) == 1);
	return 0;
}

/*
 * Threads that all want the same variables: first nobody frees, and each must
 * get the same one, constructed once; then they free as well, and whoever
 * finds one under rcu_read_lock() must find it constructed.
 */
#define RACE_THREADS	4
#define RACE_OBJECTS	64
#define RACE_ROUNDS	60
#define RACE_VALUE	0x600d600d

static char race_objects[RACE_OBJECTS];
/* Who was first to see a variable; set once, with cmpxchg. */
static void *race_seen[RACE_OBJECTS];
static atomic_t race_wrong;
static DECLARE_COMPLETION(race_start);
/* Completed once by each thread. */
static DECLARE_COMPLETION(race_over);

/* Long enough for the others to come and want the same variable. */
static int slow_ctor(void *obj, void *shadow_data, void *ctor_data)
{
	udelay(200);
	return ctor(obj, shadow_data, ctor_data);
}

static void race_get(int i)
{
	long value = RACE_VALUE;
	struct content *content;
	void *seen;

	content = klp_shadow_get_or_alloc(&race_objects[i], ID_A, sizeof(*content), GFP_KERNEL,
					  slow_ctor, &value);

	if (!content || content->value != RACE_VALUE) {
		atomic_inc(&race_wrong);
		return;
	}
	seen = cmpxchg(&race_seen[i], NULL, content);
	if (seen && seen != content)
		atomic_inc(&race_wrong);
}

static void race_free(int i, int round)
{
	struct content *content;

	rcu_read_lock();
	content = klp_shadow_get(&race_objects[i], ID_B);
	/* Now and then long enough for another one to free it. */
	if (content && (i + round) % 16 == 0)
		udelay(100);
	if (content && (content->value != RACE_VALUE || content->obj != &race_objects[i]))
		atomic_inc(&race_wrong);
	rcu_read_unlock();
	if ((i + round) % 3)
		get_or_alloc(&race_objects[i], ID_B, RACE_VALUE);
	else
		klp_shadow_free(&race_objects[i], ID_B, dtor);
}

static int race_thread(void *unused)
{
	int i, round;

	wait_for_completion(&race_start);
	for (i = 0; i < RACE_OBJECTS; i++)
		race_get(i);
	for (round = 0; round < RACE_ROUNDS; round++) {
		for (i = 0; i < RACE_OBJECTS; i++)
			race_free(i, round);
		cond_resched();
	}
	/* Not by hand: this text may be gone after the last one. */
	kthread_complete_and_exit(&race_over, 0);
}

static int test_race(void)
{
	int nr, i, left;

	for (nr = 0; nr < RACE_THREADS; nr++)
		if (IS_ERR(kthread_run(race_thread, NULL, "mendklp_race/%d", nr)))
			break;
	complete_all(&race_start);
	for (i = 0; i < nr; i++)
		wait_for_completion(&race_over);
	CHECK(nr == RACE_THREADS);
	CHECK(!atomic_read(&race_wrong));
	klp_shadow_free_all(ID_B, dtor);
	/* Every B that was constructed has been destroyed; the As are all there. */
	left = atomic_read(&constructed) - atomic_read(&destroyed);
	CHECK(left == RACE_OBJECTS);
	return 0;
}

/* Left behind on purpose: the module's exit does not free them. */
static bool keep;

static int test_leave(void)
{
	int i;

	/* Addresses that outlive this module, and are nobody's. */
	for (i = 1; i <= LEFT; i++)
		CHECK(alloc((void *)(unsigned long)i, ID_A, 1000 + i));
	keep = true;
	return 0;
}

static int test_find_left(void)
{
	struct content *content;
	int i;

	for (i = 1; i <= LEFT; i++) {
		content = klp_shadow_get((void *)(unsigned long)i, ID_A);
		CHECK(content && content->value == 1000 + i);
	}
	keep = true;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} tests[] = {
	{ "basic", test_basic }, { "free_all", test_free_all },
	{ "ctor_fails", test_ctor_fails }, { "no_ctor", test_no_ctor },
	{ "duplicate", test_duplicate }, { "race", test_race },
	{ "leave", test_leave }, { "find_left", test_find_left },
};

static void clean(void)
{
	if (keep)
		return;
	klp_shadow_free_all(ID_A, NULL);
	klp_shadow_free_all(ID_B, NULL);
}

static int __init mendklp_shadow_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (strcmp(tests[i].name, test))
			continue;
		err = tests[i].run();
		if (err)
			clean();
		return err;
	}
	pr_err("there is no test '%s'\n", test);
	return -ENOENT;
}

static void __exit mendklp_shadow_exit(void)
{
	clean();
}

module_init(mendklp_shadow_init);
module_exit(mendklp_shadow_exit);
MODULE_DESCRIPTION("mend selftest: shadow variables through livepatch's API");
MODULE_LICENSE("GPL");
