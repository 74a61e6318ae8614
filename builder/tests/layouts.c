// SPDX-License-Identifier: MIT
/*
 * Types whose layout changes, or only seems to: -DAFTER_... chooses which. Never run.
 */
#define noinline	__attribute__((noinline))

enum state {
	STATE_NONE,
#ifdef AFTER_ENUM_RENUMBERED
	STATE_EARLY,
#endif
	STATE_BUSY,
#ifdef AFTER_ENUM_LONGER
	STATE_LATE,
#endif
};

enum { LIMIT_LOW = 3,
#ifdef AFTER_NAMELESS_ENUM
	LIMIT_HIGH = 8,
#else
	LIMIT_HIGH = 7,
#endif
};

struct inner {
	long one;
#ifdef AFTER_INNER
	long two;
#endif
};

struct other { int x; };

struct kept {
#ifdef AFTER_MOVED
	int second, first;
#else
	int first, second;
#endif
	unsigned char narrow;
	/* a hole */
#ifdef AFTER_IN_A_HOLE
	unsigned char added;
#endif
#ifdef AFTER_UNSIGNED
	const unsigned int number;
#else
	int number;
#endif
#ifdef AFTER_WIDER
	unsigned long grows;
#else
	unsigned int grows;
#endif
	unsigned int bits : 3;
#ifdef AFTER_BITS
	unsigned int more_bits : 5;
#else
	unsigned int more_bits : 4;
#endif
#ifdef AFTER_ARRAY
	int array[5];
#else
	int array[4];
#endif
#ifdef AFTER_POINTER
	struct other *pointer;
#else
	struct inner *pointer;
#endif
#ifdef AFTER_CALLBACK
	int (*callback)(struct kept *kept, int x);
#else
	int (*callback)(struct kept *kept);
#endif
	struct inner inner;
	union {
		int in_union;
#ifdef AFTER_NAMELESS
		long added_to_union;
#endif
		void *also;
	};
#ifdef AFTER_GONE
	int renamed;
#else
	int dropped;
#endif
	struct {
		int x;
#ifdef AFTER_DEEP
		int added;
#endif
	} deep;
	char tail[];
};

/* Known by nobody's variable: only a cast in an inline function says its name. */
struct in_a_cast {
#ifdef AFTER_CAST
	long added;
#endif
	int x;
};

typedef struct {
#ifdef AFTER_TYPEDEF
	char pad[8];
#endif
	int x;
} nameless_t;

#ifdef AFTER_NEW_TYPE
struct brand_new { int a, b; };
#endif

static struct {
#ifdef AFTER_VARIABLE
	int b, a;
#else
	int a, b;
#endif
} nameless_variable;

/* As MODULE_ALIAS() makes them: the numbers move on when something else counts, too. */
#define MODINFO(n, text) \
	static const char __UNIQUE_ID_alias##n[] \
		__attribute__((section(".modinfo"), used)) = "alias=" text

#ifdef AFTER_COUNTED
MODINFO(2, "a");
MODINFO(3, "longer");
#else
MODINFO(1, "a");
MODINFO(2, "longer");
#endif

int external(const char *text);

static inline int cast(void *p)
{
	return ((struct in_a_cast *)p)->x;
}

#ifdef AFTER_PARAMETERS
noinline int exported(const char *text, long more)
{
	return text[more];
}
#else
noinline int exported(const char *text)
{
	return *text;
}
#endif

#ifdef AFTER_OWN_PARAMETERS
noinline int internal(int x, int y)
{
	return x * 3 + y;
}
#else
noinline int internal(int x)
{
	return x * 3;
}
#endif

/* Nobody else uses that type. */
struct of_another { long x; };

noinline long another(struct of_another *p)
{
	return p->x;
}

int user(struct kept *kept, nameless_t *nameless, void *p, int state)
{
	int n = kept->first + kept->array[1] + kept->more_bits + nameless->x + cast(p) +
		nameless_variable.a++ + kept->inner.one + kept->in_union + kept->deep.x +
		kept->tail[0] + (kept->callback != 0) + (kept->pointer != 0);

	if (state == STATE_BUSY)
		n += LIMIT_HIGH;
#ifdef AFTER_OWN_PARAMETERS
	n += internal(n, 4);
#else
	n += internal(n);
#endif
#ifdef AFTER_LOCAL_TYPE
	struct kept_elsewhere { int a[9]; } local = { { n } };

	external((const char *)&local);
#endif
#ifdef AFTER_NEW_TYPE
	struct brand_new new = { n, n };

	external((const char *)&new);
#endif
#ifdef AFTER
	n += 5;
#endif
	return n;
}
