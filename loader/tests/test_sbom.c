// SPDX-License-Identifier: MIT
/*
 * SBOMs: as mend-build writes them, as others do, and what is none.
 */
#include "common.h"

#include <stdio.h>

#include "lib/sbom.h"

#define HEAD	"{ \"spdxVersion\": \"SPDX-2.3\", "

/* As mend-build writes it, in short */
static const char ours[] =
	HEAD "\"SPDXID\": \"SPDXRef-DOCUMENT\", \"dataLicense\": \"CC0-1.0\",\n"
	"\"packages\": [\n"
	"  { \"SPDXID\": \"SPDXRef-Patch\", \"name\": \"fix\", \"versionInfo\": \"1\" },\n"
	"  { \"SPDXID\": \"SPDXRef-1\", \"name\": \"fix.patch\",\n"
	"    \"checksums\": [ { \"algorithm\": \"SHA1\", \"checksumValue\": \"aa\" },\n"
	"                   { \"algorithm\": \"SHA256\", \"checksumValue\": \"bb\" } ] },\n"
	"  { \"SPDXID\": \"SPDXRef-2\", \"name\": \"gcc-12\", \"versionInfo\": \"12.2.0\" } ],\n"
	"\"annotations\": [ { \"comment\": \"left out: Documentation/x: no code\" },\n"
	"                 { \"comment\": \"something else\" } ],\n"
	"\"relationships\": [ { \"spdxElementId\": \"SPDXRef-DOCUMENT\",\n"
	"  \"relatedSpdxElement\": \"SPDXRef-Patch\", \"relationshipType\": \"DESCRIBES\" } ] }";

static int read_text(struct sbom *s, const char *text, struct err *e)
{
	struct buf copy = test_copy((struct bytes){ (const uint8_t *)text, strlen(text) });
	int ret = sbom_read(s, buf_bytes(&copy), e);

	buf_free(&copy);	/* nothing may point into it any more */
	return ret;
}

static void our_own_tells_parts_and_what_was_left_out(void **state)
{
	struct sbom s;
	struct err e;

	(void)state;
	assert_int_equal(read_text(&s, ours, &e), 0);
	assert_int_equal(s.nr_parts, 2);	/* the patch itself is none */
	assert_string_equal(s.parts[0].name, "fix.patch");
	assert_null(s.parts[0].version);
	assert_string_equal(s.parts[0].algorithm, "SHA256");
	assert_string_equal(s.parts[0].checksum, "bb");
	assert_string_equal(s.parts[1].name, "gcc-12");
	assert_string_equal(s.parts[1].version, "12.2.0");
	assert_null(s.parts[1].checksum);
	assert_int_equal(s.nr_left_out, 1);
	assert_string_equal(s.left_out[0], "Documentation/x: no code");
	sbom_free(&s);
}

static void those_of_others_are_read_as_well(void **state)
{
	struct sbom s;
	struct err e;

	(void)state;
	assert_int_equal(read_text(&s, HEAD
		"\"documentDescribes\": [ \"SPDXRef-a\", 7 ],"
		"\"packages\": [ { \"SPDXID\": \"SPDXRef-a\", \"name\": \"all\","
		"  \"annotations\": [ { \"comment\": \"left out: x: y\" } ] } ],"
		"\"files\": [ { \"fileName\": \"./a.c\", \"versionInfo\": 3, \"checksums\": ["
		"  { \"algorithm\": \"SHA1\", \"checksumValue\": \"aa\" },"
		"  { \"algorithm\": \"MD5\", \"checksumValue\": \"cc\" }, 5 ] } ] }", &e), 0);
	assert_int_equal(s.nr_parts, 1);
	assert_string_equal(s.parts[0].name, "./a.c");
	assert_null(s.parts[0].version);
	assert_string_equal(s.parts[0].algorithm, "SHA1");
	assert_string_equal(s.parts[0].checksum, "aa");
	assert_int_equal(s.nr_left_out, 1);
	sbom_free(&s);
	assert_int_equal(read_text(&s, HEAD "\"name\": \"nothing in it\" }", &e), 0);
	assert_int_equal(s.nr_parts + s.nr_left_out, 0);
	sbom_free(&s);
}

static void what_is_no_spdx_document_is_said_to_be_none(void **state)
{
	static const struct { const char *text, *message; } cases[] = {
		{ "", "not JSON: line 1" },
		{ "hello", "not JSON" },
		{ HEAD "\"a\": 1, \"a\": 2 }", "not JSON" },
		{ HEAD "\"name\": \"\\u0000\" }", "not JSON" },
		{ "[]", "no SPDX document" },
		{ "{}", "no SPDX document" },
		{ "{ \"spdxVersion\": 2.3 }", "no SPDX document" },
		{ "{ \"spdxVersion\": \"SPDX-3.0\" }", "no SPDX document of version 2" },
		{ "{ \"bomFormat\": \"CycloneDX\" }", "CycloneDX" },
		{ HEAD "\"packages\": {} }", "\"packages\" is no list" },
		{ HEAD "\"packages\": [ 1 ] }", "has no \"name\"" },
		{ HEAD "\"packages\": [ { \"name\": [] } ] }", "has no \"name\"" },
		{ HEAD "\"files\": [ { \"name\": \"x\" } ] }", "has no \"fileName\"" },
		{ HEAD "\"annotations\": 1 }", "\"annotations\" is no list" },
		{ HEAD "\"annotations\": [ {} ] }", "no comment" },
		{ HEAD "\"files\": [ { \"fileName\": \"x\", \"annotations\": [ 1 ] } ] }",
		  "no comment" },
	};
	struct sbom s;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!read_text(&s, cases[i].text, &e))
			fail_msg("%s", cases[i].text);
		assert_int_equal(e.reason, ERR_INPUT);
		test_contains(e.message, cases[i].message);
	}
}

