// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile program hands /dev/mend things that are signed wrongly, or signed
 * well and wrong: each is refused with its own reason and without effect.
 * Nothing here was looked at by the loader first.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <time.h>

#include "kselftest_mend.h"
#include "mendtest.h"

/* The wall clock minus the uptime, as it was; see restore_clock(). */
static time_t clock_offset;

static time_t uptime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void set_clock(time_t seconds)
{
	struct timespec t = { .tv_sec = seconds };

	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &t));
}

static void restore_clock(void)
{
	set_clock(clock_offset + uptime());
}

void suite_setup(void)
{
	go_home();
	clock_offset = time(NULL) - uptime();
}

/* A fresh mend.ko for each test: it remembers the generations that were on. */
void test_setup(void)
{
	load_mend("");
	load_target();
}

void test_teardown(void)
{
	restore_clock();
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static void expect_case(const struct signed_case *c, int err, unsigned int reason)
{
	struct mend_report report = { 0 };
	int dev = mend_device(), fd = authorize(dev, c, &report);

	DIAG("%s", report.text);
	EXPECT_EQ(err, fd < 0 ? fd : 0);
	EXPECT_EQ(reason, report.reason);
	EXPECT_EQ(!!err, !!report.text[0]);
	if (fd >= 0)
		close(fd);
	close(dev);
}

static void expect_refused(const char *name, int err, unsigned int reason)
{
	struct signed_case c = load_case(name);

	expect_case(&c, err, reason);
	free_case(&c);
}

#define REFUSED(_test, _case, _err, _reason)			\
	TEST(_test) { expect_refused(_case, _err, _reason); }

/* First of all that these cases are refused for what is wrong in them alone. */
REFUSED(the_good_case_is_authorized, "mend_test_plain", 0, MEND_R_OK)
REFUSED(a_second_trusted_key_is_authorized, "second-key", 0, MEND_R_OK)
REFUSED(a_manifest_that_expires_later_is_authorized, "not-yet-expired", 0, MEND_R_OK)
REFUSED(the_second_of_two_payloads_is_authorized, "second-of-two-payloads", 0, MEND_R_OK)

REFUSED(a_key_that_nobody_trusts, "wrong-key", -EKEYREJECTED, MEND_R_SIGNATURE)
REFUSED(a_key_that_comes_along_in_the_signature, "wrong-key-embedded",
	-EKEYREJECTED, MEND_R_SIGNATURE)
REFUSED(a_certificate_issued_by_a_trusted_key, "embedded-chain",
	-EKEYREJECTED, MEND_R_SIGNATURE)
REFUSED(signed_attributes, "signed-attributes", -EKEYREJECTED, MEND_R_SIGNATURE)
REFUSED(the_signature_of_another_manifest, "other-signature", -EKEYREJECTED, MEND_R_SIGNATURE)
REFUSED(an_expired_certificate, "expired-key", -EKEYEXPIRED, MEND_R_CERT_EXPIRED)
REFUSED(a_certificate_that_is_not_valid_yet, "future-key", -EKEYEXPIRED,
	MEND_R_CERT_NOT_YET_VALID)
REFUSED(an_expired_manifest, "manifest-expired", -EKEYEXPIRED, MEND_R_MANIFEST_EXPIRED)
REFUSED(a_manifest_created_in_the_future, "created-in-the-future", -EKEYEXPIRED,
	MEND_R_CERT_NOT_YET_VALID)
REFUSED(a_format_newer_than_mend, "format-2", -EBADMSG, MEND_R_MANIFEST_VERSION)
REFUSED(a_payload_whose_digest_is_not_named, "wrong-digest", -EKEYREJECTED, MEND_R_DIGEST)
REFUSED(a_payload_of_another_size, "wrong-size", -EKEYREJECTED, MEND_R_DIGEST)
REFUSED(another_release, "wrong-release", -ENOEXEC, MEND_R_RELEASE)
REFUSED(another_build_of_this_release, "wrong-build-id", -ENOEXEC, MEND_R_BUILD_ID)

/* Every case called syntax-* is signed by a good key and breaks one rule. */
TEST(every_broken_rule_of_the_manifest)
{
	DIR *dir = opendir("cases");
	struct dirent *entry;
	int nr = 0;

	ASSERT_TRUE(dir);
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "syntax-", 7))
			continue;
		DIAG("%s", entry->d_name);
		expect_refused(entry->d_name, -EBADMSG, MEND_R_MANIFEST_SYNTAX);
		nr++;
	}
	closedir(dir);
	EXPECT_GE(nr, 20);
}

