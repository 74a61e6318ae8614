/* SPDX-License-Identifier: MIT */
/*
 * What a payload refers to outside itself, counted: the relocations that mend.ko
 * applies, by the object that their symbol lives in, and those of the kernel's module
 * loader, which knows exported symbols only and not whose they are.
 */
#ifndef MEND_LIB_REFS_H
#define MEND_LIB_REFS_H

#include <linux/mend.h>

#include "bytes.h"
#include "err.h"

struct ref {
	char object[MEND_OBJECT_LEN];
	size_t count;
};

/**
 * struct refs - a payload's relocations
 * @refs:	those of mend.ko, in the order in which the objects first appear
 * @exported:	those of the module loader, in what is loaded
 */
struct refs {
	struct ref *refs;
	size_t nr_refs;
	size_t exported;
};

/** refs_read() - pure; the file may be anybody's; on success ends with refs_free() */
int refs_read(struct refs *r, struct bytes ko, struct err *e);

void refs_free(struct refs *r);

#endif /* MEND_LIB_REFS_H */
