/* SPDX-License-Identifier: MIT */
/*
 * A bundle in memory: opened and verified, or put together.
 *
 * Order of opening: the container's first two members, by their canonical
 * headers alone; the signature over the manifest's bytes; only then the
 * manifest; then every member that it names and nothing else, each with its
 * digest; then policy (expiry, the clock).
 */
#ifndef MEND_LIB_BUNDLE_H
#define MEND_LIB_BUNDLE_H

#include "bytes.h"
#include "err.h"
#include "manifest.h"
#include "trust.h"

/**
 * struct bundle - an opened bundle
 * @file:	owns all bytes; the views below point into it
 * @signature:	empty: not signed
 * @signer:	NULL: not verified; otherwise points into the trust given
 */
struct bundle {
	struct buf file;
	struct bytes manifest_text, signature;
	struct bytes payloads[MEND_PAYLOADS_MAX];
	struct bytes vex, sbom;
	struct manifest manifest;
	const struct trust_cert *signer;
};

/**
 * bundle_open() - take the bundle apart
 * @file:	taken over, also on failure
 * @trust:	whose signatures count; NULL: the signature is not looked at,
 *		and no policy applies (for "inspect" and "sign")
 * @now:	seconds since 1970, for policy
 *
 * Pure. On success ends with bundle_free().
 */
int bundle_open(struct bundle *b, struct buf *file, const struct trust *trust, int64_t now,
		struct err *e);

/** bundle_read() - as bundle_open(), from a file read once with a cap */
int bundle_read(struct bundle *b, const char *path, const struct trust *trust, int64_t now,
		struct err *e);

/** bundle_check_dates() - neither expired nor made in the future */
int bundle_check_dates(const struct manifest *m, int64_t now, struct err *e);

/** bundle_payload() - the bytes of one of its manifest's payloads */
struct bytes bundle_payload(const struct bundle *b, const struct manifest_payload *p);

/**
 * bundle_write() - put an archive together; digests must be in @b->manifest_text
 *
 * Needs manifest_text, signature (may be empty), manifest, payloads, vex and
 * sbom of @b. Deterministic.
 */
int bundle_write(const struct bundle *b, struct buf *out, struct err *e);

void bundle_free(struct bundle *b);

/** digest_sha256() - of @data */
int digest_sha256(struct bytes data, uint8_t out[MEND_DIGEST_LEN], struct err *e);

#endif /* MEND_LIB_BUNDLE_H */
