/* SPDX-License-Identifier: MIT */
/*
 * Putting a bundle together. Deterministic: the same inputs give the same
 * bytes.
 */
#ifndef MEND_LIB_PACK_H
#define MEND_LIB_PACK_H

#include "bundle.h"
#include "payload.h"

/**
 * struct pack - a bundle in the making
 * @bundle:	its manifest's head is filled in by the caller, with strings
 *		that outlive it; the rest by the functions below
 *
 * Begins zeroed, ends with pack_free().
 */
struct pack {
	struct bundle bundle;
	struct payload payloads[MEND_PAYLOADS_MAX];
	struct buf files[MEND_PAYLOADS_MAX];
	struct buf vex, sbom, text, signature;
};

/**
 * struct pack_funcs - functions as given by hand, for a payload that does not
 * tell them itself
 */
struct pack_funcs {
	struct manifest_func *funcs;
	size_t nr_funcs;
};

/**
 * pack_add_payload() - read the payload @path
 * @build_id:	NULL: that of the running kernel, if the release is the same
 * @given:	must be empty if the payload tells its functions itself
 */
int pack_add_payload(struct pack *p, const char *path, const uint8_t *build_id,
		     const struct pack_funcs *given, struct err *e);

/** pack_add_metadata() - a JSON document: @vex true: OpenVEX, false: an SBOM */
int pack_add_metadata(struct pack *p, const char *path, bool vex, struct err *e);

/**
 * pack_finish() - the bundle's bytes
 * @key, @cert:	NULL: not signed
 *
 * The result has been opened again, as its users will open it.
 */
int pack_finish(struct pack *p, EVP_PKEY *key, X509 *cert, struct buf *out, struct err *e);

void pack_free(struct pack *p);

/**
 * pack_sign() - sign an opened bundle, replacing a signature that it has
 * @b:	opened without trust
 */
int pack_sign(struct bundle *b, EVP_PKEY *key, X509 *cert, struct buf *out, struct err *e);

#endif /* MEND_LIB_PACK_H */
