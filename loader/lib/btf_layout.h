/* SPDX-License-Identifier: MIT */
/* Does a type of a payload look in memory as one of the kernel? Pure; inside libmend only. */
#ifndef MEND_LIB_BTF_LAYOUT_H
#define MEND_LIB_BTF_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <bpf/btf.h>

#define BTF_WHY_LEN	300

/** struct btf_pair - two structures or unions */
struct btf_pair {
	const struct btf *own, *kernel;
	__u32 id, kernel_id;
};

/**
 * btf_same_layout() - names, places and sizes of all members, also of what has no name
 * @why: the first difference, BTF_WHY_LEN; or NULL
 *
 * What members point to is no layout. What they hold by value and has a name is a type
 * for itself: of that only the size counts here.
 */
bool btf_same_layout(struct btf_pair pair, char *why, size_t size);

/**
 * btf_layout_of() - the structure or union behind a name: by its tag, or by a typedef if
 * it has no tag
 *
 * Return: its id; 0: the type is nothing of that.
 */
__u32 btf_layout_of(const struct btf *btf, __u32 id);

#endif /* MEND_LIB_BTF_LAYOUT_H */
