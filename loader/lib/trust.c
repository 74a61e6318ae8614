// SPDX-License-Identifier: MIT
/*
 * Loading certificates and keys, and what they must be fit for.
 */
#include "trust.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <linux/mend.h>

#include "fs.h"
#include "utc.h"

#define PEM_MAX		(256U << 10)

int crypto_error(struct err *e, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	err_set(e, ERR_CRYPTO, "%s: %s", what, reason ? reason : "libcrypto gives no reason");
	ERR_clear_error();
	return -1;
}

static bool asn1_seconds(const ASN1_TIME *t, int64_t *seconds)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(t, &tm))
		return false;
	*seconds = utc_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
				 tm.tm_min, tm.tm_sec);
	return true;
}

static char *subject_string(X509 *x509)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text = NULL;
	long len;

	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(x509), 0, XN_FLAG_RFC2253) >= 0) {
		len = BIO_get_mem_data(bio, &data);
		text = strndup(data, len > 0 ? (size_t)len : 0);
	}
	BIO_free(bio);
	return text;
}

/* Extensions that are absent restrict nothing. */
static int check_usage(X509 *x509, const char *path, struct err *e)
{
	uint32_t key = X509_get_key_usage(x509), ext = X509_get_extended_key_usage(x509);

	if (!(key & KU_DIGITAL_SIGNATURE))
		return err_set(e, ERR_KEY, "the certificate '%s' is not for digital signatures",
			       path);
	if (!(ext & (XKU_CODE_SIGN | XKU_ANYEKU)))
		return err_set(e, ERR_KEY, "the certificate '%s' is not for code signing", path);
	return 0;
}

static int check_rsa(const EVP_PKEY *key, const char *path, struct err *e)
{
	int bits;

	if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return err_set(e, ERR_KEY, "'%s' is not an RSA key: kernels before 6.12 verify no "
			       "other kind", path);
	bits = EVP_PKEY_get_bits(key);
	if (bits < TRUST_BITS_MIN || bits > TRUST_BITS_MAX)
		return err_set(e, ERR_KEY, "'%s' has %d bits; it must have %d to %d", path, bits,
			       TRUST_BITS_MIN, TRUST_BITS_MAX);
	return 0;
}

static int fill(struct trust_cert *c, X509 *x509, const char *path, struct err *e)
{
	uint8_t digest[32];
	unsigned int len = sizeof(digest);

	if (!asn1_seconds(X509_get0_notBefore(x509), &c->not_before) ||
	    !asn1_seconds(X509_get0_notAfter(x509), &c->not_after))
		return err_set(e, ERR_KEY, "the certificate '%s' has an unreadable validity", path);
	if (!X509_digest(x509, EVP_sha256(), digest, &len))
		return crypto_error(e, "cannot digest a certificate");
	hex_encode(c->fingerprint, digest, sizeof(digest));
	c->path = strdup(path);
	c->subject = subject_string(x509);
	if (!c->path || !c->subject || !X509_up_ref(x509))
		return err_nomem(e);
	c->x509 = x509;
	return 0;
}

static void cert_free(struct trust_cert *c)
{
	X509_free(c->x509);
	free(c->path);
	free(c->subject);
}

int trust_add(struct trust *t, X509 *x509, const char *path, struct err *e)
{
	struct trust_cert c = { 0 }, *certs;

	if (check_rsa(X509_get0_pubkey(x509), path, e) || check_usage(x509, path, e))
		return -1;
	if (fill(&c, x509, path, e)) {
		cert_free(&c);
		return -1;
	}
	certs = reallocarray(t->certs, t->nr_certs + 1, sizeof(c));
	if (!certs) {
		cert_free(&c);
		return err_nomem(e);
	}
	t->certs = certs;
	t->certs[t->nr_certs++] = c;
	return 0;
}

/* A key is never asked for on the terminal by the library. */
static int no_passphrase(char *buf, int size, int rwflag, void *data)
{
	(void)buf, (void)size, (void)rwflag;
	*(bool *)data = true;
	return -1;
}

