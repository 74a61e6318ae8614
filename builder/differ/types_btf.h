/* SPDX-License-Identifier: MIT */
/*
 * The types that a payload uses, as BTF for its section MEND_TYPES_SECTION: structures
 * and unions, with what is in them by value. What is behind a pointer is none of their
 * layout: all pointers are void *, and qualifiers and typedefs are left out.
 */
#ifndef MEND_DIFFER_TYPES_BTF_H
#define MEND_DIFFER_TYPES_BTF_H

#include "object.h"
#include "types.h"

/**
 * types_btf_write() - what the included functions and data of the changed object use
 * @after: the object; it has debug information
 * @dump: the compiler's, see types_used.h
 * @before: the layouts of the original: types that only the changed source file has are
 *	no business of the kernel's
 */
void types_btf_write(const struct object *after, const char *dump,
		     const struct layouts *before, const char *out);

/** types_btf_merge() - of several objects, each type once */
void types_btf_merge(char *const *paths, size_t nr, const char *out);

#endif /* MEND_DIFFER_TYPES_BTF_H */
