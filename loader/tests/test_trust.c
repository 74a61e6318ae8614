// SPDX-License-Identifier: MIT
/*
 * Keys and certificates: made right, kept safe, and refused when unfit.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/x509v3.h>

#include "lib/trust.h"

static char *dir;
static char key_path[256], cert_path[256];

static int setup(void **state)
{
	struct keygen k = { .name = "a name", .bits = 3072, .start = TEST_NOW, .days = 10 };
	EVP_PKEY *key;
	struct err e;
	X509 *cert;

	(void)state;
	dir = test_dir();
	assert_int_equal(keygen_make(&k, &key, &cert, &e), 0);
	assert_int_equal(keygen_save(dir, key, cert, &e), 0);
	snprintf(key_path, sizeof(key_path), "%s/%s", dir, KEYGEN_KEY);
	snprintf(cert_path, sizeof(cert_path), "%s/%s", dir, KEYGEN_CERT);
	EVP_PKEY_free(key);
	X509_free(cert);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_dir_free(dir);
	return 0;
}

/* Makes x.key and x.pem with openssl's own command. */
static void openssl_req(const char *options)
{
	struct buf out = { 0 };

	if (test_run(&out, "cd %s && openssl req -x509 -nodes -subj /CN=x -keyout x.key -out x.pem "
		     "-days 10 %s", dir, options))
		fail_msg("openssl: %s", (char *)out.data);
	buf_free(&out);
}

static uint32_t load(const char *name)
{
	struct trust t = { 0 };
	char path[300];
	struct err e;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ret = trust_load_file(&t, path, &e);
	trust_free(&t);
	return ret ? e.reason : 0;
}

static void files_have_their_modes(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(key_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(cert_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void nothing_is_overwritten(void **state)
{
	struct keygen k = { .name = "b", .bits = 3072, .start = TEST_NOW, .days = 10 };
	struct buf before, after, out = { 0 };
	EVP_PKEY *key;
	struct err e;
	X509 *cert;

	(void)state;
	before = (struct buf){ 0 };
	after = (struct buf){ 0 };
	assert_int_equal(test_run(&before, "cat %s/*", dir), 0);
	assert_int_equal(keygen_make(&k, &key, &cert, &e), 0);
	assert_int_equal(keygen_save(dir, key, cert, &e), -1);
	assert_int_equal(e.reason, ERR_EXISTS);
	/* neither with only one of the two there */
	assert_int_equal(test_run(&out, "mv %s %s/away", key_path, dir), 0);
	assert_int_equal(keygen_save(dir, key, cert, &e), -1);
	assert_int_equal(test_run(&out, "test ! -e %s && mv %s/away %s", key_path, dir, key_path),
			 0);
	assert_int_equal(test_run(&out, "mv %s %s/away", cert_path, dir), 0);
	assert_int_equal(keygen_save(dir, key, cert, &e), -1);
	assert_int_equal(test_run(&out, "test ! -e %s && mv %s/away %s", cert_path, dir, cert_path),
			 0);
	assert_int_equal(test_run(&after, "cat %s/*", dir), 0);
	assert_string_equal((char *)before.data, (char *)after.data);
	EVP_PKEY_free(key);
	X509_free(cert);
	buf_free(&before);
	buf_free(&after);
	buf_free(&out);
}

static void the_certificate_says_what_it_is_for(void **state)
{
	struct trust t = { 0 };
	struct err e;
	X509 *x;

	(void)state;
	assert_int_equal(trust_load_file(&t, cert_path, &e), 0);
	x = t.certs[0].x509;
	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extended_key_usage(x), XKU_CODE_SIGN);
	assert_int_equal(X509_check_ca(x), 0);
	assert_int_equal(X509_self_signed(x, 1), 1);
	assert_non_null(X509_get0_subject_key_id(x));
	assert_string_equal(t.certs[0].subject, "CN=a name");
	assert_int_equal(t.certs[0].not_before, TEST_NOW);
	assert_int_equal(t.certs[0].not_after, TEST_NOW + 10 * 86400 - 1);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(x)), 3072);
	trust_free(&t);
}

static void bad_requests_are_refused(void **state)
{
	static const struct keygen bad[] = {
		{ "a", 2048, 0, 1 }, { "a", 3071, 0, 1 }, { "a", 8192, 0, 1 }, { "", 3072, 0, 1 },
		{ "a", 3072, 0, 0 }, { "a", 3072, 0, -1 }, { "a", 3072, 0, 36501 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 3072, 0, 1 },
	};
	EVP_PKEY *key;
	struct err e;
	X509 *cert;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(keygen_make(&bad[i], &key, &cert, &e), -1);
		assert_int_equal(e.reason, ERR_INPUT);
	}
}

