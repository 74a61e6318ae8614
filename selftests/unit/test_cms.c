// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of a signature: a message is put together from its parts, and then
 * again with one part missing, doubled or another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cms.h"

#define SEQUENCE	0x30
#define SET		0x31
#define CONTEXT_0	0xa0

/**
 * struct bytes - DER, or a piece of it
 * @len: bytes in @at
 */
struct bytes {
	size_t len;
	u8 at[4096];
};

#define BYTES(...)	{ sizeof((u8[]){ __VA_ARGS__ }), { __VA_ARGS__ } }
#define OID_PKCS7	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07
#define OID_PKCS1	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01
#define OID_NIST_HASH	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02

static const struct bytes nothing;
static const struct bytes signed_data = BYTES(OID_PKCS7, 0x02);
static const struct bytes enveloped_data = BYTES(OID_PKCS7, 0x03);
static const struct bytes version_1 = BYTES(0x02, 0x01, 0x01);
static const struct bytes version_2 = BYTES(0x02, 0x01, 0x02);
static const struct bytes version_3 = BYTES(0x02, 0x01, 0x03);
static const struct bytes sha256_plain = BYTES(SEQUENCE, 0x0b, OID_NIST_HASH, 0x01);
static const struct bytes sha256_null = BYTES(SEQUENCE, 0x0d, OID_NIST_HASH, 0x01, 0x05, 0x00);
static const struct bytes sha512 = BYTES(SEQUENCE, 0x0b, OID_NIST_HASH, 0x03);
static const struct bytes rsa_null = BYTES(SEQUENCE, 0x0d, OID_PKCS1, 0x01, 0x05, 0x00);
static const struct bytes rsa_plain = BYTES(SEQUENCE, 0x0b, OID_PKCS1, 0x01);
static const struct bytes rsa_junk = BYTES(SEQUENCE, 0x0d, OID_PKCS1, 0x01, 0x04, 0x00);
static const struct bytes rsa_pss = BYTES(SEQUENCE, 0x0b, OID_PKCS1, 0x0a);
static const struct bytes plain_data = BYTES(SEQUENCE, 0x0b, OID_PKCS7, 0x01);
static const struct bytes other_data = BYTES(SEQUENCE, 0x0b, OID_PKCS7, 0x03);
static const struct bytes inline_data = BYTES(SEQUENCE, 0x10, OID_PKCS7, 0x01, CONTEXT_0, 0x03,
					      0x04, 0x01, 0x78);
static const struct bytes issuer = BYTES(SEQUENCE, 0x05, SEQUENCE, 0x00, 0x02, 0x01, 0x07);
static const struct bytes no_serial = BYTES(SEQUENCE, 0x02, SEQUENCE, 0x00);
static const struct bytes key_id = BYTES(0x80, 0x03, 0x01, 0x02, 0x03);
static const struct bytes empty_key_id = BYTES(0x80, 0x00);
static const struct bytes certificates = BYTES(CONTEXT_0, 0x02, SEQUENCE, 0x00);
static const struct bytes revocations = BYTES(0xa1, 0x02, SEQUENCE, 0x00);
static const struct bytes attributes = BYTES(CONTEXT_0, 0x02, SEQUENCE, 0x00);
static const struct bytes more_attributes = BYTES(0xa1, 0x02, SEQUENCE, 0x00);
static const struct bytes no_signature = BYTES(0x04, 0x00);
static const struct bytes two_bytes = BYTES(0x05, 0x00);

/* What a message is made of, in order. */
struct parts {
	const struct bytes *type;
	const struct bytes *version;
	const struct bytes *digests, *digests_more;
	const struct bytes *content;
	const struct bytes *certificates;
	const struct bytes *signer_version;
	const struct bytes *sid;
	const struct bytes *digest;
	const struct bytes *attributes;
	const struct bytes *algorithm;
	const struct bytes *signature;
	const struct bytes *signer_end, *second_signer;
	const struct bytes *data_end, *outer_end, *end;
};

static void add(struct bytes *to, const struct bytes *part)
{
	assert_true(to->len + part->len <= sizeof(to->at));
	memcpy(to->at + to->len, part->at, part->len);
	to->len += part->len;
}

/* @content in an element; long form of the length only where it is needed. */
static struct bytes wrap(u8 tag, const struct bytes *content)
{
	struct bytes out = { 0, { tag } };

	out.len = 1;
	if (content->len >= 0x100) {
		out.at[out.len++] = 0x82;
		out.at[out.len++] = content->len >> 8;
	} else if (content->len >= 0x80) {
		out.at[out.len++] = 0x81;
	}
	out.at[out.len++] = content->len & 0xff;
	add(&out, content);
	return out;
}

static struct bytes signature_of(size_t len)
{
	struct bytes value = { .len = len };

	memset(value.at, 0x5a, len);
	return wrap(0x04, &value);
}

