/* SPDX-License-Identifier: MIT */
/*
 * What the tests share: cmocka with its prerequisites, keys, bundles.
 */
#ifndef MEND_TESTS_COMMON_H
#define MEND_TESTS_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/bundle.h"
#include "lib/keygen.h"

#define BYTES(s)	((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

/* A time in the middle of everything that the tests make. */
#define TEST_NOW	1750000000	/* 2025-06-15T15:06:40Z */

/** struct signer - a key, its certificate, and a trust in nothing else */
struct signer {
	EVP_PKEY *key;
	X509 *cert;
	struct trust trust;
};

/** test_signer() - a new one, valid for 1000 days from @start */
void test_signer(struct signer *s, int64_t start);
void test_signer_free(struct signer *s);

/** test_manifest() - the manifest of the test bundle with the line @key replaced by @line */
void test_manifest(struct buf *out, const char *key, const char *line);

/** test_bundle() - a signed bundle with two payloads and a VEX document */
void test_bundle(struct buf *out, const struct signer *s, const char *key, const char *line);

/** test_bundle_open() - a new signer's test bundle, opened; @start: as in test_signer() */
void test_bundle_open(struct signer *s, struct bundle *b, int64_t start);

/** test_bundle_close() - the reverse */
void test_bundle_close(struct signer *s, struct bundle *b);

/** test_copy() - bytes as a buffer of their own */
struct buf test_copy(struct bytes b);

/** test_read() - a file, which must be there */
struct buf test_read(const char *path);

/** test_open() - bundle_open() on a copy; frees again; returns the reason, 0 if good */
uint32_t test_open(struct bytes file, const struct trust *trust, int64_t now);

/** test_dir() - a fresh directory below /tmp, gone with test_dir_free() */
char *test_dir(void);
void test_dir_free(char *dir);

/** test_file() - write @content into DIR/NAME, with missing directories in NAME */
void test_file(const char *dir, const char *name, const char *content);

/** test_run() - a shell command with both outputs in @out; its exit code */
int test_run(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** test_contains() - fail with both texts unless @needle is in @hay */
void test_contains(const char *hay, const char *needle);

#define TEST_PAYLOAD_1	"the first payload's bytes"
#define TEST_PAYLOAD_2	"the second payload's bytes, which are more"
#define TEST_VEX	"{ \"statements\": [] }\n"
#define TEST_RELEASE	"6.1.0-test-amd64"
#define TEST_BUILD_ID	"0123456789abcdef0123456789abcdef01234567"

#endif /* MEND_TESTS_COMMON_H */
