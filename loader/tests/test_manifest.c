// SPDX-License-Identifier: MIT
/*
 * The manifest: what it says is understood, and each rule of mend/bundle.h is
 * broken once.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/manifest.h"
#include "lib/utc.h"

static int parse(struct bytes text, struct err *e)
{
	struct buf copy = test_copy(text);
	struct manifest m;
	int ret = manifest_parse(&m, buf_bytes(&copy), e);

	buf_free(&copy);
	if (!ret)
		manifest_free(&m);
	return ret;
}

static void understands_everything(void **state)
{
	struct buf text = { 0 };
	struct manifest m;
	struct err e;

	(void)state;
	test_manifest(&text, NULL, NULL);
	assert_int_equal(manifest_parse(&m, buf_bytes(&text), &e), 0);
	assert_string_equal(m.id, "TEST-2025:1");
	assert_string_equal(m.name, "test-patch");
	assert_int_equal(m.generation, 7);
	assert_string_equal(m.replaces, "cumulative");
	assert_string_equal(m.kind, "security");
	assert_string_equal(m.severity, "important");
	assert_int_equal(m.nr_cves, 2);
	assert_string_equal(m.cves[1], "CVE-2025-1234567890123456789");
	assert_string_equal(m.title, "A title, with  two spaces");
	assert_int_equal(m.created, 1748736000);
	assert_true(m.has_expires);
	assert_int_equal(m.expires, 1780272000);
	assert_int_equal(m.vex.size, strlen(TEST_VEX));
	assert_int_equal(m.sbom.size, 0);
	assert_int_equal(m.nr_payloads, 2);
	assert_string_equal(m.payloads[0].release, TEST_RELEASE);
	assert_int_equal(m.payloads[0].build_id[1], 0x23);
	assert_int_equal(m.payloads[0].size, strlen(TEST_PAYLOAD_1));
	assert_int_equal(m.payloads[0].nr_funcs, 2);
	assert_string_equal(m.payloads[0].funcs[1].object, "ext4");
	assert_string_equal(m.payloads[0].funcs[1].symbol, "second.part.0");
	assert_int_equal(m.payloads[0].funcs[1].sympos, 2);
	assert_int_equal(m.payloads[1].nr_funcs, 1);
	manifest_free(&m);
	buf_free(&text);
}

static void writes_what_it_read(void **state)
{
	struct buf text = { 0 }, again = { 0 };
	struct manifest m;
	struct err e;

	(void)state;
	test_manifest(&text, NULL, NULL);
	assert_int_equal(manifest_parse(&m, buf_bytes(&text), &e), 0);
	manifest_write(&m, &again);
	assert_int_equal(again.len, text.len);
	assert_memory_equal(again.data, text.data, text.len);
	manifest_free(&m);
	buf_free(&text);
	buf_free(&again);
}

/* The first line that begins with @key, replaced by @line. */
struct change {
	const char *key, *line;
	uint32_t reason;	/* 0: still valid */
};

