/* SPDX-License-Identifier: MIT */
/*
 * The container: ustar archives in one canonical encoding (mend/bundle.h).
 *
 * The reader does not interpret headers: it takes the size, writes the header
 * that a member of the expected name and that size must have, and compares.
 * Whatever differs in any field is refused by name.
 */
#ifndef MEND_LIB_USTAR_H
#define MEND_LIB_USTAR_H

#include "bytes.h"
#include "err.h"

#define USTAR_BLOCK	512U
#define USTAR_NAME_MAX	99U

/** struct ustar_reader - begins as { archive, 0 } */
struct ustar_reader {
	struct bytes archive;
	size_t offset;
};

/**
 * ustar_next() - the next member, which must be @name with at most @max bytes
 * @data: points into the archive
 */
int ustar_next(struct ustar_reader *r, const char *name, size_t max, struct bytes *data,
	       struct err *e);

/** ustar_at() - is the next member called @name? Decides nothing, checks nothing. */
bool ustar_at(const struct ustar_reader *r, const char *name);

/** ustar_end() - nothing but the two zero blocks may follow */
int ustar_end(const struct ustar_reader *r, struct err *e);

/** ustar_add() - append a member; @name has at most USTAR_NAME_MAX bytes */
void ustar_add(struct buf *out, const char *name, struct bytes data);

/** ustar_finish() - append the two zero blocks */
void ustar_finish(struct buf *out);

#endif /* MEND_LIB_USTAR_H */
