/* SPDX-License-Identifier: MIT */
/*
 * Layouts: does what both compiles call by one name look the same in memory?
 *
 * Objects that exist when a patch is switched on were made by the old code. Code
 * that has changed may meet them, so the types that both know must agree. A type
 * that only the changed source has can have no old objects.
 */
#ifndef MEND_DIFFER_TYPES_H
#define MEND_DIFFER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "refuse.h"
#include "symvers.h"

enum layout_kind {
	LAYOUT_TYPE,		/* structure or union */
	LAYOUT_VARIABLE,
	LAYOUT_ENUMERATOR,
	LAYOUT_FUNCTION,
};

/**
 * struct member - a place in a type; of other layouts there is one, without a name
 * @name: "a", or "a.b" for what is in a structure without a name
 * @bit, @bits: where and how long; of an enumerator @bit is the value
 * @text: its type as far as code depends on it; equal texts: the same
 * @shown: its type as people write it
 */
struct member {
	const char *name;
	uint64_t bit, bits;
	const char *text, *shown;
};

/** struct layout - @name is "struct foo", "foo" or "struct foo in function()" */
struct layout {
	const char *name;
	enum layout_kind kind;
	uint64_t bits;
	struct member *members;
	size_t nr;
};

/* Sorted by name. Several of one name are possible: blocks hide what is outside. */
struct layouts {
	struct layout *list;
	size_t nr;
};

/** layouts_read() - from an object's debug information; fails the program without */
struct layouts *layouts_read(const char *path);

/** layouts_sort() - for layouts_compare() */
void layouts_sort(struct layouts *all);

/** layouts_have() - is anything called that? */
bool layouts_have(const struct layouts *all, const char *name);

/**
 * layouts_compare() - refuse what is in both and not the same
 * @symvers: what modules can call, even those that nobody compiles again
 */
void layouts_compare(const struct layouts *before, const struct layouts *after,
		     const struct symvers *symvers, struct refusals *refusals);

#endif /* MEND_DIFFER_TYPES_H */
