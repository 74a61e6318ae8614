/* SPDX-License-Identifier: MIT */
/*
 * /var/lib/mend: the history, and bundles for later. Whatever ends a writer at whatever
 * moment, a reader finds each file as it was before or as it was to be.
 */
#ifndef MEND_LIB_STORE_H
#define MEND_LIB_STORE_H

#include "bundle.h"
#include "records.h"

#define STORE_DIR	"/var/lib/mend"
#define STORE_HISTORY_MAX	1000	/* records that are kept, and older ones that decide */

/** struct store - open for writing; ends with store_close() */
struct store {
	char *history, *bundles, *installed;
};

/** store_open() - make what is missing, and remove what killed writers have left */
int store_open(const struct machine *mc, struct store *s, struct err *e);
void store_close(struct store *s);

/** store_exists() - has anything been recorded here yet? */
bool store_exists(const struct machine *mc);

/**
 * store_write() - write a record; it is on disk when this returns
 *
 * Gives it the next number if it has none.
 */
int store_write(const struct store *s, struct record *r, struct err *e);

/**
 * store_end() - the machine is about to be shut down in order
 *
 * What is on probation will not be held back in the next boot for having gone down with it.
 */
int store_end(const struct machine *mc, const struct store *s, struct err *e);

/** store_stage() - keep a copy of a bundle, on disk when this returns */
int store_stage(const struct store *s, const struct bundle *b, struct err *e);

/**
 * store_read() - the history, settled; empty if there is no store; ends with records_free()
 *
 * What has become known of records that were not finished is written down, where that may be.
 */
int store_read(const struct machine *mc, struct records *r, struct err *e);

/** store_settle() - that alone */
void store_settle(const struct machine *mc);

/** struct staged - a bundle in the store */
struct staged {
	char name[MEND_NAME_LEN];
	uint64_t generation;
	char *path;
};

/** store_list() - by name, then generation; ends with staged_free() */
int store_list(const struct machine *mc, struct staged **list, size_t *nr, struct err *e);

/** staged_open() - if it has a payload for that kernel; ends with bundle_free(). Not verified. */
bool staged_open(const struct staged *b, const struct kernel *k, struct bundle *out);

/** store_drop() - remove the bundles of that name up to that generation */
int store_drop(const struct machine *mc, const char *name, uint64_t generation, struct err *e);

void staged_free(struct staged *list, size_t nr);

#endif /* MEND_LIB_STORE_H */