TEST(another_payload_than_the_signed_one)
{
	struct signed_case c = load_case("mend_test_plain"), other = load_case("mend_test_dup1");

	c.payload = other.payload;
	c.payload_len = other.payload_len;
	expect_case(&c, -EKEYREJECTED, MEND_R_DIGEST);
}

TEST(the_manifest_of_one_patch_with_the_signature_of_another)
{
	struct signed_case c = load_case("mend_test_plain"), other = load_case("mend_test_dup1");

	c.signature = other.signature;
	c.signature_len = other.signature_len;
	expect_case(&c, -EKEYREJECTED, MEND_R_SIGNATURE);
}

TEST(a_manifest_cut_short_at_every_length)
{
	struct signed_case c = load_case("mend_test_plain");

	for (c.manifest_len--; c.manifest_len; c.manifest_len--) {
		struct mend_report report;
		int dev = mend_device();

		ASSERT_EQ(-EKEYREJECTED, authorize(dev, &c, &report));
		ASSERT_EQ(MEND_R_SIGNATURE, report.reason);
		close(dev);
	}
}

TEST(a_signature_cut_short_at_every_length)
{
	struct signed_case c = load_case("mend_test_plain");

	for (c.signature_len--; c.signature_len; c.signature_len--) {
		struct mend_report report;
		int dev = mend_device();

		ASSERT_EQ(-EKEYREJECTED, authorize(dev, &c, &report));
		ASSERT_EQ(MEND_R_SIGNATURE, report.reason);
		close(dev);
	}
}

TEST(a_signature_with_something_behind_it)
{
	struct signed_case c = load_case("mend_test_plain");

	c.signature = realloc(c.signature, c.signature_len + 16);
	memset(c.signature + c.signature_len, 0, 16);
	c.signature_len += 1;
	expect_case(&c, -EKEYREJECTED, MEND_R_SIGNATURE);
}

TEST(a_payload_cut_short_or_with_something_behind_it)
{
	struct signed_case c = load_case("mend_test_plain");
	uint32_t len = c.payload_len;

	c.payload = realloc(c.payload, len + 16);
	memset(c.payload + len, 0, 16);
	for (c.payload_len = 1; c.payload_len < len; c.payload_len += 1 + len / 16)
		expect_case(&c, -EKEYREJECTED, MEND_R_DIGEST);
	c.payload_len = len - 1;
	expect_case(&c, -EKEYREJECTED, MEND_R_DIGEST);
	c.payload_len = len + 1;
	expect_case(&c, -EKEYREJECTED, MEND_R_DIGEST);
}

TEST(sizes_of_zero_and_beyond_the_limits)
{
	static const struct {
		uint32_t manifest, signature, payload;
		int err;
	} sizes[] = {
		{ 0, 100, 100, -EINVAL },
		{ 100, 0, 100, -EINVAL },
		{ 100, 100, 0, -EINVAL },
		{ MEND_MANIFEST_MAX + 1, 100, 100, -E2BIG },
		{ 100, MEND_SIGNATURE_MAX + 1, 100, -E2BIG },
		{ 100, 100, MEND_PAYLOAD_MAX + 1, -E2BIG },
		{ UINT32_MAX, UINT32_MAX, UINT32_MAX, -E2BIG },
	};
	unsigned char *zeros = calloc(1, MEND_PAYLOAD_MAX + 1);
	unsigned int i;

	ASSERT_TRUE(zeros);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct signed_case c = { zeros, zeros, zeros, sizes[i].manifest,
					 sizes[i].signature, sizes[i].payload };

		DIAG("sizes %u %u %u", c.manifest_len, c.signature_len, c.payload_len);
		expect_case(&c, sizes[i].err, MEND_R_RANGE);
	}
}

