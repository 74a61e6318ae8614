// SPDX-License-Identifier: MIT
/*
 * CVEs on a machine made of files: "mend cve", and the document that "mend vex" makes of it.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_cli.h"

#define DOC(release)	"root/usr/share/doc/linux-image-" release "/changelog"
#define PROC_VERSION	"Linux version " TEST_RELEASE " (a@b) (gcc (Debian 12.2.0-14) 12.2.0) #1 SMP " \
			"PREEMPT_DYNAMIC Debian 6.1.10-1 (2026-11-16)\n"
#define NEWER		"6.1.1-test-amd64"
#define ENTRY(v, cve)	"linux (" v ") stable; urgency=high\n\n    - fix (" cve ")\n\n"

/* A patch that is there, with the manifest of a bundle that fixes CVE-2025-1111 */
static void patch(const char *state, const char *enabled, const char *reason)
{
	cli_patch("one", state, enabled, reason);
	assert_int_equal(test_run(&cli_out, "cd %s && tar xOf one.mend manifest >sys/one.1/manifest",
				  cli_dir), 0);
}

/* What "mend cve CVE-2025-1111" says, and exits with */
static void says(int code, const char *text)
{
	assert_int_equal(cli_mend("cve CVE-2025-1111"), code);
	assert_memory_equal(cli_text(), text, strlen(text));
}

static void a_patch_that_is_on_fixes_it(void **state)
{
	(void)state;
	patch("on", "1", "");
	says(0, "CVE-2025-1111 fixed live: by 'one' generation 1\n");
	test_file(cli_dir, "sys/one.1/probation_ms", "5000\n");
	says(0, "CVE-2025-1111 fixed live: by 'one' generation 1, which is on probation\n  what to do  "
	     "'mend confirm one' keeps it");
	/* part of the number of another one */
	assert_int_equal(cli_mend("cve CVE-2025-11111"), 2);
	assert_int_equal(cli_mend("cve CVE-2025-1111 CVE-2025-11111"), 2);
}

static void a_patch_that_is_off_or_not_sound_does_not(void **state)
{
	static const char *const states[][4] = {
		{ "off", "0", "", "off\n  what to do  'mend apply BUNDLE' switches 'one'" },
		{ "rolled-back", "0", "129 it oopsed",
		  "rolled-back: it oopsed\n  what to do  'mend status one'" },
		{ "rollback-blocked", "1", "128", "rollback-blocked: DEADLINE\n" },
		{ "degraded", "1", "69 no a in b", "degraded: no a in b\n" },
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		patch(states[i][0], states[i][1], states[i][2]);
		snprintf(text, sizeof(text), "CVE-2025-1111 affected: 'one' generation 1 would fix "
			 "it, and is %s", states[i][3]);
		says(3, text);
	}
}

static void a_bundle_in_the_store_says_that_it_is_not_fixed(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("stage one.mend --cert mend.pem"), 0);
	assert_int_equal(cli_mend("stage one2.mend --cert mend.pem"), 0);
	says(3, "CVE-2025-1111 affected: 'one' generation 2 would fix it, and is in the store\n"
	     "  what to do  'mend apply root/var/lib/mend/bundles/one.2.mend'\n");
	patch("off", "0", "");
	says(3, "CVE-2025-1111 affected: 'one' generation 1 would fix it, and is off\n"
	     "  what to do  'mend apply root/var/lib/mend/bundles/one.1.mend' switches");
	patch("on", "1", "");
	says(0, "CVE-2025-1111 fixed live");
	/* nothing but damaged ones: nothing is known */
	assert_int_equal(test_run(&cli_out, "cd %s && rm -r sys/one.1 && for f in root/var/lib/mend/"
				  "bundles/*; do echo no bundle >$f; done", cli_dir), 0);
	says(2, "CVE-2025-1111 unknown: no patch that is here names it, and the running kernel is "
	     "none of Debian's packages\n");
}

