// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manifest: one valid text, and every rule of mend/bundle.h violated once
 * by one change to it. Each text is parsed in a buffer of exactly its size, so
 * that a read behind it is seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "manifest.h"
#include "report.h"

#define BUILD_ID_A	"00112233445566778899aabbccddeeff01234567"
#define BUILD_ID_B	"fedcba98765432100123456789abcdef00000000"
#define HEX16		"0123456789abcdef"
#define SHA_A		HEX16 HEX16 HEX16 HEX16
#define SHA_B		"ff" "23456789abcdef" HEX16 HEX16 HEX16
#define TEXT16		"sixteen letters "
#define LONG63		"a23456789012345678901234567890123456789012345678901234567890123"

static const char valid[] =
	"format mend-1\n"
	"id VENDOR-2026:0042.a+b\n"
	"name cmdline-note\n"
	"generation 3\n"
	"replaces cumulative\n"
	"kind security\n"
	"severity important\n"
	"cve CVE-2026-0001\n"
	"cve CVE-2026-1234567890123456789\n"
	"title Two  words, \"quoted\" ~ and more\n"
	"created 2026-01-02T03:04:05Z\n"
	"expires 2030-12-31T23:59:59Z\n"
	"vex " SHA_A " 17\n"
	"sbom " SHA_B " 4194304\n"
	"payload 6.1.0-56-cloud-amd64\n"
	"build-id " BUILD_ID_A "\n"
	"sha256 " SHA_A "\n"
	"size 4096\n"
	"func vmlinux cmdline_proc_show 0\n"
	"func nf_tables nft_do_chain.cold 2\n"
	"payload 6.12.117+deb12-rt-amd64\n"
	"build-id " BUILD_ID_B "\n"
	"sha256 " SHA_B "\n"
	"size 67108864\n"
	"func vmlinux cmdline_proc_show 4294967295\n";

static int parse(struct manifest *m, const char *text, size_t len, struct mend_report *report)
{
	char *exact = malloc(len ? len : 1);
	int err;

	assert_non_null(exact);
	memcpy(exact, text, len);
	report_clear(report);
	err = manifest_parse(m, exact, len, report);
	free(exact);
	return err;
}

/* @valid with the first @from replaced by @to */
static char *changed(const char *from, const char *to)
{
	const char *at = strstr(valid, from);
	char *text;

	if (!at)
		fail_msg("\"%s\" is not in the manifest", from);
	text = malloc(sizeof(valid) + strlen(to));
	assert_non_null(text);
	sprintf(text, "%.*s%s%s", (int)(at - valid), valid, to, at + strlen(from));
	return text;
}

static void expect_reason(const char *text, size_t len, u32 reason, const char *part)
{
	struct mend_report report;
	struct manifest m;

	if (parse(&m, text, len, &report) != -EBADMSG)
		fail_msg("accepted, and should have been refused with \"%s\"", part);
	assert_int_equal(report.reason, reason);
	if (!strstr(report.text, part))
		fail_msg("\"%s\" does not say \"%s\"", report.text, part);
}

/**
 * struct violation - one change that breaks one rule
 * @from: what is replaced in the valid manifest
 * @to: what takes its place
 * @part: of the message: the line and the rule
 */
struct violation {
	const char *from, *to, *part;
};