TEST(a_generation_below_the_highest_confirmed_one)
{
	ASSERT_EQ(0, load_signed("mend_test_plain_2", NULL));
	expect_refused("mend_test_plain", 0, MEND_R_OK);
	ASSERT_EQ(0, switch_on("test-plain", 2));
	expect_refused("mend_test_plain", -ESTALE, MEND_R_FLOOR);
	ASSERT_EQ(0, switch_off("test-plain"));
	expect_refused("mend_test_plain", -ESTALE, MEND_R_FLOOR);
	expect_refused("mend_test_plain_2", 0, MEND_R_OK);
	expect_refused("mend_test_dup1", 0, MEND_R_OK);
}

/* It was authorized in time, and must not be switched on when that is over. */
TEST(a_generation_that_fell_below_the_floor_after_it_was_loaded)
{
	struct mend_op on = op_on("test-plain", 1);
	struct mend_switch s;

	ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
	ASSERT_EQ(0, load_signed("mend_test_plain_2", NULL));
	ASSERT_EQ(0, switch_on("test-plain", 2));
	ASSERT_EQ(0, switch_off("test-plain"));
	ASSERT_EQ(-ESTALE, switch_ops(&on, 1, 1000, &s));
	EXPECT_EQ(MEND_R_FLOOR, s.report.reason);
	EXPECT_EQ(0, target("plain"));
}

TEST(everything_while_the_clock_is_not_set)
{
	set_clock(86400);
	expect_refused("mend_test_dup1", -EKEYEXPIRED, MEND_R_CERT_NOT_YET_VALID);
	restore_clock();
	expect_refused("mend_test_dup1", 0, MEND_R_OK);
}

/* 2023: the certificate is valid, the manifest's "created" is not there yet. */
TEST(a_clock_that_lags_behind_the_manifest)
{
	set_clock(1680000000);
	expect_refused("mend_test_dup1", -EKEYEXPIRED, MEND_R_CERT_NOT_YET_VALID);
	restore_clock();
}

TEST(a_patch_that_is_on_can_be_switched_off_with_any_clock)
{
	int err;

	ASSERT_EQ(0, load_signed("mend_test_dup1", NULL));
	ASSERT_EQ(0, switch_on("test-dup1", 1));
	set_clock(86400);
	err = switch_off("test-dup1");
	restore_clock();
	EXPECT_EQ(0, err);
	EXPECT_EQ(10, target("dup1"));
}

TEST(a_manifest_that_expires_between_load_and_switch)
{
	struct mend_op on = op_on("test-plain", 1);
	struct mend_switch s;
	int err;

	ASSERT_EQ(0, load_signed("not-yet-expired", NULL));
	set_clock(4102444799LL);	/* the very second of its "expires" */
	err = switch_ops(&on, 1, 1000, &s);
	restore_clock();
	EXPECT_EQ(-EKEYEXPIRED, err);
	EXPECT_EQ(MEND_R_MANIFEST_EXPIRED, s.report.reason);
	EXPECT_EQ(0, target("plain"));
	ASSERT_EQ(0, switch_on("test-plain", 1));
}

TEST(nothing_of_all_this_has_left_a_module_or_a_patch)
{
	DIR *dir = opendir(MEND_SYSFS);
	struct dirent *entry;

	ASSERT_TRUE(dir);
	/* Patches are the folders called NAME.GENERATION. */
	while ((entry = readdir(dir)))
		EXPECT_TRUE(entry->d_name[0] == '.' || !strchr(entry->d_name, '.'));
	closedir(dir);
	EXPECT_EQ(0, target("plain"));
}

TEST_MAIN()
