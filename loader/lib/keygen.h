/* SPDX-License-Identifier: MIT */
/*
 * A new signing key and its self-signed certificate.
 */
#ifndef MEND_LIB_KEYGEN_H
#define MEND_LIB_KEYGEN_H

#include "trust.h"

#define KEYGEN_KEY	"mend.key"
#define KEYGEN_CERT	"mend.pem"

/**
 * struct keygen - what to make
 * @name:	common name of the certificate
 * @bits:	3072 or 4096
 * @start:	first second of validity
 * @days:	how long it is valid
 */
struct keygen {
	const char *name;
	int bits;
	int64_t start;
	int days;
};

/** keygen_make() - in memory; both results are the caller's */
int keygen_make(const struct keygen *k, EVP_PKEY **key, X509 **cert, struct err *e);

/** keygen_save() - into @dir as KEYGEN_KEY (0600) and KEYGEN_CERT; overwrites nothing */
int keygen_save(const char *dir, EVP_PKEY *key, X509 *cert, struct err *e);

#endif /* MEND_LIB_KEYGEN_H */