static int add_all(struct trust *t, BIO *bio, const char *path, struct err *e)
{
	bool asked = false;
	size_t found = 0;
	X509 *x509;
	int ret;

	while ((x509 = PEM_read_bio_X509(bio, NULL, no_passphrase, &asked))) {
		ret = trust_add(t, x509, path, e);
		X509_free(x509);
		if (ret)
			return -1;
		found++;
	}
	/* The end of the file, or something that is no certificate */
	ret = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	if (found && ret)
		return 0;
	return err_set(e, ERR_KEY, found ? "'%s' holds something that is not a PEM certificate" :
		       "'%s' holds no PEM certificate", path);
}

int trust_load_file(struct trust *t, const char *path, struct err *e)
{
	struct buf pem;
	BIO *bio;
	int ret;

	if (fs_read(path, PEM_MAX, &pem, e))
		return -1;
	bio = BIO_new_mem_buf(pem.data ? pem.data : (const void *)"", (int)pem.len);
	ret = bio ? add_all(t, bio, path, e) : err_nomem(e);
	BIO_free(bio);
	buf_free(&pem);
	return ret;
}

bool trust_is_file(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && name[0] != '.' && !strcmp(name + len - 4, ".pem");
}

static int is_pem(const struct dirent *d)
{
	return trust_is_file(d->d_name);
}

int trust_load_dir(struct trust *t, const char *dir, struct err *e)
{
	struct dirent **names;
	int i, n, ret = 0;

	n = scandir(dir, &names, is_pem, alphasort);
	if (n < 0 && errno == ENOENT)
		return err_set(e, MEND_R_NO_KEYS, "there is no directory '%s' with trusted "
			       "certificates", dir);
	if (n < 0)
		return err_errno(e, ERR_IO, errno, "cannot list '%s'", dir);
	if (!n)
		ret = err_set(e, MEND_R_NO_KEYS, "there is no trusted certificate (*.pem) in '%s'",
			      dir);
	for (i = 0; i < n; i++) {
		char *path = fs_path(dir, names[i]->d_name);

		if (!ret)
			ret = path ? trust_load_file(t, path, e) : err_nomem(e);
		free(path);
		free(names[i]);
	}
	free(names);
	return ret;
}

int trust_check_time(const struct trust_cert *c, int64_t now, struct err *e)
{
	char when[UTC_LEN] = "?";

	if (now < c->not_before) {
		utc_format(c->not_before, when);
		return err_set(e, MEND_R_CERT_NOT_YET_VALID,
			       "the signer's certificate (%s) is valid only from %s", c->subject,
			       when);
	}
	if (now > c->not_after) {
		utc_format(c->not_after, when);
		return err_set(e, MEND_R_CERT_EXPIRED,
			       "the signer's certificate (%s) has expired on %s", c->subject, when);
	}
	return 0;
}

void trust_free(struct trust *t)
{
	size_t i;

	for (i = 0; i < t->nr_certs; i++)
		cert_free(&t->certs[i]);
	free(t->certs);
	memset(t, 0, sizeof(*t));
}

static EVP_PKEY *read_key(BIO *bio, const char *path, struct err *e)
{
	bool asked = false;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);

	ERR_clear_error();
	if (!key && asked)
		err_set(e, ERR_KEY, "the key '%s' is encrypted", path);
	else if (!key)
		err_set(e, ERR_KEY, "'%s' holds no PEM private key", path);
	if (asked)
		err_hint(e,
			 "decrypt it first, where nobody else can read it: openssl pkey -in '%s' "
			 "-out FILE",
			 path);
	if (key && check_rsa(key, path, e)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

EVP_PKEY *key_load(const char *path, struct err *e)
{
	EVP_PKEY *key = NULL;
	struct buf pem;
	BIO *bio;

	if (fs_read(path, PEM_MAX, &pem, e))
		return NULL;
	bio = BIO_new_mem_buf(pem.data ? pem.data : (const void *)"", (int)pem.len);
	if (bio)
		key = read_key(bio, path, e);
	else
		err_nomem(e);
	BIO_free(bio);
	if (pem.data)
		OPENSSL_cleanse(pem.data, pem.cap);
	buf_free(&pem);
	return key;
}