#define BAD	MEND_R_MANIFEST_SYNTAX
#define X16	"xxxxxxxxxxxxxxxx"
#define X62	X16 X16 X16 "xxxxxxxxxxxxxx"
#define HEX40	"0123456789abcdef0123456789abcdef01234567"
#define HEX64	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct change changes[] = {
	/* lines */
	{ "format", "", BAD },
	{ "format", "format mend-2\n", MEND_R_MANIFEST_VERSION },
	{ "format", "Format mend-1\n", BAD },
	{ "format", "format  mend-1\n", BAD },
	{ "format", " format mend-1\n", BAD },
	{ "format", "format mend-1 \n", BAD },
	{ "format", "format mend-1\r\n", BAD },
	{ "format", "\nformat mend-1\n", BAD },
	{ "format", "format mend-1\n\n", BAD },
	{ "format", "format\n", BAD },
	{ "format", "format \n", BAD },
	{ "format", "format\tmend-1\n", BAD },
	{ "format", "format mend-1\nformat mend-1\n", BAD },
	{ "title", "title a\x7f\n", BAD },
	{ "title", "title a\x80\n", BAD },
	{ "title", "title a\x1f\n", BAD },
	{ "title", "title \xc3\xa4\n", BAD },
	{ "title", "title ~ ! \" \\ \n", BAD },
	{ "title", "title ~ ! \" \\\n", 0 },
	{ "title", "title\n", BAD },
	{ "title", "", BAD },
	{ "title", "title a\ntitle b\n", BAD },
	{ "title", "comment a\n", BAD },
	/* id */
	{ "id", "", BAD },
	{ "id", "id a b\n", BAD },
	{ "id", "id a/b\n", BAD },
	{ "id", "id " X62 "x\n", 0 },
	{ "id", "id " X62 "xx\n", BAD },
	/* name */
	{ "name", "name 1a\n", BAD },
	{ "name", "name -a\n", BAD },
	{ "name", "name A\n", BAD },
	{ "name", "name a.b\n", BAD },
	{ "name", "name a_b\n", BAD },
	{ "name", "name a-1\n", 0 },
	{ "name", "name " X62 "x\n", 0 },
	{ "name", "name " X62 "xx\n", BAD },
	/* generation */
	{ "generation", "generation 0\n", BAD },
	{ "generation", "generation 01\n", BAD },
	{ "generation", "generation +1\n", BAD },
	{ "generation", "generation -1\n", BAD },
	{ "generation", "generation 0x1\n", BAD },
	{ "generation", "generation 1 \n", BAD },
	{ "generation", "generation 9223372036854775807\n", 0 },
	{ "generation", "generation 9223372036854775808\n", BAD },
	{ "generation", "generation 18446744073709551616\n", BAD },
	{ "generation", "generation 18446744073709551617\n", BAD },
	{ "generation", "generation 36893488147419103233\n", BAD },
	/* words */
	{ "replaces", "replaces none\n", 0 },
	{ "replaces", "replaces all\n", BAD },
	{ "replaces", "", BAD },
	{ "kind", "kind bugfix\n", 0 },
	{ "kind", "kind feature\n", 0 },
	{ "kind", "kind test\n", 0 },
	{ "kind", "kind Security\n", BAD },
	{ "kind", "kind secur\n", BAD },
	{ "kind", "kind security,bugfix\n", BAD },
	{ "severity", "severity none\n", 0 },
	{ "severity", "severity high\n", BAD },
	{ "severity", "severity low\nkind security\n", BAD },
	/* cve */
	{ "cve", "", 0 },
	{ "cve", "cve CVE-2025-123\n", BAD },
	{ "cve", "cve CVE-2025-12345678901234567890\n", BAD },
	{ "cve", "cve cve-2025-1234\n", BAD },
	{ "cve", "cve CVE-25-1234\n", BAD },
	{ "cve", "cve CVE-20255-1234\n", BAD },
	{ "cve", "cve CVE-2025-12a4\n", BAD },
	{ "cve", "cve CVE-2025-1234,CVE-2025-1235\n", BAD },
	/* times */
	{ "created", "created 2025-06-01T00:00:00\n", BAD },
	{ "created", "created 2025-06-01 00:00:00Z\n", BAD },
	{ "created", "created 2025-13-01T00:00:00Z\n", BAD },
	{ "created", "created 2025-02-29T00:00:00Z\n", BAD },
	{ "created", "created 2024-02-29T00:00:00Z\n", 0 },
	{ "created", "created 2025-06-01T24:00:00Z\n", BAD },
	{ "created", "created 2025-06-01T00:60:00Z\n", BAD },
	{ "created", "created 2025-06-01T00:00:60Z\n", BAD },
	{ "created", "created 1969-12-31T23:59:59Z\n", BAD },
	{ "created", "", BAD },
	{ "expires", "", 0 },
	{ "expires", "expires never\n", BAD },
	{ "expires", "expires 1970-01-01T00:00:00Z\n", 0 },
	{ "expires", "expires 2026-06-01T00:00:00Z\nexpires 2026-06-01T00:00:00Z\n", BAD },
	/* members */
	{ "vex", "", 0 },
	{ "vex", "vex " HEX64 "\n", BAD },
	{ "vex", "vex " HEX64 " 0\n", BAD },
	{ "vex", "vex " HEX64 " 4194304\n", 0 },
	{ "vex", "vex " HEX64 " 4194305\n", BAD },
	{ "vex", "vex " HEX64 "0 1\n", BAD },
	{ "vex", "vex " HEX64 "  1\n", BAD },
	{ "vex", "vex " HEX64 " 1 2\n", BAD },
	{ "vex", "sbom " HEX64 " 1\n", 0 },
	{ "vex", "sbom " HEX64 " 1\nvex " HEX64 " 1\n", BAD },
	/* payload */
	{ "payload", "payload a/b\n", BAD },
	{ "payload", "payload ..\n", BAD },
	{ "payload", "payload .a\n", BAD },
	{ "payload", "payload a.b\n", 0 },
	{ "payload", "payload " X62 "xx\n", 0 },
	{ "payload", "payload " X62 "xxx\n", BAD },
	{ "payload", "payload 6.12~rc1+x_y-amd64\n", BAD },	/* twice */
	{ "payload", "", BAD },
	{ "build-id", "build-id " HEX40 "0\n", BAD },
	{ "build-id", "build-id 012345678\n", BAD },
	{ "build-id", "build-id 0123456789ABCDEF0123456789abcdef01234567\n", BAD },
	{ "build-id", "", BAD },
	{ "sha256", "sha256 " HEX40 "\n", BAD },
	{ "sha256", "", BAD },
	{ "size", "size 0\n", BAD },
	{ "size", "size 67108864\n", 0 },
	{ "size", "size 67108865\n", BAD },
	{ "size", "size 0100\n", BAD },
	{ "size", "", BAD },
	/* func */
	{ "func", "func vmlinux first\n", BAD },
	{ "func", "func vmlinux  first 0\n", BAD },
	{ "func", "func vmlinux first 0 0\n", BAD },
	{ "func", "func vmlinux first -1\n", BAD },
	{ "func", "func vmlinux first 00\n", BAD },
	{ "func", "func vmlinux first 4294967295\n", 0 },
	{ "func", "func vmlinux first 4294967296\n", BAD },
	{ "func", "func vm/linux first 0\n", BAD },
	{ "func", "func vmlinux first/second 0\n", BAD },
	{ "func", "func " X62 "x first 0\n", 0 },
	{ "func", "func " X62 "xx first 0\n", BAD },
	{ "func", "func vmlinux " X62 X62 X62 X62 "xxxxxxx 0\n", 0 },
	{ "func", "func vmlinux " X62 X62 X62 X62 "xxxxxxxx 0\n", BAD },
};

