// SPDX-License-Identifier: MIT
/*
 * Signatures: one encoding, no byte of it free, and openssl agrees.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/pem.h>

#include "lib/cms.h"
#include "lib/fs.h"

static const char content[] = "what is signed\n";
static struct signer signer, other;
static struct buf good;

static int setup(void **state)
{
	struct err e;

	(void)state;
	test_signer(&signer, TEST_NOW - 1000);
	test_signer(&other, TEST_NOW - 1000);
	return cms_sign(BYTES(content), signer.key, signer.cert, &good, &e);
}

static int teardown(void **state)
{
	(void)state;
	test_signer_free(&signer);
	test_signer_free(&other);
	buf_free(&good);
	return 0;
}

static uint32_t verify_at(struct bytes text, struct bytes sig, const struct trust *t, int64_t now)
{
	struct buf copy = test_copy(sig);
	const struct trust_cert *who = NULL;
	struct err e;
	int ret = cms_verify(text, buf_bytes(&copy), t, now, &who, &e);

	buf_free(&copy);
	if (!ret)
		assert_non_null(who);
	return ret ? e.reason : 0;
}

static uint32_t verify(struct bytes text, struct bytes sig)
{
	return verify_at(text, sig, &signer.trust, TEST_NOW);
}

static void verifies_what_it_signed(void **state)
{
	(void)state;
	assert_int_equal(verify(BYTES(content), buf_bytes(&good)), 0);
}

static void signing_is_deterministic(void **state)
{
	struct buf again;
	struct err e;

	(void)state;
	assert_int_equal(cms_sign(BYTES(content), signer.key, signer.cert, &again, &e), 0);
	assert_true(bytes_equal(buf_bytes(&again), buf_bytes(&good)));
	buf_free(&again);
}

static void no_byte_of_the_signature_is_free(void **state)
{
	size_t i;
	int bit;

	(void)state;
	for (i = 0; i < good.len; i++)
		for (bit = 0; bit < 8; bit++) {
			good.data[i] ^= (uint8_t)(1 << bit);
			if (verify(BYTES(content), buf_bytes(&good)) != MEND_R_SIGNATURE)
				fail_msg("byte %zu bit %d", i, bit);
			good.data[i] ^= (uint8_t)(1 << bit);
		}
}

static void no_byte_of_the_content_is_free(void **state)
{
	struct buf text = test_copy(BYTES(content));
	size_t i;

	(void)state;
	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		assert_int_equal(verify(buf_bytes(&text), buf_bytes(&good)), MEND_R_SIGNATURE);
		text.data[i] ^= 1;
	}
	assert_int_equal(verify((struct bytes){ text.data, text.len - 1 }, buf_bytes(&good)),
			 MEND_R_SIGNATURE);
	buf_free(&text);
}

static void every_length_but_the_right_one_is_refused(void **state)
{
	struct buf longer = test_copy(buf_bytes(&good));
	size_t len;

	(void)state;
	for (len = 0; len < good.len; len++)
		assert_int_equal(verify(BYTES(content), (struct bytes){ good.data, len }),
				 MEND_R_SIGNATURE);
	buf_fill(&longer, 0, 1);
	assert_int_equal(verify(BYTES(content), buf_bytes(&longer)), MEND_R_SIGNATURE);
	buf_free(&longer);
}

static void another_key_is_refused(void **state)
{
	struct buf sig;
	struct err e;

	(void)state;
	assert_int_equal(cms_sign(BYTES(content), other.key, other.cert, &sig, &e), 0);
	assert_int_equal(verify(BYTES(content), buf_bytes(&sig)), MEND_R_SIGNATURE);
	assert_int_equal(verify_at(BYTES(content), buf_bytes(&sig), &other.trust, TEST_NOW), 0);
	/* and one whose certificate bears the same issuer and serial number */
	buf_free(&sig);
	assert_int_equal(cms_sign(BYTES(content), other.key, signer.cert, &sig, &e), -1);
	assert_int_equal(e.reason, ERR_KEY);
}

/* Names @like as the signer, but has another key: what an impostor makes. */
static X509 *impostor(X509 *like, EVP_PKEY *key)
{
	X509 *cert = X509_dup(like);

	assert_non_null(cert);
	assert_true(X509_set_pubkey(cert, key));
	assert_true(X509_sign(cert, key, EVP_sha256()));
	return cert;
}

static void an_impostor_is_refused(void **state)
{
	X509 *cert = impostor(signer.cert, other.key);
	struct trust both = { 0 };
	struct buf sig;
	struct err e;

	(void)state;
	assert_int_equal(cms_sign(BYTES(content), other.key, cert, &sig, &e), 0);
	assert_int_equal(sig.len, good.len);
	assert_int_equal(verify(BYTES(content), buf_bytes(&sig)), MEND_R_SIGNATURE);
	/* with both trusted, each signature finds its own certificate */
	assert_int_equal(trust_add(&both, cert, "a.pem", &e), 0);
	assert_int_equal(trust_add(&both, signer.cert, "b.pem", &e), 0);
	assert_int_equal(verify_at(BYTES(content), buf_bytes(&sig), &both, TEST_NOW), 0);
	assert_int_equal(verify_at(BYTES(content), buf_bytes(&good), &both, TEST_NOW), 0);
	trust_free(&both);
	X509_free(cert);
	buf_free(&sig);
}