static void damaged_documents_do_no_harm(void **state)
{
	struct sbom s;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ours) - 1; i++) {
		struct buf copy = test_copy((struct bytes){ (const uint8_t *)ours, i });

		assert_int_equal(sbom_read(&s, buf_bytes(&copy), &e), -1);
		buf_free(&copy);
	}
	for (i = 0; i < sizeof(ours) - 1; i++) {
		struct buf copy = test_copy(BYTES(ours));

		copy.data[i] = i % 2 ? '[' : 0xff;
		if (!sbom_read(&s, buf_bytes(&copy), &e))
			sbom_free(&s);
		buf_free(&copy);
	}
}

/* page() - what "mend inspect" prints of a bundle with that SBOM */
static char *page(struct buf *out, const char *sbom, const char *options)
{
	char *dir = test_dir();

	test_file(dir, "sbom.json", sbom);
	if (test_run(out, "cd %s && " TEST_MEND " pack -o x.mend --name good --generation 3 "
		     "--kind test --severity none --title t --sbom sbom.json --payload "
		     TEST_PAYLOADS "/good.ko@" TEST_BUILD_ID " && " TEST_MEND " inspect x.mend %s",
		     dir, options))
		fail_msg("%s", (char *)out->data);
	test_dir_free(dir);
	return (char *)out->data;
}

static void the_page_shows_what_it_was_made_from(void **state)
{
	struct buf out = { 0 };
	const char *text;

	(void)state;
	text = page(&out, ours, "");
	test_contains(text, "\n  made from   fix.patch, SHA256 bb\n              gcc-12 12.2.0\n"
		      "  left out    Documentation/x: no code\n");
	test_contains(text, "vmlinux:second (number 2 of that name), ");
	test_contains(text, "\n  objects     vmlinux, ext4\n  refers to   vmlinux, 1 time; "
		      "exported symbols, ");
	text = page(&out, ours, "--json");
	test_contains(text, "\"made_from\": [");
	test_contains(text, "\"checksum\": \"bb\"");
	test_contains(text, "\"Documentation/x: no code\"");
	text = page(&out, "{}", "");
	test_contains(text, "\n  made from   not shown: it is no SPDX document of version 2\n");
	buf_free(&out);
}

/* What could steer a terminal, as plain ASCII and as UTF-8 */
static void strings_of_strangers_cannot_steer_a_terminal(void **state)
{
	struct buf out = { 0 };
	const char *text;

	(void)state;
	text = page(&out, HEAD "\"packages\": [ { \"name\": \"a\\u001b[2Jb\\n  made up\", "
		    "\"versionInfo\": \"\\u009b2Jc\\u00e4\", \"checksums\": [ { \"algorithm\": "
		    "\"\\r\", \"checksumValue\": \"\\u007f\" } ] } ], \"annotations\": [ { "
		    "\"comment\": \"left out: \\u0007\" } ] }", "");
	test_contains(text, "\n  made from   a?[2Jb?  made up ?2Jc\xc3\xa4, ? ?\n"
		      "  left out    ?\n");
	buf_free(&out);
}

static void long_documents_do_not_fill_the_page(void **state)
{
	struct buf out = { 0 }, doc = { 0 };
	const char *text;
	int i;

	(void)state;
	buf_printf(&doc, HEAD "\"packages\": [ { \"name\": \"");
	buf_fill(&doc, 'x', 300);
	buf_printf(&doc, "\" }");
	for (i = 1; i < 57; i++)
		buf_printf(&doc, ", { \"name\": \"part-%d\" }", i);
	buf_printf(&doc, " ] }");
	buf_append(&doc, "", 1);
	text = page(&out, (char *)doc.data, "");
	test_contains(text, "xxx...\n              part-1\n");
	test_contains(text, "part-49\n              and 7 more; --json has all\n");
	assert_null(strstr(text, "part-50"));
	text = page(&out, (char *)doc.data, "--json");
	test_contains(text, "part-56");
	buf_free(&doc);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_tells_parts_and_what_was_left_out),
		cmocka_unit_test(those_of_others_are_read_as_well),
		cmocka_unit_test(what_is_no_spdx_document_is_said_to_be_none),
		cmocka_unit_test(damaged_documents_do_no_harm),
		cmocka_unit_test(the_page_shows_what_it_was_made_from),
		cmocka_unit_test(strings_of_strangers_cannot_steer_a_terminal),
		cmocka_unit_test(long_documents_do_not_fill_the_page),
	};

	return cmocka_run_group_tests_name("sbom", tests, NULL, NULL);
}
