/* SPDX-License-Identifier: MIT */
/*
 * The signature: a detached CMS SignedData in exactly one encoding.
 *
 * Without attributes and embedded certificates everything in it but the
 * signature value follows from the signer's certificate. So it is written
 * here and never parsed: to verify, the bytes that each trusted certificate
 * would give are compared, and the rest is the RSA signature. No byte of
 * manifest.p7s can be changed unnoticed, and no ASN.1 parser sees it.
 *
 * The same bytes as: openssl cms -sign -binary -noattr -nocerts -md sha256
 * -outform DER.
 */
#ifndef MEND_LIB_CMS_H
#define MEND_LIB_CMS_H

#include "trust.h"

/** cms_sign() - @key must be @cert's; the result verifies with @cert */
int cms_sign(struct bytes content, EVP_PKEY *key, X509 *cert, struct buf *out, struct err *e);

/**
 * cms_verify() - a signature by one of @trust, which is valid at @now
 * @signer: whose it is
 */
int cms_verify(struct bytes content, struct bytes signature, const struct trust *trust,
	       int64_t now, const struct trust_cert **signer, struct err *e);

/**
 * cms_describe() - who claims to have signed, for people; proves nothing
 *
 * The one place where a foreign CMS is parsed, by libcrypto, and only for a
 * message. Returns a new string, or NULL if it is not a CMS with one signer.
 */
char *cms_describe(struct bytes signature);

#endif /* MEND_LIB_CMS_H */