static void validity_is_checked_to_the_second(void **state)
{
	const struct trust_cert *c = &signer.trust.certs[0];
	struct bytes sig = buf_bytes(&good), text = BYTES(content);

	(void)state;
	assert_int_equal(verify_at(text, sig, &signer.trust, c->not_before - 1),
			 MEND_R_CERT_NOT_YET_VALID);
	assert_int_equal(verify_at(text, sig, &signer.trust, c->not_before), 0);
	assert_int_equal(verify_at(text, sig, &signer.trust, c->not_after), 0);
	assert_int_equal(verify_at(text, sig, &signer.trust, c->not_after + 1),
			 MEND_R_CERT_EXPIRED);
	/* a clock that was never set */
	assert_int_equal(verify_at(text, sig, &signer.trust, 0), MEND_R_CERT_NOT_YET_VALID);
}

static void nobody_trusted_is_refused(void **state)
{
	struct trust none = { 0 };

	(void)state;
	assert_int_equal(verify_at(BYTES(content), buf_bytes(&good), &none, TEST_NOW),
			 MEND_R_SIGNATURE);
}

/* As libcrypto's own CMS code makes it, with these flags. */
static struct buf by_libcrypto(unsigned int flags, const EVP_MD *md)
{
	BIO *in = BIO_new_mem_buf(content, sizeof(content) - 1);
	CMS_ContentInfo *cms;
	struct buf out = { 0 };
	unsigned char *der = NULL;
	int len;

	flags |= CMS_BINARY | CMS_DETACHED;
	cms = CMS_sign(NULL, NULL, NULL, in, flags | CMS_PARTIAL);
	assert_non_null(cms);
	assert_non_null(CMS_add1_signer(cms, signer.cert, signer.key, md, flags));
	assert_true(CMS_final(cms, in, NULL, flags));
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	buf_append(&out, der, (size_t)len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return out;
}

static void libcrypto_makes_the_same_bytes(void **state)
{
	struct buf theirs = by_libcrypto(CMS_NOATTR | CMS_NOCERTS, EVP_sha256());

	(void)state;
	assert_int_equal(theirs.len, good.len);
	assert_memory_equal(theirs.data, good.data, good.len);
	buf_free(&theirs);
}

static void other_forms_are_refused(void **state)
{
	const struct { unsigned int flags; const EVP_MD *md; } forms[] = {
		{ CMS_NOATTR, EVP_sha256() },				/* certificate inside */
		{ CMS_NOCERTS, EVP_sha256() },				/* signed attributes */
		{ CMS_NOATTR | CMS_NOCERTS | CMS_USE_KEYID, EVP_sha256() },
		{ CMS_NOATTR | CMS_NOCERTS, EVP_sha512() },
		{ CMS_NOATTR | CMS_NOCERTS, EVP_sha1() },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct buf sig = by_libcrypto(forms[i].flags, forms[i].md);

		assert_int_equal(verify(BYTES(content), buf_bytes(&sig)), MEND_R_SIGNATURE);
		buf_free(&sig);
	}
}

static void openssl_verifies_it(void **state)
{
	char *dir = test_dir(), path[256];
	struct buf out = { 0 };
	struct err e;
	FILE *pem;

	(void)state;
	test_file(dir, "manifest", content);
	snprintf(path, sizeof(path), "%s/manifest.p7s", dir);
	assert_int_equal(fs_write(path, buf_bytes(&good), 0600, false, &e), 0);
	snprintf(path, sizeof(path), "%s/cert.pem", dir);
	pem = fopen(path, "w");
	assert_non_null(pem);
	assert_true(PEM_write_X509(pem, signer.cert));
	fclose(pem);
	assert_int_equal(test_run(&out,
				  "cd %s && openssl cms -verify -binary -inform DER -in "
				  "manifest.p7s -content manifest -certfile cert.pem -CAfile "
				  "cert.pem -purpose any -no_check_time -out /dev/null",
				  dir),
			 0);
	test_contains((char *)out.data, "uccessful");
	test_file(dir, "manifest", "something else\n");
	assert_int_not_equal(test_run(&out, "cd %s && openssl cms -verify -binary -inform DER -in "
				      "manifest.p7s -content manifest -certfile cert.pem -noverify "
				      "-out /dev/null", dir), 0);
	buf_free(&out);
	test_dir_free(dir);
}

static void a_foreign_signer_is_named(void **state)
{
	const struct trust_cert *who;
	struct err e;
	char *text;

	(void)state;
	assert_int_equal(cms_verify(BYTES(content), buf_bytes(&good), &other.trust, TEST_NOW, &who,
				    &e), -1);
	test_contains(e.message, "test signer");
	text = cms_describe(BYTES("\x30\x03\x02\x01\x01"));
	assert_null(text);
	assert_null(cms_describe(BYTES("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_it_signed),
		cmocka_unit_test(signing_is_deterministic),
		cmocka_unit_test(no_byte_of_the_signature_is_free),
		cmocka_unit_test(no_byte_of_the_content_is_free),
		cmocka_unit_test(every_length_but_the_right_one_is_refused),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(an_impostor_is_refused),
		cmocka_unit_test(validity_is_checked_to_the_second),
		cmocka_unit_test(nobody_trusted_is_refused),
		cmocka_unit_test(libcrypto_makes_the_same_bytes),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(openssl_verifies_it),
		cmocka_unit_test(a_foreign_signer_is_named),
	};

	return cmocka_run_group_tests_name("cms", tests, setup, teardown);
}
