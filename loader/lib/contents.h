/* SPDX-License-Identifier: MIT */
/*
 * What is inside a bundle's payload, for people. Nothing is decided by it: mend.ko
 * reads the payload itself.
 */
#ifndef MEND_LIB_CONTENTS_H
#define MEND_LIB_CONTENTS_H

#include "payload.h"
#include "refs.h"

/**
 * struct contents - as far as it can be read
 * @why:	only with has_* missing: the first reason
 * @differs:	the payload replaces other functions than its manifest says; mend.ko
 *		refuses that
 */
struct contents {
	struct payload payload;
	struct refs refs;
	bool has_payload, has_refs, differs;
	struct err why;
};

/** contents_read() - pure, never fails; ends with contents_free() */
void contents_read(struct contents *c, struct bytes ko, const struct manifest_payload *says);

/** contents_size() - bytes of the code that replaces a function; 0: not known */
uint64_t contents_size(const struct contents *c, const struct manifest_func *f);

void contents_free(struct contents *c);

#endif /* MEND_LIB_CONTENTS_H */