static void keeps_every_rule(void **state)
{
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		struct buf text = { 0 };
		uint32_t got;

		test_manifest(&text, c->key, c->line);
		got = parse(buf_bytes(&text), &e) ? e.reason : 0;
		if (got != c->reason)
			fail_msg("'%s' as '%s': reason %u, not %u", c->key, c->line, got,
				 c->reason);
		buf_free(&text);
	}
}

static void a_payload_without_funcs_is_refused(void **state)
{
	static const char text[] =
		"format mend-1\nid a\nname a\ngeneration 1\nreplaces none\nkind test\n"
		"severity none\ntitle a\ncreated 2025-01-01T00:00:00Z\npayload a\n"
		"build-id " HEX40 "\nsha256 " HEX64 "\nsize 1\n";
	struct buf b = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(parse(BYTES(text), &e), -1);
	test_contains(e.message, "'func'");
	buf_append(&b, text, sizeof(text) - 1);
	buf_printf(&b, "func vmlinux a 0\n");
	assert_int_equal(parse(buf_bytes(&b), &e), 0);
	buf_free(&b);
}

static void every_truncation_is_refused(void **state)
{
	struct buf text = { 0 };
	size_t len, good = 0;
	struct err e;

	(void)state;
	test_manifest(&text, NULL, NULL);
	for (len = 0; len < text.len; len++)
		good += !parse((struct bytes){ text.data, len }, &e);
	/* after the first payload's two functions, and after its first function */
	assert_int_equal(good, 2);
	buf_free(&text);
}

static void limits_are_exact(void **state)
{
	char line[600];
	struct buf text;
	struct err e;
	size_t len;

	(void)state;
	for (len = MEND_LINE_MAX - 1; len <= MEND_LINE_MAX + 1; len++) {
		memset(line, 'x', sizeof(line));
		memcpy(line, "title ", 6);
		line[len] = '\n';
		line[len + 1] = '\0';
		memset(&text, 0, sizeof(text));
		test_manifest(&text, "title", line);
		assert_int_equal(parse(buf_bytes(&text), &e), len <= MEND_LINE_MAX ? 0 : -1);
		buf_free(&text);
	}
}

static void add_many(struct buf *text, unsigned int cves, unsigned int payloads,
		     unsigned int funcs)
{
	unsigned int i, j;

	buf_printf(text, "format mend-1\nid a\nname a\ngeneration 1\nreplaces none\nkind test\n"
		   "severity none\n");
	for (i = 0; i < cves; i++)
		buf_printf(text, "cve CVE-2025-%04u\n", i);
	buf_printf(text, "title a\ncreated 2025-01-01T00:00:00Z\n");
	for (i = 0; i < payloads; i++) {
		buf_printf(text, "payload r%u\nbuild-id " HEX40 "\nsha256 " HEX64 "\nsize 1\n", i);
		for (j = 0; j < funcs; j++)
			buf_printf(text, "func v f%u 0\n", j);
	}
}