static struct bytes build(const struct parts *p)
{
	struct bytes signer = { 0 }, signers = { 0 }, digests = { 0 }, data = { 0 }, out = { 0 };

	add(&signer, p->signer_version);
	add(&signer, p->sid);
	add(&signer, p->digest);
	add(&signer, p->attributes);
	add(&signer, p->algorithm);
	add(&signer, p->signature);
	add(&signer, p->signer_end);
	signer = wrap(SEQUENCE, &signer);
	add(&signers, &signer);
	add(&signers, p->second_signer);
	signers = wrap(SET, &signers);

	add(&digests, p->digests);
	add(&digests, p->digests_more);
	digests = wrap(SET, &digests);

	add(&data, p->version);
	add(&data, &digests);
	add(&data, p->content);
	add(&data, p->certificates);
	add(&data, &signers);
	add(&data, p->data_end);
	data = wrap(SEQUENCE, &data);
	add(&data, p->outer_end);
	data = wrap(CONTEXT_0, &data);

	add(&out, p->type);
	add(&out, &data);
	out = wrap(SEQUENCE, &out);
	add(&out, p->end);
	return out;
}

static struct bytes signature_384;

static struct parts valid(void)
{
	signature_384 = signature_of(384);
	return (struct parts){
		.type = &signed_data, .version = &version_1,
		.digests = &sha256_plain, .digests_more = &nothing,
		.content = &plain_data, .certificates = &nothing,
		.signer_version = &version_1, .sid = &issuer, .digest = &sha256_plain,
		.attributes = &nothing, .algorithm = &rsa_null, .signature = &signature_384,
		.signer_end = &nothing, .second_signer = &nothing,
		.data_end = &nothing, .outer_end = &nothing, .end = &nothing,
	};
}

/* In memory of exactly its size, so that a read behind it is seen. */
static const char *check_bytes(const u8 *at, size_t len)
{
	u8 *exact = malloc(len ? len : 1);
	const char *flaw;

	assert_non_null(exact);
	memcpy(exact, at, len);
	flaw = cms_check(exact, len);
	free(exact);
	return flaw;
}

static const char *check(const struct parts *parts)
{
	struct bytes der = build(parts);

	return check_bytes(der.at, der.len);
}

static void expect_flaw(struct parts parts, const char *expected)
{
	const char *flaw = check(&parts);

	assert_non_null(flaw);
	if (!strstr(flaw, expected))
		fail_msg("\"%s\" where \"%s\" should be", flaw, expected);
}

static void expect_none(struct parts parts)
{
	const char *flaw = check(&parts);

	if (flaw)
		fail_msg("refused: %s", flaw);
}

#define VARIED(...) ({ struct parts p_ = valid(); struct parts *p = &p_; __VA_ARGS__; p_; })

static void what_the_contract_allows_passes(void **state)
{
	(void)state;
	expect_none(valid());
	expect_none(VARIED(p->digests = p->digest = &sha256_null));
	expect_none(VARIED(p->algorithm = &rsa_plain));
	expect_none(VARIED(p->version = p->signer_version = &version_3; p->sid = &key_id));
}

/* Where the form of a length changes; wrap() writes what DER wants. */
static void signatures_of_any_length_pass(void **state)
{
	static const size_t lengths[] = { 1, 127, 128, 129, 255, 256, 257, 512, 1024 };
	struct bytes signature;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		signature = signature_of(lengths[i]);
		expect_none(VARIED(p->signature = &signature));
	}
}

static void what_it_does_not_is_named(void **state)
{
	struct bytes signer = BYTES(SEQUENCE, 0x00);

	(void)state;
	expect_flaw(VARIED(p->type = &nothing), "not DER");
	expect_flaw(VARIED(p->type = &enveloped_data), "not DER");
	expect_flaw(VARIED(p->end = &two_bytes), "behind it");
	expect_flaw(VARIED(p->outer_end = &two_bytes), "behind it");
	expect_flaw(VARIED(p->data_end = &two_bytes), "behind them");
	expect_flaw(VARIED(p->version = &version_2),
		    "unknown version");
	expect_flaw(VARIED(p->version = &version_3), "signer version");
	expect_flaw(VARIED(p->digests = &sha512), "not SHA-256");
	expect_flaw(VARIED(p->digests = &nothing), "not SHA-256");
	expect_flaw(VARIED(p->digests_more = &sha512), "not SHA-256");
	expect_flaw(VARIED(p->digest = &sha512), "not SHA-256");
	expect_flaw(VARIED(p->content = &other_data), "not plain data");
	expect_flaw(VARIED(p->content = &inline_data), "not detached");
	expect_flaw(VARIED(p->certificates = &certificates), "certificates");
	expect_flaw(VARIED(p->certificates = &revocations), "certificates");
	expect_flaw(VARIED(p->second_signer = &signer), "more than one signer");
	expect_flaw(VARIED(p->signer_version = &version_3), "signer version");
	expect_flaw(VARIED(p->sid = &key_id), "not named by");
	expect_flaw(VARIED(p->sid = &no_serial), "not named by");
	expect_flaw(VARIED(p->version = p->signer_version = &version_3), "not named by");
	expect_flaw(VARIED(p->version = p->signer_version = &version_3; p->sid = &empty_key_id),
		    "not named by");
	expect_flaw(VARIED(p->attributes = &attributes), "signed attributes");
	expect_flaw(VARIED(p->algorithm = &rsa_pss), "not RSA");
	expect_flaw(VARIED(p->algorithm = &rsa_junk), "not RSA");
	expect_flaw(VARIED(p->signature = &no_signature), "no signature");
	expect_flaw(VARIED(p->signature = &nothing), "no signature");
	expect_flaw(VARIED(p->signer_end = &more_attributes), "unsigned attributes");
}