static const struct violation violations[] = {
	/* lines */
	{ "id VENDOR", "id\tVENDOR", "line 2: byte 0x09 at column 3" },
	{ "title Two", "title \xc3\xa9", "line 10: byte 0xc3" },
	{ "title Two", "title \x7f", "line 10: byte 0x7f" },
	{ "kind security\n", "kind security\r\n", "line 6: byte 0x0d" },
	{ "kind security\n", "kind security \n", "line 6: not \"key value\"" },
	{ "kind security\n", "kind  security\n", "line 6: not \"key value\"" },
	{ "kind security\n", " kind security\n", "line 6: not \"key value\"" },
	{ "kind security\n", "kind\n", "line 6: not \"key value\"" },
	{ "kind security\n", "kind \n", "line 6: not \"key value\"" },
	{ "kind security\n", "\nkind security\n", "line 6: not \"key value\"" },
	/* order, presence */
	{ "format mend-1\n", "", "line 1: \"id\" where a \"format\"" },
	{ "id VENDOR-2026:0042.a+b\n", "", "line 2: \"name\" where a \"id\"" },
	{ "name cmdline-note\n", "", "line 3: \"generation\" where a \"name\"" },
	{ "generation 3\n", "", "line 4: \"replaces\" where a \"generation\"" },
	{ "replaces cumulative\n", "", "line 5: \"kind\" where a \"replaces\"" },
	{ "kind security\n", "", "line 6: \"severity\" where a \"kind\"" },
	{ "severity important\n", "", "line 7: \"cve\" where a \"severity\"" },
	{ "title Two  words, \"quoted\" ~ and more\n", "", "line 10: \"created\" where a \"title\"" },
	{ "created 2026-01-02T03:04:05Z\n", "", "line 11: \"expires\" where a \"created\"" },
	{ "build-id " BUILD_ID_A "\n", "", "line 16: \"sha256\" where a \"build-id\"" },
	{ "size 4096\n", "", "line 18: \"func\" where a \"size\"" },
	{ "size 4096\n", "size 4096\nsize 4096\n", "line 19: \"size\" where a \"func\"" },
	{ "name cmdline-note\n", "name cmdline-note\nname cmdline-note\n",
	  "line 4: \"name\" where a \"generation\"" },
	{ "expires 2030-12-31T23:59:59Z\n", "expires 2030-12-31T23:59:59Z\nexpires 2031-12-31T23:59:59Z\n",
	  "line 13: \"expires\" where a \"payload\"" },
	{ "vex ", "sbom " SHA_A " 1\nvex ", "line 14: \"vex\" where a \"payload\"" },
	{ "payload 6.1.0", "vendor x\npayload 6.1.0", "line 15: \"vendor\" where a \"payload\"" },
	{ "func vmlinux cmdline_proc_show 4294967295\n",
	  "func vmlinux cmdline_proc_show 1\nvendor x\n",
	  "line 26: \"vendor\" where a \"payload\" line or the end" },
	{ "func vmlinux cmdline_proc_show 4294967295\n", "", "ends where a \"func\"" },
	/* values */
	{ "id VENDOR", "id VEN/DOR", "line 2: an id holds only" },
	{ "id VENDOR-2026:0042.a+b", "id a" LONG63, "line 2: an id has at most 63" },
	{ "name cmdline-note", "name Cmdline-note", "line 3: a name holds only" },
	{ "name cmdline-note", "name 4cmdline", "line 3: a name holds only" },
	{ "name cmdline-note", "name -cmdline", "line 3: a name holds only" },
	{ "name cmdline-note", "name cmdline.note", "line 3: a name holds only" },
	{ "name cmdline-note", "name a" LONG63, "line 3: a name has at most 63" },
	{ "generation 3", "generation 0", "line 4: a generation" },
	{ "generation 3", "generation 03", "line 4: a generation" },
	{ "generation 3", "generation -3", "line 4: a generation" },
	{ "generation 3", "generation 3x", "line 4: a generation" },
	{ "generation 3", "generation 9223372036854775808", "line 4: a generation" },
	{ "generation 3", "generation 18446744073709551617", "line 4: a generation" },
	{ "generation 3", "generation 10000000000000000000", "line 4: a generation" },
	{ "replaces cumulative", "replaces all", "line 5: \"all\" is no value" },
	{ "kind security", "kind secur", "line 6: \"secur\" is no value" },
	{ "severity important", "severity high", "line 7: \"high\" is no value" },
	{ "CVE-2026-0001", "CVE-2026-001", "line 8: a cve" },
	{ "CVE-2026-0001", "CVE-2026-12345678901234567890", "line 8: a cve" },
	{ "CVE-2026-0001", "CVE-202-00001", "line 8: a cve" },
	{ "CVE-2026-0001", "cve-2026-0001", "line 8: a cve" },
	{ "CVE-2026-0001", "CVE-2026-00a1", "line 8: a cve" },
	{ "CVE-2026-0001", "CVE-2026-0001 x", "line 8: a cve" },
	{ "created 2026-01-02T03:04:05Z", "created 2026-01-02 03:04:05Z", "line 11: \"created\" is" },
	{ "created 2026-01-02T03:04:05Z", "created 2026-02-29T03:04:05Z", "line 11: \"created\" is" },
	{ "expires 2030-12-31T23:59:59Z", "expires 2030-12-31T23:59:60Z", "line 12: \"expires\" is" },
	{ "vex " SHA_A " 17", "vex " SHA_A, "line 13: \"vex\" has" },
	{ "vex " SHA_A " 17", "vex " SHA_A " 17 1", "line 13: \"vex\" has" },
	{ "vex " SHA_A " 17", "vex " SHA_A " 0", "line 13: the size of \"vex\"" },
	{ "vex " SHA_A " 17", "vex a" SHA_A " 17", "line 13: \"vex\" has" },
	{ " 4194304\n", " 4194305\n", "line 14: the size of \"sbom\"" },
	{ "payload 6.1.0", "payload -6.1.0", "line 15: a release holds only" },
	{ "payload 6.1.0-56-cloud-amd64", "payload 6.1/0", "line 15: a release holds only" },
	{ "payload 6.1.0-56-cloud-amd64", "payload 66" LONG63, "line 15: a release has at most 64" },
	{ "payload 6.12.117+deb12-rt-amd64", "payload 6.1.0-56-cloud-amd64",
	  "line 21: a second payload" },
	{ "build-id 0011", "build-id 001g", "line 16: \"build-id\" has 40" },
	{ "build-id 0011", "build-id 00112", "line 16: \"build-id\" has 40" },
	{ "build-id 0011", "build-id 001", "line 16: \"build-id\" has 40" },
	{ "aabbccddeeff01234567", "AABBCCDDEEFF01234567", "line 16: \"build-id\" has 40" },
	{ "sha256 0123", "sha256 012", "line 17: \"sha256\" has 64" },
	{ "size 4096", "size 0", "line 18: the size of a payload" },
	{ "size 4096", "size 0x10", "line 18: the size of a payload" },
	{ "size 67108864", "size 67108865", "line 24: the size of a payload" },
	{ "func vmlinux cmdline_proc_show 0", "func vmlinux cmdline_proc_show", "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func vmlinux cmdline_proc_show 0 0",
	  "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func vmlinux  0", "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func vmlinux f 01", "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func vmlinux f -1", "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func vmlinux f/g 0", "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func vm.linux f 0", "line 19: \"func\" has" },
	{ "func vmlinux cmdline_proc_show 0", "func a" LONG63 " f 0", "line 19: \"func\" has" },
	{ " 4294967295\n", " 4294967296\n", "line 25: \"func\" has" },
};

