/* SPDX-License-Identifier: MIT */
/*
 * Keys and certificates: whom a bundle's signature is accepted from.
 *
 * A certificate is trusted because it is in the directory, and for nothing
 * else: there are no chains and no authorities, as in mend.ko's keyring.
 */
#ifndef MEND_LIB_TRUST_H
#define MEND_LIB_TRUST_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "bytes.h"
#include "err.h"

#define TRUST_DIR	"/etc/mend/keys"
#define TRUST_BITS_MIN	2048
#define TRUST_BITS_MAX	4096

/**
 * struct trust_cert - one trusted certificate
 * @path:	the file it came from
 * @subject:	for people, RFC 2253
 * @not_before, @not_after: seconds since 1970, both inclusive
 */
struct trust_cert {
	X509 *x509;
	char *path;
	char *subject;
	int64_t not_before, not_after;
	char fingerprint[65];
};

struct trust {
	struct trust_cert *certs;
	size_t nr_certs;
};

/** trust_load_dir() - every *.pem in @dir; one that cannot be read is an error */
int trust_load_dir(struct trust *t, const char *dir, struct err *e);

/** trust_is_file() - is a file of that name one that trust_load_dir() would read? */
bool trust_is_file(const char *name);

/** trust_load_file() - all certificates of one PEM file, at least one */
int trust_load_file(struct trust *t, const char *path, struct err *e);

/** trust_add() - takes its own reference on @x509; checks that it can sign */
int trust_add(struct trust *t, X509 *x509, const char *path, struct err *e);

/** trust_check_time() - is the certificate within its validity at @now? */
int trust_check_time(const struct trust_cert *c, int64_t now, struct err *e);

void trust_free(struct trust *t);

/** key_load() - an RSA private key, PEM, not encrypted; ends with EVP_PKEY_free() */
EVP_PKEY *key_load(const char *path, struct err *e);

/** crypto_error() - ERR_CRYPTO with libcrypto's own words. Returns -1. */
int crypto_error(struct err *e, const char *what);

#endif /* MEND_LIB_TRUST_H */