static void the_changelog_of_the_kernel_that_runs_tells(void **state)
{
	(void)state;
	test_file(cli_dir, "root/proc/version", PROC_VERSION);
	says(2, "CVE-2025-1111 unknown: no patch that is here names it, and there is no changelog of "
	     "the package linux-image-" TEST_RELEASE "\n  what to do  if dpkg leaves");
	test_file(cli_dir, DOC(TEST_RELEASE), ENTRY("6.1.11-1", "CVE-2025-1111")
		  ENTRY("6.1.10-1", "CVE-2025-2222") ENTRY("6.1.9-1", "CVE-2025-3333"));
	/* upgraded since it was booted */
	says(3, "CVE-2025-1111 affected: the kernel's package has fixed it in 6.1.11-1, which is "
	     "installed and does not run\n  what to do  reboot into linux-image-" TEST_RELEASE "\n");
	assert_int_equal(cli_mend("cve CVE-2025-2222 CVE-2025-3333"), 0);
	assert_string_equal(cli_text(), "CVE-2025-2222 fixed by the installed kernel: in 6.1.10-1; "
			    "6.1.10-1 runs\nCVE-2025-3333 fixed by the installed kernel: in 6.1.9-1; "
			    "6.1.10-1 runs\n");
	assert_int_equal(cli_mend("cve CVE-2025-4444"), 2);
	cli_has("nor does the changelog of the kernel's package, 6.1.10-1\n");
	/* of both, the worse */
	assert_int_equal(cli_mend("cve CVE-2025-4444 CVE-2025-1111 CVE-2025-2222"), 3);
	/* that the kernel has it is worth more than a patch that is off */
	patch("off", "0", "");
	test_file(cli_dir, DOC(TEST_RELEASE), ENTRY("6.1.10-1", "CVE-2025-1111"));
	says(0, "CVE-2025-1111 fixed by the installed kernel: in 6.1.10-1");
}

static void a_newer_kernel_says_what_the_one_that_runs_lacks(void **state)
{
	(void)state;
	test_file(cli_dir, "root/proc/version", PROC_VERSION);
	test_file(cli_dir, DOC(NEWER), ENTRY("6.1.12-1", "CVE-2025-1111")
		  ENTRY("6.1.10-1", "CVE-2025-2222"));
	says(2, "CVE-2025-1111 unknown");
	test_file(cli_dir, "root/boot/vmlinuz-" NEWER, "");
	says(3, "CVE-2025-1111 affected: the kernel's package has fixed it in 6.1.12-1, which is "
	     "installed and does not run\n  what to do  reboot into linux-image-" NEWER "\n");
}

static void what_is_no_cve_is_an_error(void **state)
{
	static const char *const wrong[] = {
		"", "CVE-2025-1111 cve-2025-1111", "CVE-25-1111", "CVE-2025-111", "CVE-2025-1111x", "''",
	};
	char args[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(args, sizeof(args), "cve %s", wrong[i]);
		assert_int_equal(cli_mend(args), 64);
		assert_memory_equal(cli_text(), "mend cve: ", 10);
	}
	cli_has("'' is no CVE: they are written CVE-YYYY-N");
}

static void cve_tells_programs_the_same(void **state)
{
	json_t *json, *first;

	(void)state;
	patch("on", "1", "");
	assert_int_equal(cli_mend("cve CVE-2025-1111 CVE-2025-2222 --json"), 2);
	json = cli_parse();
	assert_string_equal(cli_string(json, "worst"), "unknown");
	first = json_array_get(json_object_get(json, "cves"), 0);
	assert_string_equal(cli_string(first, "cve"), "CVE-2025-1111");
	assert_string_equal(cli_string(first, "standing"), "fixed-live");
	assert_string_equal(cli_string(first, "name"), "one");
	assert_int_equal(json_integer_value(json_object_get(first, "generation")), 1);
	assert_true(json_is_null(json_object_get(first, "package_version")));
	json_decref(json);
}