static void each_violation_is_refused_with_line_and_rule(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(violations); i++) {
		char *text = changed(violations[i].from, violations[i].to);

		expect_reason(text, strlen(text), MEND_R_MANIFEST_SYNTAX, violations[i].part);
		free(text);
	}
}

static void a_valid_manifest_is_read(void **state)
{
	struct mend_report report;
	struct manifest m;

	(void)state;
	assert_int_equal(parse(&m, valid, strlen(valid), &report), 0);
	assert_string_equal(report.text, "");
	assert_string_equal(m.id, "VENDOR-2026:0042.a+b");
	assert_string_equal(m.name, "cmdline-note");
	assert_int_equal(m.generation, 3);
	assert_true(m.cumulative);
	assert_true(m.has_expires);
	assert_int_equal(m.created, 1767323045);
	assert_int_equal(m.expires, 1924991999);
	assert_int_equal(m.nr_cves, 2);
	assert_int_equal(m.nr_payloads, 2);
	assert_memory_equal(valid + m.title, "Two  words, \"quoted\" ~ and more", m.title_len);
	assert_int_equal(valid[m.title + m.title_len], '\n');
	assert_int_equal(m.payload.nr_funcs, 0);
}

static void what_is_optional_may_be_missing(void **state)
{
	static const char *const optional[] = {
		"cve CVE-2026-0001\n", "expires 2030-12-31T23:59:59Z\n", "vex " SHA_A " 17\n",
		"sbom " SHA_B " 4194304\n",
	};
	struct mend_report report;
	struct manifest m;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(optional); i++) {
		char *text = changed(optional[i], "");

		assert_int_equal(parse(&m, text, strlen(text), &report), 0);
		assert_int_equal(m.has_expires, i != 1);
		free(text);
	}
}

static void limits_are_inclusive(void **state)
{
	static const struct violation allowed[] = {
		{ "generation 3", "generation 9223372036854775807", NULL },
		{ "id VENDOR-2026:0042.a+b", "id " LONG63, NULL },
		{ "name cmdline-note", "name " LONG63, NULL },
		{ "payload 6.1.0-56-cloud-amd64", "payload 6" LONG63, NULL },
		{ "func vmlinux", "func " LONG63, NULL },
		{ "size 4096", "size 1", NULL },
		{ "id VENDOR-2026:0042.a+b", "id azAZ09._:+-", NULL },
		{ "name cmdline-note", "name az09-", NULL },
		{ "name cmdline-note", "name z", NULL },
		{ "payload 6.1.0-56-cloud-amd64", "payload ZzAa09._+~-", NULL },
		{ "func vmlinux cmdline_proc_show", "func azAZ09_- azAZ09_.$", NULL },
		{ "title Two", "title ~ !", NULL },
		{ "replaces cumulative", "replaces none", NULL },
		{ "created 2026-01-02", "created 2000-02-29", NULL },
	};
	struct mend_report report;
	struct manifest m;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(allowed); i++) {
		char *text = changed(allowed[i].from, allowed[i].to);

		if (parse(&m, text, strlen(text), &report))
			fail_msg("\"%s\" refused: %s", allowed[i].to, report.text);
		free(text);
	}
}

