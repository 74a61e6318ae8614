// SPDX-License-Identifier: MIT
/*
 * Whole bundles: every byte flipped, every length, members added, missing and
 * moved, and policy.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/cms.h"
#include "lib/pack.h"
#include "lib/ustar.h"

static struct signer signer;
static struct buf good;

static int setup(void **state)
{
	(void)state;
	test_signer(&signer, TEST_NOW - 1000);
	test_bundle(&good, &signer, NULL, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_signer_free(&signer);
	buf_free(&good);
	return 0;
}

static uint32_t open_good(struct bytes file)
{
	return test_open(file, &signer.trust, TEST_NOW);
}

static void a_good_bundle_opens(void **state)
{
	struct buf copy = test_copy(buf_bytes(&good));
	struct bundle b;
	struct bytes p;
	struct err e;

	(void)state;
	assert_int_equal(bundle_open(&b, &copy, &signer.trust, TEST_NOW, &e), 0);
	assert_ptr_equal(b.signer, &signer.trust.certs[0]);
	assert_int_equal(b.manifest.nr_payloads, 2);
	p = bundle_payload(&b, &b.manifest.payloads[1]);
	assert_true(bytes_equal(p, BYTES(TEST_PAYLOAD_2)));
	assert_true(bytes_equal(b.vex, BYTES(TEST_VEX)));
	assert_int_equal(b.sbom.len, 0);
	bundle_free(&b);
}

static void every_flipped_byte_is_refused(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x20, 0x80 };
	size_t i, f;

	(void)state;
	for (i = 0; i < good.len; i++)
		for (f = 0; f < sizeof(flips); f++) {
			good.data[i] ^= flips[f];
			if (!open_good(buf_bytes(&good)))
				fail_msg("byte %zu xor 0x%02x was accepted", i, flips[f]);
			good.data[i] ^= flips[f];
		}
	assert_int_equal(open_good(buf_bytes(&good)), 0);
}

/* Also where no signature is looked at, nothing but it may differ. */
static void without_trust_only_the_signature_may_differ(void **state)
{
	size_t i, accepted = 0, signature = 0, end = 0;
	struct ustar_reader r = { buf_bytes(&good), 0 };
	struct bytes manifest, sig;
	struct err e;

	(void)state;
	assert_int_equal(ustar_next(&r, "manifest", 100000, &manifest, &e), 0);
	assert_int_equal(ustar_next(&r, "manifest.p7s", 100000, &sig, &e), 0);
	signature = (size_t)(sig.data - good.data);
	end = signature + sig.len;
	for (i = 0; i < good.len; i++) {
		good.data[i] ^= 1;
		if (!test_open(buf_bytes(&good), NULL, 0)) {
			bool in_text = i >= 512 && i < 512 + manifest.len;

			/* the manifest's own text may turn into another valid one */
			assert_true(in_text || (i >= signature && i < end));
			accepted++;
		}
		good.data[i] ^= 1;
	}
	assert_true(accepted >= sig.len);
}

static void every_truncation_is_refused(void **state)
{
	size_t len;

	(void)state;
	for (len = 0; len < good.len; len++)
		assert_int_not_equal(open_good((struct bytes){ good.data, len }), 0);
}

static void anything_behind_is_refused(void **state)
{
	struct buf longer = test_copy(buf_bytes(&good));
	int i;

	(void)state;
	for (i = 0; i < 1024; i += 256) {
		buf_fill(&longer, 0, i ? 256 : 1);
		assert_int_equal(open_good(buf_bytes(&longer)), ERR_CONTAINER);
	}
	buf_free(&longer);
}

static void the_digest_is_of_every_member(void **state)
{
	static const char *const members[] = {
		TEST_PAYLOAD_1, TEST_PAYLOAD_2, TEST_VEX
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		uint8_t *at = memmem(good.data, good.len, members[i], strlen(members[i]));

		assert_non_null(at);
		*at ^= 1;
		assert_int_equal(open_good(buf_bytes(&good)), MEND_R_DIGEST);
		*at ^= 1;
	}
}

struct part { const char *name, *content; };

/* Signed manifest and signature as they are, then these members. */
static uint32_t open_with(const struct part *parts, size_t n)
{
	struct ustar_reader r = { buf_bytes(&good), 0 };
	struct buf b = { 0 };
	struct bytes data;
	struct err e;
	uint32_t ret;
	size_t i;

	assert_int_equal(ustar_next(&r, "manifest", 100000, &data, &e), 0);
	ustar_add(&b, "manifest", data);
	assert_int_equal(ustar_next(&r, "manifest.p7s", 100000, &data, &e), 0);
	ustar_add(&b, "manifest.p7s", data);
	for (i = 0; i < n; i++)
		ustar_add(&b, parts[i].name, (struct bytes){ (const uint8_t *)parts[i].content,
							     strlen(parts[i].content) });
	ustar_finish(&b);
	ret = open_good(buf_bytes(&b));
	buf_free(&b);
	return ret;
}

