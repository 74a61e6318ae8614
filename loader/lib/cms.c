// SPDX-License-Identifier: MIT
/*
 * Signing and verifying manifests.
 */
#include "cms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include <linux/mend.h>

#define DER_SEQUENCE	0x30
#define DER_SET		0x31
#define DER_OCTETS	0x04
#define DER_CONTEXT_0	0xa0

static const uint8_t oid_signed_data[] = {
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02
};
static const uint8_t version_1[] = { 0x02, 0x01, 0x01 };
/* SEQUENCE { sha256 }, parameters absent as RFC 5754 wants */
static const uint8_t digest_algorithm[] = {
	0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01
};
/* SEQUENCE { rsaEncryption, NULL } */
static const uint8_t signature_algorithm[] = {
	0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
};
/* SEQUENCE { data }, the content itself being elsewhere */
static const uint8_t content_data[] = {
	0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01
};

static void der_header(struct buf *out, uint8_t tag, size_t len)
{
	uint8_t h[4] = { tag };

	if (len < 0x80) {
		h[1] = (uint8_t)len;
		buf_append(out, h, 2);
	} else if (len < 0x100) {
		h[1] = 0x81;
		h[2] = (uint8_t)len;
		buf_append(out, h, 3);
	} else {
		h[1] = 0x82;
		h[2] = (uint8_t)(len >> 8);
		h[3] = (uint8_t)len;
		buf_append(out, h, 4);
	}
}

/*
 * Wrap what is in @b from @start on into a header for @missing bytes more:
 * the DER is written from the inside out, the signature value being last in
 * every structure and not there yet.
 */
static void der_wrap(struct buf *b, uint8_t tag, size_t missing)
{
	struct buf out = { 0 };

	der_header(&out, tag, b->len + missing);
	buf_append(&out, b->data, b->len);
	out.failed |= b->failed;
	buf_free(b);
	*b = out;
}

static void der_prepend(struct buf *b, const uint8_t *data, size_t len)
{
	struct buf out = { 0 };

	buf_append(&out, data, len);
	buf_append(&out, b->data, b->len);
	out.failed |= b->failed;
	buf_free(b);
	*b = out;
}

/* IssuerAndSerialNumber, from the certificate's own encoding */
static int put_issuer_serial(struct buf *b, X509 *cert)
{
	unsigned char *issuer = NULL, *serial = NULL;
	int issuer_len = i2d_X509_NAME(X509_get_issuer_name(cert), &issuer);
	int serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &serial);
	bool ok = issuer_len > 0 && serial_len > 0 && issuer_len + serial_len < 0x4000;

	if (ok) {
		buf_append(b, issuer, (size_t)issuer_len);
		buf_append(b, serial, (size_t)serial_len);
		der_wrap(b, DER_SEQUENCE, 0);
	}
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	return ok ? 0 : -1;
}

/* Everything before the signature value of @siglen bytes. */
static int make_prefix(X509 *cert, size_t siglen, struct buf *b, struct err *e)
{
	memset(b, 0, sizeof(*b));
	if (put_issuer_serial(b, cert)) {
		buf_free(b);
		return crypto_error(e, "cannot encode the certificate's issuer and serial number");
	}
	/* SignerInfo */
	der_prepend(b, version_1, sizeof(version_1));
	buf_append(b, digest_algorithm, sizeof(digest_algorithm));
	buf_append(b, signature_algorithm, sizeof(signature_algorithm));
	der_header(b, DER_OCTETS, siglen);
	der_wrap(b, DER_SEQUENCE, siglen);
	der_wrap(b, DER_SET, siglen);
	/* SignedData */
	der_prepend(b, content_data, sizeof(content_data));
	der_prepend(b, digest_algorithm, sizeof(digest_algorithm));
	der_prepend(b, (const uint8_t[]){ DER_SET, sizeof(digest_algorithm) }, 2);
	der_prepend(b, version_1, sizeof(version_1));
	der_wrap(b, DER_SEQUENCE, siglen);
	/* ContentInfo */
	der_wrap(b, DER_CONTEXT_0, siglen);
	der_prepend(b, oid_signed_data, sizeof(oid_signed_data));
	der_wrap(b, DER_SEQUENCE, siglen);
	if (!b->failed)
		return 0;
	buf_free(b);
	return err_nomem(e);
}