static void another_format_is_a_version_and_not_a_syntax(void **state)
{
	char *text = changed("format mend-1\nid VENDOR", "format mend-2\n\x01\x02\n\n");

	(void)state;
	expect_reason(text, strlen(text), MEND_R_MANIFEST_VERSION, "\"mend-2\"");
	free(text);
}

static void nothing_shorter_is_accepted(void **state)
{
	struct mend_report report;
	struct manifest m;
	size_t len, whole = strlen(valid);
	/* Two shorter texts are manifests of their own: at the end of either payload's funcs. */
	size_t first = strstr(valid, "func nf_tables") - valid;
	size_t second = strstr(valid, "payload 6.12") - valid;

	(void)state;
	for (len = 0; len < whole; len++) {
		if (len == first || len == second)
			continue;
		if (!parse(&m, valid, len, &report))
			fail_msg("accepted after %zu of %zu bytes", len, whole);
		assert_int_equal(report.reason, MEND_R_MANIFEST_SYNTAX);
	}
}

static void a_line_has_at_most_512_bytes(void **state)
{
	char line[2 * MEND_LINE_MAX] = "title ";
	struct mend_report report;
	struct manifest m;
	char *text;

	(void)state;
	memset(line + 6, 'x', MEND_LINE_MAX - 6);
	line[MEND_LINE_MAX] = '\0';
	text = changed("title Two  words, \"quoted\" ~ and more", line);
	assert_int_equal(parse(&m, text, strlen(text), &report), 0);
	free(text);
	strcat(line, "x");
	text = changed("title Two  words, \"quoted\" ~ and more", line);
	expect_reason(text, strlen(text), MEND_R_MANIFEST_SYNTAX, "line 10: longer than 512");
	free(text);
}

static void a_symbol_has_at_most_255_characters(void **state)
{
	char func[MEND_LINE_MAX] = "func vmlinux ";
	size_t start = strlen(func);
	struct mend_report report;
	struct manifest m;
	char *text;

	(void)state;
	memset(func + start, 's', MEND_SYMBOL_LEN - 1);
	text = changed("func vmlinux cmdline_proc_show", func);
	assert_int_equal(parse(&m, text, strlen(text), &report), 0);
	free(text);
	func[start + MEND_SYMBOL_LEN - 1] = 's';
	text = changed("func vmlinux cmdline_proc_show", func);
	expect_reason(text, strlen(text), MEND_R_MANIFEST_SYNTAX, "line 19: \"func\" has");
	free(text);
}

static void repeat(char *out, const char *format, u32 nr)
{
	u32 i;

	*out = '\0';
	for (i = 0; i < nr; i++)
		sprintf(out + strlen(out), format, i);
}

static void repeated_lines_have_limits(void **state)
{
	static const struct {
		const char *from, *format, *part;
		u32 max;
	} cases[] = {
		{ "cve CVE-2026-1234567890123456789\n", "cve CVE-2026-%04u\n", "more than 64 cve",
		  MEND_CVES_MAX - 1 },
		{ "func nf_tables nft_do_chain.cold 2\n", "func m f%u 0\n", "more than 256 func",
		  MEND_FUNCS_MAX - 1 },
		{ "payload 6.12.117+deb12-rt-amd64\n",
		  "payload r%u\nbuild-id " BUILD_ID_A "\nsha256 " SHA_A "\nsize 1\nfunc m f 0\n",
		  "more than 32 payloads", MEND_PAYLOADS_MAX - 1 },
	};
	static char lines[1 << 16];
	struct mend_report report;
	struct manifest m;
	size_t i;
	char *text;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bool payloads = i == 2;

		/* The last payload stays what it was, so one generated line less. */
		repeat(lines, cases[i].format, cases[i].max - payloads);
		if (payloads)
			strcat(lines, cases[i].from);
		text = changed(cases[i].from, lines);
		if (parse(&m, text, strlen(text), &report))
			fail_msg("refused: %s", report.text);
		free(text);

		repeat(lines, cases[i].format, cases[i].max - payloads + 1);
		if (payloads)
			strcat(lines, cases[i].from);
		text = changed(cases[i].from, lines);
		expect_reason(text, strlen(text), MEND_R_MANIFEST_SYNTAX, cases[i].part);
		free(text);
	}
}