#define ONE	{ "payload/" TEST_RELEASE ".ko", TEST_PAYLOAD_1 }
#define TWO	{ "payload/6.12~rc1+x_y-amd64.ko", TEST_PAYLOAD_2 }
#define VEX	{ "vex.json", TEST_VEX }
#define OPEN(...) open_with((const struct part[]){ __VA_ARGS__ }, \
		  sizeof((const struct part[]){ __VA_ARGS__ }) / sizeof(struct part))

static void members_are_exactly_those_named_in_their_order(void **state)
{
	(void)state;
	assert_int_equal(OPEN(ONE, TWO, VEX), 0);
	assert_int_equal(OPEN(TWO, ONE, VEX), ERR_CONTAINER);
	assert_int_equal(OPEN(VEX, ONE, TWO), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, VEX), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, TWO), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, ONE, TWO, VEX), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, TWO, VEX, VEX), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, TWO, VEX, { "sbom.json", "{}" }), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, TWO, { "extra", "x" }, VEX), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, TWO, VEX, { "/etc/passwd", "x" }), ERR_CONTAINER);
	assert_int_equal(OPEN(ONE, TWO, VEX, { "../x", "x" }), ERR_CONTAINER);
	assert_int_equal(OPEN({ "payload/" TEST_RELEASE ".ko", TEST_PAYLOAD_2 }, TWO, VEX),
			 MEND_R_DIGEST);
	assert_int_equal(OPEN({ "payload/" TEST_RELEASE ".ko", "" }, TWO, VEX), MEND_R_DIGEST);
}

static void manifest_and_signature_keep_their_places(void **state)
{
	struct buf b = { 0 }, manifest = { 0 };

	(void)state;
	test_manifest(&manifest, NULL, NULL);
	ustar_add(&b, "manifest.p7s", BYTES("x"));
	ustar_add(&b, "manifest", buf_bytes(&manifest));
	ustar_finish(&b);
	assert_int_equal(open_good(buf_bytes(&b)), ERR_CONTAINER);
	b.len = 0;
	ustar_finish(&b);
	assert_int_equal(open_good(buf_bytes(&b)), ERR_CONTAINER);
	buf_free(&b);
	buf_free(&manifest);
}

static void an_unsigned_bundle_is_refused(void **state)
{
	struct buf b = { 0 };
	struct buf copy;
	struct bundle opened;
	struct err e;

	(void)state;
	test_bundle(&b, NULL, NULL, NULL);
	assert_int_equal(open_good(buf_bytes(&b)), ERR_UNSIGNED);
	assert_int_equal(test_open(buf_bytes(&b), NULL, 0), 0);
	copy = test_copy(buf_bytes(&b));
	assert_int_equal(bundle_open(&opened, &copy, &signer.trust, TEST_NOW, &e), -1);
	assert_int_equal(e.code, EXIT_CODE_REFUSED);
	test_contains(e.hint, "mend sign");
	buf_free(&b);
}

/* Order matters: what is not signed is not parsed. */
static void the_signature_comes_before_the_manifest(void **state)
{
	struct buf b = { 0 };

	(void)state;
	ustar_add(&b, "manifest", BYTES("nonsense"));
	ustar_add(&b, "manifest.p7s", BYTES("nonsense"));
	ustar_finish(&b);
	assert_int_equal(open_good(buf_bytes(&b)), MEND_R_SIGNATURE);
	assert_int_equal(test_open(buf_bytes(&b), NULL, 0), MEND_R_MANIFEST_SYNTAX);
	buf_free(&b);
}

static void members_have_limits(void **state)
{
	struct buf b = { 0 }, big = { 0 };

	(void)state;
	buf_fill(&big, 'x', MEND_MANIFEST_MAX + 1);
	ustar_add(&b, "manifest", buf_bytes(&big));
	ustar_finish(&b);
	assert_int_equal(open_good(buf_bytes(&b)), ERR_TOO_LARGE);
	b.len = 0;
	ustar_add(&b, "manifest", BYTES("x"));
	ustar_add(&b, "manifest.p7s", buf_bytes(&big));
	ustar_finish(&b);
	assert_int_equal(open_good(buf_bytes(&b)), ERR_TOO_LARGE);
	b.len = 0;
	ustar_add(&b, "manifest", BYTES("x"));
	ustar_add(&b, "manifest.p7s", BYTES(""));
	ustar_finish(&b);
	assert_int_equal(open_good(buf_bytes(&b)), ERR_CONTAINER);
	buf_free(&b);
	buf_free(&big);
}

