// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every byte of a small bundle (on a slow kernel, some of them) is flipped, one at a
 * time, and handed to /dev/mend: manifest, signature and payload. A flip of a byte that a CMS
 * reader may ignore is no attack as long as what was signed is unchanged; such
 * bytes are listed with the field they belong to, and only the fields in
 * may_be_ignored[] may have any.
 */
#define _GNU_SOURCE
#include "kselftest_mend.h"
#include "mendtest.h"

/* Fields of the CMS structure that carry nothing that is signed or believed. */
static const char *const may_be_ignored[] = {
	"SignedData.version",
	"SignedData.digestAlgorithms",
	"SignerInfo.version",
};

static int dev;

void suite_setup(void)
{
	go_home();
	load_mend("");
}

void test_setup(void)
{
	dev = mend_device();
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

/* On a slow kernel not every byte: odd, so that all eight bits come up all the same. */
static size_t stride(void)
{
	return slowdown() > 1 ? slowdown() | 1 : 1;
}

/* The flip that is tried at an offset: all eight bits come up. */
static unsigned char flip(size_t offset)
{
	return 1U << (offset % 8);
}

/*
 * Where in a DER structure an offset is. A table of paths: which child of
 * which element has which name. Elements that are not in it inherit the name
 * of the one around them.
 */
static const struct {
	const char *parent;
	int child;
	const char *name;
} names[] = {
	{ "", 0, "ContentInfo" },
	{ "ContentInfo", 0, "contentType" },
	{ "ContentInfo", 1, "content" },
	{ "content", 0, "SignedData" },
	{ "SignedData", 0, "SignedData.version" },
	{ "SignedData", 1, "SignedData.digestAlgorithms" },
	{ "SignedData", 2, "SignedData.encapContentInfo" },
	{ "SignedData", 3, "SignedData.signerInfos" },
	{ "SignedData.signerInfos", 0, "SignerInfo" },
	{ "SignerInfo", 0, "SignerInfo.version" },
	{ "SignerInfo", 1, "SignerInfo.sid" },
	{ "SignerInfo", 2, "SignerInfo.digestAlgorithm" },
	{ "SignerInfo", 3, "SignerInfo.signatureAlgorithm" },
	{ "SignerInfo", 4, "SignerInfo.signature" },
};

static const char *name_of(const char *parent, int child)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].child == child && !strcmp(names[i].parent, parent))
			return names[i].name;
	return parent;
}

/* Header bytes of the element at @p, and its length into @len; DER, definite. */
static size_t der_header(const unsigned char *p, size_t *len)
{
	size_t i, n = p[1] & 0x7f;

	if (!(p[1] & 0x80)) {
		*len = p[1];
		return 2;
	}
	for (*len = 0, i = 0; i < n; i++)
		*len = *len << 8 | p[2 + i];
	return 2 + n;
}

static const char *field_at(const unsigned char *der, size_t size, size_t offset)
{
	const char *parent = "";
	size_t at = 0, end = size;

	for (;;) {
		size_t len, header = 0;
		const char *name = parent;
		int child = 0;

		for (; at < end; at += header + len, child++) {
			header = der_header(der + at, &len);
			name = name_of(parent, child);
			if (offset < at + header + len)
				break;
		}
		if (at >= end || offset < at + header || !(der[at] & 0x20))
			return name;
		parent = name;
		end = at + header + len;
		at += header;
	}
}

static bool field_may_be_ignored(const char *field)
{
	size_t i;

	for (i = 0; i < sizeof(may_be_ignored) / sizeof(may_be_ignored[0]); i++)
		if (!strcmp(may_be_ignored[i], field))
			return true;
	return false;
}

/* Loads what was authorized and looks whether it is what was signed. */
static void expect_content_unchanged(const struct signed_case *c, int fd)
{
	unsigned char *manifest;
	size_t len = 0;

	load_target();
	ASSERT_EQ(0, finit_module(fd, "", 0));
	manifest = slurp(MEND_SYSFS "/test-plain.1/manifest", &len);
	ASSERT_TRUE(manifest);
	ASSERT_EQ(c->manifest_len, len);
	EXPECT_EQ(0, memcmp(manifest, c->manifest, len));
	EXPECT_STREQ(manifest_value(c, "sha256"), attribute("test-plain", 1, "digest"));
	ASSERT_EQ(0, unload("mend_test_plain"));
	free(manifest);
}

static void expect_refused(const struct signed_case *c, const char *part, size_t offset,
			   unsigned int reason)
{
	struct mend_report report;
	int fd = authorize(dev, c, &report);

	if (fd == -EKEYREJECTED && report.reason == reason)
		return;
	KSFT_FAILED("%s byte %zu flipped by %#x: %d, reason %u: %s", part, offset, flip(offset),
		    fd, report.reason, report.text);
	if (fd >= 0)
		close(fd);
}

TEST(every_byte_of_the_manifest)
{
	struct signed_case c = load_case("mend_test_plain");
	size_t i;

	for (i = 0; i < c.manifest_len; i += stride()) {
		c.manifest[i] ^= flip(i);
		expect_refused(&c, "manifest", i, MEND_R_SIGNATURE);
		c.manifest[i] ^= flip(i);
	}
	DIAG("%zu bytes, in steps of %zu", i, stride());
}

TEST(every_byte_of_the_payload)
{
	struct signed_case c = load_case("mend_test_plain");
	size_t i;

	for (i = 0; i < c.payload_len; i += stride()) {
		c.payload[i] ^= flip(i);
		expect_refused(&c, "payload", i, MEND_R_DIGEST);
		c.payload[i] ^= flip(i);
	}
	DIAG("%zu bytes, in steps of %zu", i, stride());
}

TEST(every_byte_of_the_signature)
{
	struct signed_case c = load_case("mend_test_plain");
	unsigned char *der = malloc(c.signature_len);
	size_t i, ignored = 0;

	memcpy(der, c.signature, c.signature_len);
	for (i = 0; i < c.signature_len; i += stride()) {
		const char *field = field_at(der, c.signature_len, i);
		struct mend_report report;
		int fd;

		c.signature[i] ^= flip(i);
		fd = authorize(dev, &c, &report);
		c.signature[i] ^= flip(i);
		if (fd < 0) {
			EXPECT_EQ(-EKEYREJECTED, fd);
			EXPECT_EQ(MEND_R_SIGNATURE, report.reason);
			continue;
		}
		ignored++;
		DIAG("byte %zu is ignored: %s", i, field);
		if (!field_may_be_ignored(field))
			KSFT_FAILED("byte %zu of %s is ignored", i, field);
		expect_content_unchanged(&c, fd);
		close(fd);
	}
	DIAG("%zu bytes, %zu of them ignored", i, ignored);
}

/* The table above is right: the last byte is the signature's, and so on. */
TEST(the_fields_of_the_signature_are_named_right)
{
	struct signed_case c = load_case("mend_test_plain");

	EXPECT_STREQ("ContentInfo", field_at(c.signature, c.signature_len, 0));
	EXPECT_STREQ("SignerInfo.signature",
		     field_at(c.signature, c.signature_len, c.signature_len - 1));
	EXPECT_STREQ("contentType", field_at(c.signature, c.signature_len, 8));
}

/* The unspoiled one is accepted after all that: nothing was remembered. */
TEST(the_bundle_as_it_was_signed)
{
	struct signed_case c = load_case("mend_test_plain");
	struct mend_report report;
	int fd = authorize(dev, &c, &report);

	ASSERT_GE(fd, 0);
	expect_content_unchanged(&c, fd);
}

TEST_MAIN()