static void counts_are_limited(void **state)
{
	static const struct { unsigned int cves, payloads, funcs; int ret; } cases[] = {
		{ MEND_CVES_MAX, 1, 1, 0 }, { MEND_CVES_MAX + 1, 1, 1, -1 },
		{ 0, MEND_PAYLOADS_MAX, 1, 0 }, { 0, MEND_PAYLOADS_MAX + 1, 1, -1 },
		{ 0, 1, MEND_FUNCS_MAX, 0 }, { 0, 1, MEND_FUNCS_MAX + 1, -1 },
		{ 0, 1, 2000, -1 },	/* larger than a manifest may be */
	};
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf text = { 0 };

		add_many(&text, cases[i].cves, cases[i].payloads, cases[i].funcs);
		assert_int_equal(parse(buf_bytes(&text), &e), cases[i].ret);
		buf_free(&text);
	}
}

static void size_is_limited(void **state)
{
	struct buf text = { 0 };
	struct err e;

	(void)state;
	add_many(&text, 0, 1, 1);
	while (text.len + 100 <= MEND_MANIFEST_MAX)
		buf_printf(&text, "func v %090d 0\n", (int)text.len);
	buf_printf(&text, "func v %0*d 0\n", (int)(MEND_MANIFEST_MAX - text.len) - 10, 1);
	assert_int_equal(text.len, MEND_MANIFEST_MAX);
	assert_int_equal(parse(buf_bytes(&text), &e), 0);
	buf_printf(&text, "func v x 0\n");
	assert_int_equal(parse(buf_bytes(&text), &e), -1);
	test_contains(e.message, "1 to 16384");
	buf_free(&text);
}

static void nul_bytes_are_refused_everywhere(void **state)
{
	struct buf text = { 0 };
	struct err e;
	size_t i;

	(void)state;
	test_manifest(&text, NULL, NULL);
	for (i = 0; i < text.len; i++) {
		uint8_t was = text.data[i];

		text.data[i] = 0;
		assert_int_equal(parse(buf_bytes(&text), &e), -1);
		text.data[i] = was;
	}
	buf_free(&text);
}

static void errors_tell_the_line(void **state)
{
	struct buf text = { 0 };
	struct err e;

	(void)state;
	test_manifest(&text, "kind", "kind nonsense\n");
	assert_int_equal(parse(buf_bytes(&text), &e), -1);
	test_contains(e.message, "line 6");
	test_contains(e.message, "kind");
	assert_int_equal(e.code, EXIT_CODE_REFUSED);
	buf_free(&text);
}

static void the_right_payload_is_found(void **state)
{
	uint8_t id[MEND_BUILD_ID_LEN], other[MEND_BUILD_ID_LEN] = { 0 };
	struct buf text = { 0 };
	struct manifest m;
	struct err e;

	(void)state;
	test_manifest(&text, NULL, NULL);
	assert_true(hex_decode(id, sizeof(id), TEST_BUILD_ID));
	assert_int_equal(manifest_parse(&m, buf_bytes(&text), &e), 0);
	assert_ptr_equal(manifest_find(&m, TEST_RELEASE, id, &e), &m.payloads[0]);
	assert_null(manifest_find(&m, TEST_RELEASE, other, &e));
	assert_int_equal(e.reason, MEND_R_BUILD_ID);
	assert_int_equal(e.code, EXIT_CODE_INCOMPATIBLE);
	test_contains(e.message, TEST_BUILD_ID);
	assert_null(manifest_find(&m, "6.1.0-other", id, &e));
	assert_int_equal(e.reason, MEND_R_RELEASE);
	test_contains(e.message, TEST_RELEASE ", 6.12~rc1+x_y-amd64");
	manifest_free(&m);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_everything),
		cmocka_unit_test(writes_what_it_read),
		cmocka_unit_test(keeps_every_rule),
		cmocka_unit_test(a_payload_without_funcs_is_refused),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(counts_are_limited),
		cmocka_unit_test(size_is_limited),
		cmocka_unit_test(nul_bytes_are_refused_everywhere),
		cmocka_unit_test(errors_tell_the_line),
		cmocka_unit_test(the_right_payload_is_found),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
