// SPDX-License-Identifier: MIT
/*
 * A piece of "kernel" with a trap in each corner, compiled before and after a change:
 * -DAFTER_... chooses which. It is never run; what counts is what the compiler and the
 * assembler make of it, so the tables are as the kernel's macros write them.
 */
#define noinline	__attribute__((noinline))
#define __init		__attribute__((section(".init.text"), cold))
#define notrace		__attribute__((no_instrument_function))
#define __read_mostly	__attribute__((section(".data..read_mostly")))
#define __percpu_data	__attribute__((section(".data..percpu")))
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define WARN(flags)								\
	asm volatile("1: .byte 0x0f, 0x0b\n"					\
		     ".pushsection __bug_table,\"aw\"\n"			\
		     "2: .long 1b - .\n"					\
		     "	.long %c0 - .\n"					\
		     "	.word %c1\n"						\
		     "	.word %c2\n"						\
		     "	.org 2b + 12\n"						\
		     ".popsection" : : "i" ("traps.c"), "i" (__LINE__), "i" (flags))

#define ALTERNATIVE(old, new)							\
	asm volatile("661: " old "\n662:\n"					\
		     ".pushsection .altinstructions,\"a\"\n"			\
		     "	.long 661b - ., 663f - .\n"				\
		     "	.word 7\n"						\
		     "	.byte 662b - 661b, 664f - 663f\n"			\
		     ".popsection\n"						\
		     ".pushsection .altinstr_replacement,\"ax\"\n"		\
		     "663: " new "\n664:\n"					\
		     ".popsection" : : : "memory")

struct key { int enabled; };

static inline int static_branch(struct key *key)
{
	asm goto(".byte 0x0f, 0x1f, 0x44, 0, 0\n"
		 "1:\n"
		 ".pushsection __jump_table,\"aw\"\n"
		 "	.balign 8\n"
		 "	.long 1b - 5 - ., %l[yes] - .\n"
		 "	.quad %c0 - .\n"
		 ".popsection" : : "i" (key) : : yes);
	return 0;
yes:
	return 1;
}

int external(const char *text);
int exported(const char *text);
int elsewhere(int x);
extern struct key key_of_kernel;
extern struct key key_of_module;
extern struct key __tracepoint_of_module;

int shared_counter = 3;
static int hidden_counter;
static int __read_mostly tuned = 5, also_tuned = 6;
static const int table[] = { 1, 2, 3, 4,
#ifdef AFTER_DATA_CHANGED
	6,
#else
	5,
#endif
};
#ifdef AFTER_BECOMES_DATA
static int grown = 7;
#else
static int grown;
#endif

struct ops {
	int (*first)(int x);
	int (*second)(int x);
};

noinline int leaf(int x)
{
#ifdef AFTER_LEAF
	x += 2;
#endif
	return x * shared_counter + hidden_counter;
}

noinline int takes_string(int x)
{
	if (x > 5)
		return external("one string");
#ifdef AFTER_STRING
	return external("another, different string");
#else
	return external("another string");
#endif
}

noinline int hides(int x)
{
	hidden_counter += x + tuned++ + also_tuned++ + grown++;
	return table[x];
}

static noinline int user_of_count(int x)
{
	static int count;

	count += x;
	return count;
}

/* Many statics of one name: their numbers shift with the one that comes first. */
noinline int other_user_of_count(int x)
{
#ifdef AFTER_STATIC_FIRST
	static int fresh;

	fresh += x;
	x += fresh;
#endif
	{
		static int count;

		count -= x;
		return count + user_of_count(x);
	}
}

noinline int two_of_a_name(int x)
{
	{
		static int same;

		same += x;
		x += same;
	}
#ifndef AFTER_STATIC_AMBIGUOUS
	{
		static int same;

		same -= x;
		x ^= same;
	}
#endif
	return x;
}

noinline int counts_by_itself(int x)
{
#ifndef AFTER_STATIC_REMOVED
	static int alone;

	x += alone++;
#endif
	return x;
}

#ifdef AFTER_NEW_FUNCTION
static int new_data[4] = { 1, 2, 3, 4 };

static noinline int new_function(int x)
{
	return ++new_data[x & 3] + exported("new");
}
#endif

int warns(int x)
{
	if (unlikely(x == 77))
#ifdef AFTER_BUG_FLAGS
		WARN(3);
#else
		WARN(1);
#endif
	return leaf(x) + 1;
}

int calls(int x)
{
#ifdef AFTER_NEW_FUNCTION
	x += new_function(x);
#endif
	return leaf(x) + takes_string(x);
}

int points(struct ops *ops)
{
	ops->first = leaf;
	ops->second = elsewhere;
#ifdef AFTER_POINTER
	return leaf(1) + leaf(2);
#else
	return leaf(1);
#endif
}

int branches(int x)
{
#ifdef AFTER_KEY
	x++;
#endif
	if (static_branch(&key_of_kernel))
		return elsewhere(x);
#ifdef AFTER_TRACEPOINT
	if (static_branch(&__tracepoint_of_module))
		return elsewhere(x + 1);
#endif
#ifdef AFTER_MODULE_KEY
	if (static_branch(&key_of_module))
		return elsewhere(x + 1);
#endif
	return x;
}

/* Its replacement has no bytes, so it seems to be where the next one is. */
int alternates_with_nothing(int x)
{
	ALTERNATIVE(".byte 0x90, 0x90, 0x90, 0x90, 0x90", "");
	return x;
}

int alternates(int x)
{
#ifdef AFTER_ALTERNATIVE
	x = leaf(x);
#endif
#ifdef AFTER_ALTERNATIVE_NEXT
	ALTERNATIVE(".byte 0x90, 0x90, 0x90, 0x90, 0x90", "jmp exported");
#else
	ALTERNATIVE(".byte 0x90, 0x90, 0x90, 0x90, 0x90", "call exported");
#endif
#ifdef AFTER_ALTERNATIVE_HIDDEN
	ALTERNATIVE(".byte 0x90, 0x90, 0x90, 0x90, 0x90", "call elsewhere");
#endif
	return x;
}

/* As __ref of the kernel: several functions may share the section. */
#define ref_text noinline __attribute__((section(".ref.text")))

ref_text int refers_first(int x)
{
#ifdef AFTER_REF
	x += external(x);
#endif
	return leaf(x) + 1;
}

ref_text int refers_second(int x)
{
	return leaf(x) + 2;
}

int calls_second(int x)
{
	return refers_second(x) + 3;
}

notrace int untraced(int x)
{
#ifdef AFTER_NOTRACE
	return x + 1;
#else
	return x;
#endif
}

int __init starts(void)
{
#ifdef AFTER_INIT
	return elsewhere(9);
#else
	return elsewhere(8);
#endif
}

#ifdef AFTER_PERCPU
int __percpu_data per_cpu;

int uses_per_cpu(void)
{
	return per_cpu;
}
#endif

int self(int x)
{
#ifdef AFTER_UNRESOLVED
	extern int nobody_has_this(int x);

	return nobody_has_this(x);
#elif defined(AFTER_AMBIGUOUS)
	extern int twice(int x);

	return twice(x);
#else
	return x;
#endif
}
#ifdef AFTER_NEW_GLOBAL
int new_global(int x)
{
	return x + 7;
}
#endif
#ifdef AFTER_EXPORT
asm(".section \"___ksymtab+self\",\"a\"\n.long self - .\n.previous");
#endif
#ifndef AFTER_REMOVED
static int removed_counter;

int counts_removed(void)
{
	return ++removed_counter;
}
#else
int counts_removed(void)
{
	return 4;
}
#endif
