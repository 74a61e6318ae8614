/* SPDX-License-Identifier: MIT */
/*
 * The journal: what mend did or refused, with fields to search for. Without journald
 * there is nothing to write to, and nothing fails.
 */
#ifndef MEND_LIB_JOURNAL_H
#define MEND_LIB_JOURNAL_H

#include "record.h"

/* What MESSAGE_ID says: one of these for each kind of message, never changed */
#define JOURNAL_ID_CHANGED	"5a0f9d6cb8e34c1f9a2fb0c3d7e41b60"
#define JOURNAL_ID_FAILED	"8c41f7b2d05e4a6b93d87f2e6c1a5094"
#define JOURNAL_ID_REFUSED	"e7b3c8916fd24e0c8d15a94b20f6c37e"
#define JOURNAL_ID_ROLLED_BACK	"31d6e0a7f49b4c8592be73c50d8f1a2b"
#define JOURNAL_ID_TRUST	"c9e17f3ab2604d5d8f70a4e6159b3d82"

/** journal_record() - one message for a command and its outcome */
void journal_record(const struct machine *mc, const struct record *r);

/** journal_format() - the datagram, in journald's own protocol. Pure. */
void journal_format(const struct record *r, struct buf *out);

#endif /* MEND_LIB_JOURNAL_H */