static void no_signer_is_no_signature(void **state)
{
	/* the whole of it, with an empty SET at the end */
	static const struct bytes data = BYTES(
		SEQUENCE, 0x2c, OID_PKCS7, 0x02, CONTEXT_0, 0x1f, SEQUENCE, 0x1d,
		0x02, 0x01, 0x01, SET, 0x0d, SEQUENCE, 0x0b, OID_NIST_HASH, 0x01,
		SEQUENCE, 0x0b, OID_PKCS7, 0x01, SET, 0x00);
	struct bytes fixed = data;

	(void)state;
	fixed.at[1] = data.len - 2;
	fixed.at[14] = data.len - 15;
	fixed.at[16] = data.len - 17;
	assert_string_equal(check_bytes(fixed.at, fixed.len), "no signer");
}

static void nothing_shorter_or_longer_passes(void **state)
{
	struct parts parts = valid();
	struct bytes der = build(&parts);
	size_t len;

	(void)state;
	for (len = 0; len < der.len; len++)
		assert_non_null(check_bytes(der.at, len));
	der.at[der.len] = 0;
	assert_non_null(check_bytes(der.at, der.len + 1));
}

/*
 * Every bit outside of names, serial numbers and the value itself counts: the
 * first because tags, lengths and algorithms are compared, the others because
 * the kernel compares them.
 */
static void every_flip_outside_of_values_is_seen(void **state)
{
	struct parts parts = valid();
	struct bytes der = build(&parts);
	size_t value = der.len - 384, n, serial = 0;
	int bit;

	(void)state;
	for (n = 0; n < value; n++)
		if (!memcmp(der.at + n, issuer.at, issuer.len))
			serial = n + issuer.len - 1;
	assert_int_not_equal(serial, 0);
	for (n = 0; n < value; n++) {
		if (n == serial)
			continue;
		for (bit = 0; bit < 8; bit++) {
			der.at[n] ^= 1 << bit;
			if (!check_bytes(der.at, der.len))
				fail_msg("bit %d of byte %zu does not count", bit, n);
			der.at[n] ^= 1 << bit;
		}
	}
}

/* BER has many ways to write a length; only the shortest passes. */
static void lengths_are_definite_and_shortest(void **state)
{
	static const u8 head[] = { OID_PKCS7, 0x02 };
	struct parts parts = valid();
	struct bytes der = build(&parts), longer = { 0 };

	(void)state;
	assert_int_equal(der.at[1], 0x82);
	assert_memory_equal(der.at + 4, head, sizeof(head));
	/* 30 82 xx yy -> 30 83 00 xx yy */
	add(&longer, &der);
	memmove(longer.at + 3, longer.at + 2, der.len - 2);
	longer.at[1] = 0x83;
	longer.at[2] = 0;
	assert_non_null(check_bytes(longer.at, der.len + 1));
	/* 06 09 -> 06 81 09, with the length around it one more */
	longer.len = 0;
	add(&longer, &der);
	memmove(longer.at + 6, longer.at + 5, der.len - 5);
	longer.at[5] = 0x81;
	longer.at[3]++;
	assert_non_null(check_bytes(longer.at, der.len + 1));
	/* 128 bytes behind a length of 0x80, which means "indefinite" */
	longer = signature_of(128);
	assert_int_equal(longer.at[1], 0x81);
	memmove(longer.at + 1, longer.at + 2, 129);
	longer.len--;
	expect_flaw(VARIED(p->signature = &longer), "no signature");
	/* indefinite */
	der.at[1] = 0x80;
	assert_non_null(check_bytes(der.at, der.len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_contract_allows_passes),
		cmocka_unit_test(signatures_of_any_length_pass),
		cmocka_unit_test(what_it_does_not_is_named),
		cmocka_unit_test(no_signer_is_no_signature),
		cmocka_unit_test(nothing_shorter_or_longer_passes),
		cmocka_unit_test(every_flip_outside_of_values_is_seen),
		cmocka_unit_test(lengths_are_definite_and_shortest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