static void a_manifest_has_at_most_16_kib(void **state)
{
	static char text[MEND_MANIFEST_MAX + 2];
	size_t len = strlen(valid);
	struct mend_report report;
	struct manifest m;
	u32 line = 0;

	(void)state;
	memcpy(text, valid, len);
	/* Fill up with func lines of 15 bytes and a symbol. */
	while (len < MEND_MANIFEST_MAX) {
		size_t left = MEND_MANIFEST_MAX - len;
		size_t symbol = left >= 430 ? 200 : left > 270 ? 100 : left - 15;

		len += sprintf(text + len, "func m%04u ", line++);
		memset(text + len, 's', symbol);
		len += symbol;
		len += sprintf(text + len, " 10\n");
	}
	assert_int_equal(len, MEND_MANIFEST_MAX);
	if (parse(&m, text, len, &report))
		fail_msg("refused: %s", report.text);
	expect_reason(text, len + 1, MEND_R_MANIFEST_SYNTAX, "larger than 16384");
}

static void a_payload_is_selected_by_digest_and_release(void **state)
{
	static const u8 unknown[MEND_DIGEST_LEN] = { 1, 2, 3 };
	const char *release_b = "6.12.117+deb12-rt-amd64";
	size_t len = strlen(valid);
	u8 sha_b[MEND_DIGEST_LEN];
	struct manifest m;

	(void)state;
	assert_int_equal(manifest_parse(&m, valid, len, NULL), 0);
	assert_int_equal(manifest_select(&m, valid, len, unknown, NULL), -ENOENT);
	assert_int_equal(manifest_select(&m, valid, len, NULL, "6.1.0-56-cloud-amd6"), -ENOENT);
	assert_int_equal(m.payload.size, 0);

	assert_int_equal(manifest_select(&m, valid, len, NULL, release_b), 0);
	assert_string_equal(m.payload.release, release_b);
	assert_int_equal(m.payload.size, MEND_PAYLOAD_MAX);
	assert_int_equal(m.payload.nr_funcs, 1);
	assert_int_equal(m.payload.build_id[0], 0xfe);
	assert_int_equal(m.payload.build_id[8], 0x01);
	memcpy(sha_b, m.payload.sha256, sizeof(sha_b));
	assert_int_equal(sha_b[0], 0xff);
	assert_int_equal(sha_b[31], 0xef);

	assert_int_equal(manifest_select(&m, valid, len, sha_b, "6.1.0-56-cloud-amd64"), -ENOENT);
	assert_int_equal(manifest_select(&m, valid, len, NULL, NULL), 0);
	assert_string_equal(m.payload.release, "6.1.0-56-cloud-amd64");
	assert_int_equal(manifest_select(&m, valid, len, sha_b, NULL), 0);
	assert_string_equal(m.payload.release, release_b);
}

static void funcs_are_walked_in_order(void **state)
{
	size_t len = strlen(valid);
	struct manifest_funcs iter;
	struct manifest_func func;
	struct manifest m;

	(void)state;
	assert_int_equal(manifest_parse(&m, valid, len, NULL), 0);
	manifest_funcs_begin(&iter, &m, valid);
	assert_false(manifest_func_next(&iter, &func));

	assert_int_equal(manifest_select(&m, valid, len, NULL, NULL), 0);
	manifest_funcs_begin(&iter, &m, valid);
	assert_true(manifest_func_next(&iter, &func));
	assert_string_equal(func.object, "vmlinux");
	assert_string_equal(func.symbol, "cmdline_proc_show");
	assert_int_equal(func.sympos, 0);
	assert_true(manifest_func_next(&iter, &func));
	assert_string_equal(func.object, "nf_tables");
	assert_string_equal(func.symbol, "nft_do_chain.cold");
	assert_int_equal(func.sympos, 2);
	assert_false(manifest_func_next(&iter, &func));
	assert_false(manifest_func_next(&iter, &func));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_manifest_is_read),
		cmocka_unit_test(what_is_optional_may_be_missing),
		cmocka_unit_test(limits_are_inclusive),
		cmocka_unit_test(each_violation_is_refused_with_line_and_rule),
		cmocka_unit_test(another_format_is_a_version_and_not_a_syntax),
		cmocka_unit_test(nothing_shorter_is_accepted),
		cmocka_unit_test(a_line_has_at_most_512_bytes),
		cmocka_unit_test(a_symbol_has_at_most_255_characters),
		cmocka_unit_test(repeated_lines_have_limits),
		cmocka_unit_test(a_manifest_has_at_most_16_kib),
		cmocka_unit_test(a_payload_is_selected_by_digest_and_release),
		cmocka_unit_test(funcs_are_walked_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