static size_t signature_size(X509 *cert)
{
	int size = EVP_PKEY_get_size(X509_get0_pubkey(cert));

	return size > 0 ? (size_t)size : 0;
}

static int rsa_sign(struct bytes content, EVP_PKEY *key, struct buf *out, struct err *e)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[TRUST_BITS_MAX / 8];
	size_t len = sizeof(sig);
	bool ok;

	ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(ctx, sig, &len, content.data, content.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return crypto_error(e, "cannot sign");
	buf_append(out, sig, len);
	return out->failed ? err_nomem(e) : 0;
}

static bool rsa_verify(struct bytes content, struct bytes sig, X509 *cert)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
					 X509_get0_pubkey(cert)) == 1 &&
	     EVP_DigestVerify(ctx, sig.data, sig.len, content.data, content.len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

int cms_sign(struct bytes content, EVP_PKEY *key, X509 *cert, struct buf *out, struct err *e)
{
	size_t siglen = signature_size(cert);

	if (EVP_PKEY_eq(key, X509_get0_pubkey(cert)) != 1)
		return err_set(e, ERR_KEY, "the key does not belong to the certificate");
	if (make_prefix(cert, siglen, out, e))
		return -1;
	if (rsa_sign(content, key, out, e)) {
		buf_free(out);
		return -1;
	}
	return 0;
}

static int no_signer(struct bytes signature, const struct trust *trust, struct err *e)
{
	char *who = cms_describe(signature);

	if (who)
		err_set(e, MEND_R_SIGNATURE,
			"the signature names %s, which is none of the %zu trusted certificates, or "
			"is not encoded as mend encodes it",
			who, trust->nr_certs);
	else
		err_set(e, MEND_R_SIGNATURE, "the signature is not a detached CMS with one signer");
	free(who);
	return -1;
}

int cms_verify(struct bytes content, struct bytes signature, const struct trust *trust,
	       int64_t now, const struct trust_cert **signer, struct err *e)
{
	bool named = false;
	size_t i;

	for (i = 0; i < trust->nr_certs; i++) {
		const struct trust_cert *c = &trust->certs[i];
		size_t siglen = signature_size(c->x509);
		struct bytes sig, head;
		struct buf prefix;
		bool match;

		if (signature.len < siglen)
			continue;
		head = (struct bytes){ signature.data, signature.len - siglen };
		sig = (struct bytes){ signature.data + head.len, siglen };
		if (make_prefix(c->x509, siglen, &prefix, e))
			return -1;
		match = bytes_equal(head, buf_bytes(&prefix));
		buf_free(&prefix);
		if (!match)
			continue;
		named = true;
		/* Two certificates may share issuer and serial: go on looking. */
		if (!rsa_verify(content, sig, c->x509))
			continue;
		*signer = c;
		return trust_check_time(c, now, e);
	}
	if (named)
		return err_set(e, MEND_R_SIGNATURE,
			       "the signature does not fit the manifest: one of them was changed");
	return no_signer(signature, trust, e);
}

static char *describe_signer(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	ASN1_OCTET_STRING *keyid = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;
	char *text = NULL, *number;
	char name[200];
	BIGNUM *bn;

	if (sk_CMS_SignerInfo_num(infos) != 1 ||
	    !CMS_SignerInfo_get0_signer_id(sk_CMS_SignerInfo_value(infos, 0), &keyid, &issuer,
					   &serial) || !issuer || !serial)
		return NULL;
	X509_NAME_oneline(issuer, name, sizeof(name));
	bn = ASN1_INTEGER_to_BN(serial, NULL);
	number = bn ? BN_bn2hex(bn) : NULL;
	if (number && asprintf(&text, "the signer %s, serial number %.80s", name, number) < 0)
		text = NULL;
	OPENSSL_free(number);
	BN_free(bn);
	return text;
}

char *cms_describe(struct bytes signature)
{
	CMS_ContentInfo *cms;
	const uint8_t *p = signature.data;
	char *text = NULL;

	if (!signature.len || signature.len > MEND_SIGNATURE_MAX)
		return NULL;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)signature.len);
	if (cms && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed)
		text = describe_signer(cms);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return text;
}
