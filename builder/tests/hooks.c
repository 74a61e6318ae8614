// SPDX-License-Identifier: MIT
/*
 * What the macros of mend/diff.h leave in an object, as good and as bad as it can be;
 * -DAFTER_... chooses. It is never run.
 */
#define HOOK(kind, func)							\
	static int (*const hook_##kind)(void *)					\
		__attribute__((used, section(".mend.hook." #kind))) = (func)
#define STATE(name, id, version)						\
	static const struct state name						\
		__attribute__((used, section(".mend.states"), aligned(8))) = { id, version, 0 }

struct state {
	unsigned long id;
	unsigned int version;
	void *data;
};

int exported(const char *text);
int mend_exported(void *obj);
extern struct state mend_this_patch;

__attribute__((noinline)) int kernels(void *obj)
{
	return exported(obj);
}

int changes(void *obj)
{
#ifdef AFTER_USES_MEND
	return mend_exported(&mend_this_patch);
#elif defined(AFTER)
	return kernels(obj) + 2;
#else
	return kernels(obj) + 1;
#endif
}

#if defined(AFTER_HOOKS) || defined(AFTER_HOOKS_ALONE)
static int helper_calls;

static __attribute__((noinline)) int helper(void *obj)
{
	return kernels(obj) + helper_calls++;
}

static int prepare(void *obj)
{
	return helper(obj);
}

HOOK(pre_patch, prepare);
STATE(one, 17, 3);
STATE(two, 0x123456789, 1);
#endif

#ifdef AFTER_KERNELS_OWN
HOOK(pre_patch, kernels);
#endif
#ifdef AFTER_NULL
HOOK(pre_patch, 0);
#endif
#ifdef AFTER_HALF_STATE
static const int half __attribute__((used, section(".mend.states"))) = 1;
#endif
#ifdef AFTER_UNKNOWN
static const int unknown __attribute__((used, section(".mend.other"))) = 1;
#endif
