/* SPDX-License-Identifier: MIT */
/*
 * The passes between loading and writing, in their order. Each reads what those
 * before it have left in the two objects; none of them touches a file.
 *
 * @before and @after are the original and the changed source, compiled with a
 * section for each function and variable, and not yet seen by objtool.
 */
#ifndef MEND_DIFFER_PASSES_H
#define MEND_DIFFER_PASSES_H

#include "anchor.h"
#include "object.h"
#include "refuse.h"
#include "shared.h"

struct diff {
	struct object *before, *after;
	const struct anchor *anchor;
	const struct image *img;	/* what holds the object: @kernel or a module */
	const struct image *kernel;
	const struct symvers *symvers;
	const struct symvers *mend;	/* what mend.ko exports; NULL: not known */
	const struct shared *shared;	/* with the other touched files; may be NULL */
	struct refusals refusals;
	struct refusals notes;		/* what the author should know */
	size_t nr_changed;	/* functions that are replaced */
	size_t nr_shared;	/* what is new here and used by another file */
};

/** pass_correlate() - pass 3: twins, what is the same thing in both */
void pass_correlate(struct diff *d);

/** pass_compare() - pass 4: which functions have changed; changed data is refused */
void pass_compare(struct diff *d);

/** pass_closure() - pass 5: what the changed functions need of what is new */
void pass_closure(struct diff *d);

/** pass_patchable() - pass 6: can each changed function be redirected? */
void pass_patchable(struct diff *d);

/* Names, as the compiler makes them (names.c). */

/** base_name_len() - without the number of a static local: "count.5" */
size_t base_name_len(const char *name);

bool same_base_name(const char *a, const char *b);

/** is_throwaway() - a static that each compile may have for itself, such as __func__.3 */
bool is_throwaway(const struct symbol *sym);

/** cold_parent_len() - of "foo.cold" the length of "foo"; 0: it is no cold part */
size_t cold_parent_len(const char *name);

/* What compare and closure both ask (refs.c). */

/** is_replaced() - a function of the kernel that the payload replaces */
static inline bool is_replaced(const struct section *sec)
{
	return sec->kind == SEC_FUNC && sec->include && sec->twin;
}

/** is_copied() - belongs into the payload as soon as somebody there uses it */
bool is_copied(const struct section *sec);

/** is_branch() - a direct call or jump; everything else takes an address */
bool is_branch(const struct section *sec, const struct rela *r);

/** points_at_entry() - to the first byte of a function, and not into it */
bool points_at_entry(const struct section *sec, const struct rela *r);

/** same_reference() - do both refer to the same thing? */
bool same_reference(const struct section *sa, const struct rela *a,
		    const struct section *sb, const struct rela *b);

/** same_content() - bytes and references of two sections, or parts of them */
bool same_content(const struct section *a, uint64_t at_a, const struct section *b,
		  uint64_t at_b, uint64_t size, const struct table *table);

#endif /* MEND_DIFFER_PASSES_H */