/* Strings that must be there and not empty */
static void has_texts(json_t *object, const char *const *names)
{
	const char *text;

	for (; *names; names++) {
		text = cli_string(object, *names);
		if (!text || !*text)
			fail_msg("'%s' is missing or empty", *names);
	}
}

/* What the schema of OpenVEX 0.2.0 wants of a product */
static void check_product(json_t *product)
{
	static const char *const texts[] = { "@id", NULL };
	const char *purl = cli_string(json_object_get(product, "identifiers"), "purl");

	has_texts(product, texts);
	assert_int_equal(json_object_size(product), 2);
	assert_non_null(purl);
	assert_memory_equal(purl, "pkg:", 4);
	assert_string_equal(purl, cli_string(product, "@id"));
	assert_null(strpbrk(purl, "+ "));
}

/* ... and of a statement: affected has to say what to do, and nothing else may be there */
static void check_statement(json_t *s)
{
	static const char *const texts[] = { "status", "status_notes", NULL };
	static const char *const action[] = { "action_statement", NULL };
	static const char *const name[] = { "name", NULL };
	const char *status = cli_string(s, "status");
	json_t *product, *products = json_object_get(s, "products");
	size_t i;

	has_texts(s, texts);
	has_texts(json_object_get(s, "vulnerability"), name);
	assert_true(json_array_size(products) > 0);
	json_array_foreach(products, i, product)
		check_product(product);
	if (!strcmp(status, "affected"))
		has_texts(s, action);
	else
		assert_string_equal(status, "fixed");
	assert_int_equal(json_object_size(s), strcmp(status, "affected") ? 4 : 5);
}

/* Parses what was printed as a document, and takes its time out */
static json_t *check_document(void)
{
	static const char *const texts[] = { "@id", "author", "timestamp", "tooling", NULL };
	json_t *doc = cli_parse(), *s;
	size_t i;

	has_texts(doc, texts);
	assert_string_equal(cli_string(doc, "@context"), "https://openvex.dev/ns/v0.2.0");
	assert_int_equal(json_integer_value(json_object_get(doc, "version")), 1);
	assert_int_equal(json_object_size(doc), 7);
	assert_int_equal(strlen(cli_string(doc, "timestamp")), 20);
	assert_true(json_array_size(json_object_get(doc, "statements")) > 0);
	json_array_foreach(json_object_get(doc, "statements"), i, s)
		check_statement(s);
	json_object_del(doc, "timestamp");
	return doc;
}

static const char *status_of(json_t *doc, size_t i)
{
	return cli_string(json_array_get(json_object_get(doc, "statements"), i), "status");
}

static void without_a_cve_there_is_no_document(void **state)
{
	(void)state;
	cli_patch("one", "on", "1", "");
	assert_int_equal(cli_mend("vex --output x.json"), 2);
	cli_has("names a CVE: OpenVEX has no empty documents");
	assert_int_equal(test_run(&cli_out, "ls %s/x.json", cli_dir), 2);
	assert_int_equal(cli_mend("vex --author ''"), 64);
}

static void vex_has_a_statement_for_each_cve(void **state)
{
	json_t *on, *again, *off;

	(void)state;
	test_file(cli_dir, "root/proc/sys/kernel/hostname", "ant\n");
	patch("on", "1", "");
	assert_int_equal(cli_mend("vex"), 0);
	on = check_document();
	assert_string_equal(status_of(on, 0), "fixed");
	assert_string_equal(cli_string(on, "author"), "mend on ant");
	cli_has("\"pkg:generic/linux@" TEST_RELEASE "\"");
	assert_int_equal(test_run(&cli_out, "sleep 1.1; " MEND "vex --json", cli_dir), 0);
	again = check_document();
	assert_true(json_equal(on, again));
	json_decref(again);
	patch("off", "0", "");
	assert_int_equal(cli_mend("vex --output x.json"), 0);
	assert_string_equal(cli_text(), "");
	assert_int_equal(test_run(&cli_out, "cat %s/x.json", cli_dir), 0);
	off = check_document();
	assert_string_equal(status_of(off, 0), "affected");
	assert_string_not_equal(cli_string(on, "@id"), cli_string(off, "@id"));
	json_decref(on);
	json_decref(off);
}