static void expiry_is_checked_to_the_second(void **state)
{
	struct buf b = { 0 };

	(void)state;
	test_bundle(&b, &signer, "expires", "expires 2025-06-15T15:06:41Z\n");
	assert_int_equal(test_open(buf_bytes(&b), &signer.trust, TEST_NOW), 0);
	assert_int_equal(test_open(buf_bytes(&b), &signer.trust, TEST_NOW + 1),
			 MEND_R_MANIFEST_EXPIRED);
	/* without trust there is no policy */
	assert_int_equal(test_open(buf_bytes(&b), NULL, TEST_NOW + 1), 0);
	b.len = 0;
	test_bundle(&b, &signer, "expires", "");
	assert_int_equal(test_open(buf_bytes(&b), &signer.trust, TEST_NOW + 1), 0);
	b.len = 0;
	test_bundle(&b, &signer, "expires", "expires 1970-01-01T00:00:00Z\n");
	assert_int_equal(test_open(buf_bytes(&b), &signer.trust, TEST_NOW),
			 MEND_R_MANIFEST_EXPIRED);
	buf_free(&b);
}

static void a_bundle_from_the_future_means_an_unset_clock(void **state)
{
	struct buf b = { 0 };

	(void)state;
	test_bundle(&b, &signer, "created", "created 2025-06-16T15:06:40Z\n");
	assert_int_equal(test_open(buf_bytes(&b), &signer.trust, TEST_NOW), 0);
	b.len = 0;
	test_bundle(&b, &signer, "created", "created 2025-06-16T15:06:41Z\n");
	assert_int_equal(test_open(buf_bytes(&b), &signer.trust, TEST_NOW),
			 MEND_R_CERT_NOT_YET_VALID);
	buf_free(&b);
}

static void writing_gives_the_same_bytes_again(void **state)
{
	struct buf copy = test_copy(buf_bytes(&good)), out;
	struct bundle b;
	struct err e;

	(void)state;
	assert_int_equal(bundle_open(&b, &copy, NULL, 0, &e), 0);
	assert_int_equal(bundle_write(&b, &out, &e), 0);
	assert_true(bytes_equal(buf_bytes(&out), buf_bytes(&good)));
	bundle_free(&b);
	buf_free(&out);
}

static void signing_again_replaces_the_signature(void **state)
{
	struct buf copy = test_copy(buf_bytes(&good)), out;
	struct signer other;
	struct bundle b;
	struct err e;

	(void)state;
	/* a key that is younger than the bundle is fine */
	test_signer(&other, TEST_NOW - 1000);
	assert_int_equal(bundle_open(&b, &copy, NULL, 0, &e), 0);
	assert_true(b.manifest.created < other.trust.certs[0].not_before);
	assert_int_equal(pack_sign(&b, signer.key, other.cert, &out, &e), -1);
	assert_int_equal(e.reason, ERR_KEY);
	assert_int_equal(pack_sign(&b, other.key, other.cert, &out, &e), 0);
	assert_int_equal(test_open(buf_bytes(&out), &other.trust, TEST_NOW), 0);
	assert_int_equal(test_open(buf_bytes(&out), &signer.trust, TEST_NOW), MEND_R_SIGNATURE);
	buf_free(&out);
	bundle_free(&b);
	test_signer_free(&other);
}

static void tar_lists_it(void **state)
{
	char *dir = test_dir(), path[256];
	struct buf out = { 0 };
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/b.mend", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(good.data, 1, good.len, file), good.len);
	fclose(file);
	assert_int_equal(test_run(&out, "tar tvf %s", path), 0);
	test_contains((char *)out.data, "-rw-r--r-- 0/0");
	test_contains((char *)out.data, "1970-01-01");
	test_contains((char *)out.data, " manifest\n");
	test_contains((char *)out.data, " payload/" TEST_RELEASE ".ko\n");
	assert_int_equal(test_run(&out, "cd %s && tar xf b.mend && cat vex.json", dir), 0);
	assert_string_equal((char *)out.data, TEST_VEX);
	buf_free(&out);
	test_dir_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_bundle_opens),
		cmocka_unit_test(every_flipped_byte_is_refused),
		cmocka_unit_test(without_trust_only_the_signature_may_differ),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(anything_behind_is_refused),
		cmocka_unit_test(the_digest_is_of_every_member),
		cmocka_unit_test(members_are_exactly_those_named_in_their_order),
		cmocka_unit_test(manifest_and_signature_keep_their_places),
		cmocka_unit_test(an_unsigned_bundle_is_refused),
		cmocka_unit_test(the_signature_comes_before_the_manifest),
		cmocka_unit_test(members_have_limits),
		cmocka_unit_test(expiry_is_checked_to_the_second),
		cmocka_unit_test(a_bundle_from_the_future_means_an_unset_clock),
		cmocka_unit_test(writing_gives_the_same_bytes_again),
		cmocka_unit_test(signing_again_replaces_the_signature),
		cmocka_unit_test(tar_lists_it),
	};

	return cmocka_run_group_tests_name("bundle", tests, setup, teardown);
}
