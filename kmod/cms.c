// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of a signature; see cms.h. Pure.
 *
 *	ContentInfo ::= SEQUENCE {
 *		contentType		signedData,
 *		[0] SEQUENCE {
 *			version		1 or 3,
 *			digestAlgorithms SET { sha256 },
 *			encapContentInfo SEQUENCE { data, nothing more },
 *			-- no certificates, no revocation lists --
 *			signerInfos SET { SEQUENCE {
 *				version	1 or 3,
 *				sid	issuer and serial, or [0] key id,
 *				digestAlgorithm		sha256,
 *				-- no signed attributes --
 *				signatureAlgorithm	rsaEncryption,
 *				signature		OCTET STRING
 *				-- no unsigned attributes --
 *			} }
 *		}
 *	}
 *
 * Both versions are 1 with issuer and serial, 3 with a key id (RFC 5652, 5.1
 * and 5.3). Lengths are definite and shortest, as DER wants them.
 */
#include "cms.h"

#define TAG_INTEGER	0x02
#define TAG_OCTETS	0x04
#define TAG_NULL	0x05
#define TAG_OID		0x06
#define TAG_SEQUENCE	0x30
#define TAG_SET		0x31
#define TAG_CONTEXT_0	0x80	/* primitive: a subject key identifier */
#define TAG_CONTEXT_0C	0xa0	/* constructed: an explicit [0] */

/* What is left of the element that is being read. */
struct der {
	const u8 *at;
	size_t left;
};

static const u8 oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
static const u8 oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const u8 oid_sha256[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 };
static const u8 oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };

/* Length octets at @der; shortest form, at most 64 KiB. */
static bool der_length(struct der *der, size_t *length)
{
	size_t n, bytes;

	if (!der->left)
		return false;
	bytes = *der->at++;
	der->left--;
	if (bytes < 0x80) {
		*length = bytes;
		return true;
	}
	bytes &= 0x7f;
	if (bytes < 1 || bytes > 2 || bytes > der->left)
		return false;
	for (n = 0, *length = 0; n < bytes; n++)
		*length = *length << 8 | der->at[n];
	der->at += bytes;
	der->left -= bytes;
	return *length >= (bytes == 1 ? 0x80 : 0x100);
}

/* Take the element @tag off @der; its content becomes @content. */
static bool der_take(struct der *der, u8 tag, struct der *content)
{
	struct der rest = *der;
	size_t length;

	if (!rest.left || *rest.at != tag)
		return false;
	rest.at++;
	rest.left--;
	if (!der_length(&rest, &length) || length > rest.left)
		return false;
	content->at = rest.at;
	content->left = length;
	der->at = rest.at + length;
	der->left = rest.left - length;
	return true;
}

static bool der_take_oid(struct der *der, const u8 *oid, size_t len)
{
	struct der content;

	return der_take(der, TAG_OID, &content) && content.left == len &&
	       !memcmp(content.at, oid, len);
}

static bool der_take_version(struct der *der, u8 *version)
{
	struct der content;

	if (!der_take(der, TAG_INTEGER, &content) || content.left != 1)
		return false;
	*version = *content.at;
	return *version == 1 || *version == 3;
}

/* An AlgorithmIdentifier without parameters, or with NULL. */
static bool der_take_algorithm(struct der *der, const u8 *oid, size_t len)
{
	struct der algorithm, null;

	if (!der_take(der, TAG_SEQUENCE, &algorithm) || !der_take_oid(&algorithm, oid, len))
		return false;
	if (!algorithm.left)
		return true;
	return der_take(&algorithm, TAG_NULL, &null) && !null.left && !algorithm.left;
}

/* Who: the element's inside is compared with certificates by the kernel. */
static bool der_take_sid(struct der *der, u8 version)
{
	struct der sid, part;

	if (version == 3)
		return der_take(der, TAG_CONTEXT_0, &sid) && sid.left;
	return der_take(der, TAG_SEQUENCE, &sid) && der_take(&sid, TAG_SEQUENCE, &part) &&
	       der_take(&sid, TAG_INTEGER, &part) && part.left && !sid.left;
}

static const char *check_signer(struct der infos, u8 outer_version)
{
	struct der info, signature;
	u8 version;

	if (!der_take(&infos, TAG_SEQUENCE, &info))
		return "no signer";
	if (infos.left)
		return "more than one signer";
	if (!der_take_version(&info, &version) || version != outer_version)
		return "unknown signer version";
	if (!der_take_sid(&info, version))
		return "the signer is not named by issuer and serial or by key id";
	if (!der_take_algorithm(&info, oid_sha256, sizeof(oid_sha256)))
		return "the digest is not SHA-256";
	if (info.left && *info.at == TAG_CONTEXT_0C)
		return "there are signed attributes";
	if (!der_take_algorithm(&info, oid_rsa, sizeof(oid_rsa)))
		return "the signature is not RSA";
	if (!der_take(&info, TAG_OCTETS, &signature) || !signature.left)
		return "no signature value";
	if (info.left)
		return "there are unsigned attributes";
	return NULL;
}

static const char *check_signed_data(struct der data)
{
	struct der digests, content, infos;
	u8 version;

	if (!der_take_version(&data, &version))
		return "unknown version";
	if (!der_take(&data, TAG_SET, &digests) ||
	    !der_take_algorithm(&digests, oid_sha256, sizeof(oid_sha256)) || digests.left)
		return "the digest is not SHA-256";
	if (!der_take(&data, TAG_SEQUENCE, &content) ||
	    !der_take_oid(&content, oid_data, sizeof(oid_data)))
		return "what is signed is not plain data";
	if (content.left)
		return "it is not detached";
	if (data.left && *data.at != TAG_SET)
		return "it brings certificates or revocation lists along";
	if (!der_take(&data, TAG_SET, &infos) || data.left)
		return "no signers, or something behind them";
	return check_signer(infos, version);
}

const char *cms_check(const u8 *der, size_t len)
{
	struct der rest = { der, len }, info, explicit, data;

	if (!der_take(&rest, TAG_SEQUENCE, &info) ||
	    !der_take_oid(&info, oid_signed_data, sizeof(oid_signed_data)) ||
	    !der_take(&info, TAG_CONTEXT_0C, &explicit) ||
	    !der_take(&explicit, TAG_SEQUENCE, &data))
		return "it is not DER of CMS SignedData";
	if (rest.left || info.left || explicit.left)
		return "something stands behind it";
	return check_signed_data(data);
}