static void a_directory_takes_all_pem_files_and_no_others(void **state)
{
	struct trust t = { 0 };
	struct err e;

	(void)state;
	openssl_req("-newkey rsa:3072");
	test_file(dir, "readme.txt", "not a certificate");
	test_file(dir, ".hidden.pem", "not a certificate");
	assert_int_equal(trust_load_dir(&t, dir, &e), 0);
	assert_int_equal(t.nr_certs, 2);
	test_contains(t.certs[0].path, "mend.pem");
	test_contains(t.certs[1].path, "x.pem");
	trust_free(&t);
}

static void a_bad_file_in_the_directory_is_an_error(void **state)
{
	struct trust t = { 0 };
	struct err e;

	(void)state;
	test_file(dir, "zz.pem", "not a certificate");
	assert_int_equal(trust_load_dir(&t, dir, &e), -1);
	assert_int_equal(e.reason, ERR_KEY);
	test_contains(e.message, "zz.pem");
	trust_free(&t);
}

static void no_certificate_is_an_error(void **state)
{
	struct trust t = { 0 };
	char *empty = test_dir();
	struct err e;

	(void)state;
	assert_int_equal(trust_load_dir(&t, empty, &e), -1);
	assert_int_equal(e.reason, MEND_R_NO_KEYS);
	assert_int_equal(e.code, EXIT_CODE_REFUSED);
	assert_int_equal(trust_load_dir(&t, "/no/such/directory", &e), -1);
	assert_int_equal(e.reason, MEND_R_NO_KEYS);
	test_dir_free(empty);
}

static void unfit_certificates_are_refused(void **state)
{
	static const char *const options[] = {
		"-newkey rsa:1024",
		"-newkey ec -pkeyopt ec_paramgen_curve:P-256",
		"-newkey ed25519",
		"-newkey rsa:3072 -addext keyUsage=critical,keyCertSign",
		"-newkey rsa:3072 -addext extendedKeyUsage=serverAuth",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		openssl_req(options[i]);
		assert_int_equal(load("x.pem"), ERR_KEY);
	}
	openssl_req("-newkey rsa:3072 -addext keyUsage=digitalSignature "
		    "-addext extendedKeyUsage=codeSigning");
	assert_int_equal(load("x.pem"), 0);
	assert_int_equal(load("x.key"), ERR_KEY);
}

static void damaged_certificates_are_refused(void **state)
{
	struct buf out = { 0 };

	(void)state;
	test_file(dir, "empty.pem", "");
	assert_int_equal(load("empty.pem"), ERR_KEY);
	assert_int_equal(test_run(&out,
				  "cd %s && head -5 mend.pem >half.pem; cat mend.pem half.pem "
				  ">both.pem; cat mend.pem mend.pem >two.pem; sed '3s/./!/' "
				  "mend.pem >wrong.pem",
				  dir),
			 0);
	assert_int_equal(load("half.pem"), ERR_KEY);
	assert_int_equal(load("both.pem"), ERR_KEY);
	assert_int_equal(load("wrong.pem"), ERR_KEY);
	assert_int_equal(load("two.pem"), 0);
	buf_free(&out);
}

static uint32_t load_key(const char *name)
{
	char path[300];
	EVP_PKEY *key;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	key = key_load(path, &e);
	EVP_PKEY_free(key);
	return key ? 0 : e.reason;
}

static void keys_load_or_say_why_not(void **state)
{
	struct buf out = { 0 };
	char path[300];
	struct err e;

	(void)state;
	assert_int_equal(load_key(KEYGEN_KEY), 0);
	assert_int_equal(load_key(KEYGEN_CERT), ERR_KEY);
	assert_int_equal(load_key("missing"), ERR_IO);
	assert_int_equal(test_run(&out,
				  "cd %s && openssl pkey -in mend.key -aes256 -passout pass:x -out "
				  "locked.key && openssl genpkey -algorithm ed25519 -out ed.key",
				  dir),
			 0);
	assert_int_equal(load_key("ed.key"), ERR_KEY);
	snprintf(path, sizeof(path), "%s/locked.key", dir);
	assert_null(key_load(path, &e));
	assert_int_equal(e.reason, ERR_KEY);
	test_contains(e.message, "encrypted");
	test_contains(e.hint, "openssl pkey");
	buf_free(&out);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_have_their_modes),
		TEST(nothing_is_overwritten),
		TEST(the_certificate_says_what_it_is_for),
		TEST(bad_requests_are_refused),
		TEST(a_directory_takes_all_pem_files_and_no_others),
		TEST(a_bad_file_in_the_directory_is_an_error),
		TEST(no_certificate_is_an_error),
		TEST(unfit_certificates_are_refused),
		TEST(damaged_certificates_are_refused),
		TEST(keys_load_or_say_why_not),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