static void a_document_that_is_true_no_more_is_removed(void **state)
{
	(void)state;
	patch("on", "1", "");
	assert_int_equal(cli_mend("vex --output x.json"), 0);
	/* an error is not an answer */
	assert_int_equal(cli_mend("vex --output x.json --author ''"), 64);
	assert_string_equal(cli_file("x.json"), "{");
	assert_int_equal(test_run(&cli_out, "cd %s && rm -r sys/one.1", cli_dir), 0);
	assert_int_equal(cli_mend("vex --output x.json"), 2);
	cli_has("has no empty documents; 'x.json' is removed\n");
	assert_int_equal(test_run(&cli_out, "ls %s/x.json", cli_dir), 2);
	assert_int_equal(cli_mend("vex --output x.json"), 2);
	cli_has("has no empty documents\n");
	/* what is no file of ours */
	assert_int_equal(test_run(&cli_out, "cd %s && ln -s notes link && mkdir sub", cli_dir), 0);
	assert_int_equal(cli_mend("vex --output link"), 2);
	assert_int_equal(cli_mend("vex --output sub"), 2);
	assert_int_equal(test_run(&cli_out, "cd %s && test -L link && test -d sub && test -s notes",
				  cli_dir), 0);
	/* what cannot be removed: it is an error, since it is still there */
	assert_int_equal(cli_mend("vex --output /proc/self/comm"), 1);
	cli_has("cannot remove '/proc/self/comm': ");
}

static void vex_names_the_package_and_what_it_fixes(void **state)
{
	json_t *doc;

	(void)state;
	test_file(cli_dir, "root/proc/version", PROC_VERSION);
	test_file(cli_dir, DOC(TEST_RELEASE), ENTRY("6.1.10-1", "CVE-2025-2222"));
	patch("off", "0", "");
	assert_int_equal(test_run(&cli_out, "cd %s && sed -i '/^cve /a cve CVE-2025-2222' "
				  "sys/one.1/manifest", cli_dir), 0);
	assert_int_equal(cli_mend("vex --author me"), 0);
	doc = check_document();
	cli_has("\"pkg:deb/debian/linux-image-" TEST_RELEASE "@6.1.10-1?arch=amd64\"");
	assert_int_equal(json_array_size(json_object_get(doc, "statements")), 2);
	assert_string_equal(status_of(doc, 0), "affected");
	assert_string_equal(status_of(doc, 1), "fixed");
	assert_string_equal(cli_string(doc, "author"), "me");
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLI_TEST(a_patch_that_is_on_fixes_it),
		CLI_TEST(a_patch_that_is_off_or_not_sound_does_not),
		CLI_TEST(a_bundle_in_the_store_says_that_it_is_not_fixed),
		CLI_TEST(the_changelog_of_the_kernel_that_runs_tells),
		CLI_TEST(a_newer_kernel_says_what_the_one_that_runs_lacks),
		CLI_TEST(what_is_no_cve_is_an_error),
		CLI_TEST(cve_tells_programs_the_same),
		CLI_TEST(without_a_cve_there_is_no_document),
		CLI_TEST(vex_has_a_statement_for_each_cve),
		CLI_TEST(a_document_that_is_true_no_more_is_removed),
		CLI_TEST(vex_names_the_package_and_what_it_fixes),
	};

	return cmocka_run_group_tests_name("fake_cves", tests, cli_group_setup, cli_group_teardown);
}
