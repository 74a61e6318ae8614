// SPDX-License-Identifier: MIT
/*
 * Making keys. The certificate says what it is for and that it is no
 * authority: digitalSignature, codeSigning, CA:FALSE.
 */
#include "keygen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "fs.h"

#define DAY	86400

static bool add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

/* Positive, and never more than the 20 bytes that RFC 5280 allows. */
static bool set_serial(X509 *cert)
{
	BIGNUM *bn = BN_new();
	bool ok = bn && BN_rand(bn, 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
		  BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));

	BN_free(bn);
	return ok;
}

static bool set_name(X509 *cert, const char *cn)
{
	X509_NAME *name = X509_get_subject_name(cert);

	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1,
					  -1, 0) &&
	       X509_set_issuer_name(cert, name);
}

static bool set_times(X509 *cert, const struct keygen *k)
{
	int64_t end = k->start + (int64_t)k->days * DAY - 1;

	return ASN1_TIME_set(X509_getm_notBefore(cert), k->start) &&
	       ASN1_TIME_set(X509_getm_notAfter(cert), end);
}

static X509 *make_cert(const struct keygen *k, EVP_PKEY *key)
{
	X509 *cert = X509_new();

	if (cert && X509_set_version(cert, X509_VERSION_3) && set_serial(cert) &&
	    set_name(cert, k->name) && set_times(cert, k) && X509_set_pubkey(cert, key) &&
	    add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(cert, NID_ext_key_usage, "codeSigning") &&
	    add_extension(cert, NID_subject_key_identifier, "hash") &&
	    add_extension(cert, NID_authority_key_identifier, "keyid:always") &&
	    X509_sign(cert, key, EVP_sha256()))
		return cert;
	X509_free(cert);
	return NULL;
}

static int check(const struct keygen *k, struct err *e)
{
	size_t len = strlen(k->name);

	if (k->bits != 3072 && k->bits != 4096)
		return err_set(e, ERR_INPUT, "a key has 3072 or 4096 bits, not %d", k->bits);
	if (!len || len > 64)
		return err_set(e, ERR_INPUT, "a common name has 1 to 64 bytes");
	if (k->days < 1 || k->days > 36500)
		return err_set(e, ERR_INPUT, "a certificate is valid for 1 to 36500 days");
	return 0;
}

int keygen_make(const struct keygen *k, EVP_PKEY **key, X509 **cert, struct err *e)
{
	if (check(k, e))
		return -1;
	*key = EVP_RSA_gen((unsigned int)k->bits);
	if (!*key)
		return crypto_error(e, "cannot make a key");
	*cert = make_cert(k, *key);
	if (*cert)
		return 0;
	EVP_PKEY_free(*key);
	return crypto_error(e, "cannot make a certificate");
}

static int write_bio(BIO *bio, const char *path, mode_t mode, struct err *e)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return fs_write(path, (struct bytes){ (uint8_t *)data, (size_t)len }, mode, false, e);
}

static int save_key(const char *path, EVP_PKEY *key, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	int ret;

	if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
		ret = crypto_error(e, "cannot encode the key");
	else
		ret = write_bio(bio, path, 0600, e);
	BIO_free(bio);
	return ret;
}

static int save_cert(const char *path, X509 *cert, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int ret;

	if (!bio || !PEM_write_bio_X509(bio, cert))
		ret = crypto_error(e, "cannot encode the certificate");
	else
		ret = write_bio(bio, path, 0644, e);
	BIO_free(bio);
	return ret;
}

static int save_both(const char *key_path, const char *cert_path, EVP_PKEY *key, X509 *cert,
		     struct err *e)
{
	if (!access(cert_path, F_OK))
		return err_set(e, ERR_EXISTS, "'%s' exists already", cert_path);
	if (save_key(key_path, key, e))
		return -1;
	if (!save_cert(cert_path, cert, e))
		return 0;
	unlink(key_path);	/* a key without its certificate is of no use */
	return -1;
}

int keygen_save(const char *dir, EVP_PKEY *key, X509 *cert, struct err *e)
{
	char *key_path = fs_path(dir, KEYGEN_KEY), *cert_path = fs_path(dir, KEYGEN_CERT);
	int ret;

	if (mkdir(dir, 0700) && errno != EEXIST)
		ret = err_errno(e, ERR_IO, errno, "cannot make the directory '%s'", dir);
	else if (!key_path || !cert_path)
		ret = err_nomem(e);
	else
		ret = save_both(key_path, cert_path, key, cert, e);
	free(key_path);
	free(cert_path);
	return ret;
}
