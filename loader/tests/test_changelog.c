// SPDX-License-Identifier: MIT
/*
 * What the changelog of the running kernel's package fixes, and what it does not say.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake.h"
#include "lib/changelog.h"
#include "lib/gz.h"

#define DOC		"usr/share/doc/linux-image-" TEST_RELEASE
#define PROC_VERSION(v)	"Linux version " TEST_RELEASE " (debian-kernel@lists.debian.org) (gcc-12 " \
			"(Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP " \
			"PREEMPT_DYNAMIC Debian " v " (2026-11-16)\n"
#define END		"\n -- A Name <a@b>  Mon, 16 Nov 2026 11:17:40 +0100\n\n"

static const char signed_package[] =
	"linux-signed-amd64 (6.1.192+2) bookworm-security; urgency=high\n\n"
	"  * Sign kernel from linux 6.1.192-2\n\n"
	"  * net: one (CVE-2026-1000)\n" END
	"linux (6.1.192-1) bookworm-security; urgency=high\n\n"
	"    - net: two\n      (CVE-2026-2000, CVE-2026-20000)\n"
	"    - Revert \"net: fix CVE-2026-3000\"\n"
	"    - Revert \"net: four\" (CVE-2026-4000)\n"
	"    - CVE-2026-1, CVE-26-1000, CVE-2026-10001000100010001000, CVE-2026-7000-1\n" END
	"linux (6.1.190-1) bookworm-security; urgency=high\n\n"
	"    - net: five (CVE-2026-5000)\n    - net: again (CVE-2026-2000)\n" END;

/* Entries below the backport's own sort behind it. */
static const char backport[] =
	"linux-signed-6.12-amd64 (6.12.117+1~deb12u1) bookworm-security; urgency=high\n\n"
	"  * Sign kernel from linux-6.12 6.12.117-1~deb12u1\n\n  * Rebuild for bookworm\n" END
	"linux (6.12.117-1) trixie-security; urgency=high\n\n    - one (CVE-2026-1000)\n" END
	"linux-6.12 (6.12.115-2~deb12u1) bookworm-security; urgency=high\n\n  * Rebuild\n" END
	"linux (6.12.115-2) trixie-security; urgency=high\n\n    - two (CVE-2026-2000)\n" END;

/* Titles go over lines, and some have a quote of their own that nothing closes. */
static const char wrapped[] =
	"linux (6.1.192-1) bookworm-security; urgency=high\n\n"
	"    - scsi: Revert \"scsi: qla2xxx: Perform lockless command completion in abort\n"
	"      path\" (CVE-2026-1000)\n"
	"    - Revert \"net: a title that is long\n      (CVE-2026-2000)\"\n"
	"    - Revert \"mm: a title with p\n      ->member (CVE-2026-3000)\"\n"
	"    - Revert \"net: a title and\n      [a word] (CVE-2026-3001)\"\n"
	"    - quirk for an 11.6\" tablet\n    - net: four (CVE-2026-4000)\n"
	"    - quirk for an 11.6\" tablet\n  * net: five (CVE-2026-5000)\n"
	"  * quirk for an 11.6\" tablet\n      + net: six (CVE-2026-6000)\n"
	"  * quirk for an 11.6\" tablet\n  [ Of CVE-2026-7000 ]\n"
	"    - quirk for an 11.6\" tablet\n \n  CVE-2026-8000\n"
	"    - quirk for an 11.6\" tablet\n"
	"linux (6.1.190-1) bookworm-security; urgency=high\n"
	"    (CVE-2026-9000)\n" END;

static struct changelog listed;

static void parse(const char *text, const char *version)
{
	struct err e;

	if (changelog_parse(&listed, strdup(text), version, &e))
		fail_msg("%s", e.message);
}

static void not_listed(const char *const *ids)
{
	for (; *ids; ids++)
		if (changelog_find(&listed, *ids))
			fail_msg("%s", *ids);
}

static void each_cve_is_listed_with_the_version_that_has_fixed_it(void **state)
{
	static const char *const others[] = {
		"CVE-2026-3000", "CVE-2026-100", "CVE-2026-10000", "CVE-2026-1", "CVE-26-1000",
		"CVE-2026-7000", "", NULL
	};

	(void)state;
	parse(signed_package, "6.1.192-2");
	assert_string_equal(changelog_find(&listed, "CVE-2026-1000"), "6.1.192-2");
	assert_string_equal(changelog_find(&listed, "CVE-2026-2000"), "6.1.192-1");
	assert_string_equal(changelog_find(&listed, "CVE-2026-20000"), "6.1.192-1");
	assert_string_equal(changelog_find(&listed, "CVE-2026-4000"), "6.1.192-1");
	assert_string_equal(changelog_find(&listed, "CVE-2026-5000"), "6.1.190-1");
	assert_int_equal(listed.nr_cves, 5);
	not_listed(others);
	changelog_free(&listed);
}

static void what_a_wrapped_title_quotes_is_not_fixed(void **state)
{
	static const char *const quoted[] = {
		"CVE-2026-2000", "CVE-2026-3000", "CVE-2026-3001", NULL
	};
	static const char *const fixed[] = {
		"CVE-2026-1000", "CVE-2026-4000", "CVE-2026-5000", "CVE-2026-6000",
		"CVE-2026-7000", "CVE-2026-8000", "CVE-2026-9000",
	};
	size_t i;

	(void)state;
	parse(wrapped, "6.1.192-1");
	not_listed(quoted);
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!changelog_find(&listed, fixed[i]))
			fail_msg("%s", fixed[i]);
	changelog_free(&listed);
}

static void what_is_newer_than_the_kernel_that_runs_does_not_count(void **state)
{
	static const char *const newer[] = { "CVE-2026-1000", NULL };
	static const char *const newer_yet[] = { "CVE-2026-1000", "CVE-2026-4000", NULL };

	(void)state;
	parse(signed_package, "6.1.192-1");
	not_listed(newer);
	assert_string_equal(changelog_find(&listed, "CVE-2026-2000"), "6.1.192-1");
	assert_string_equal(changelog_find_newer(&listed, "CVE-2026-1000"), "6.1.192-2");
	assert_null(changelog_find_newer(&listed, "CVE-2026-2000"));
	changelog_free(&listed);
	parse(signed_package, "6.1.190-1");
	not_listed(newer_yet);
	/* also in a newer entry, which completes it: what runs says that it has it */
	assert_string_equal(changelog_find(&listed, "CVE-2026-2000"), "6.1.190-1");
	assert_null(changelog_find_newer(&listed, "CVE-2026-2000"));
	assert_string_equal(changelog_find_newer(&listed, "CVE-2026-4000"), "6.1.192-1");
	changelog_free(&listed);
}

static void a_backport_holds_what_it_was_made_from(void **state)
{
	static const char *const newer[] = { "CVE-2026-1000", NULL };

	(void)state;
	parse(backport, "6.12.117-1~deb12u1");
	assert_string_equal(changelog_find(&listed, "CVE-2026-1000"), "6.12.117-1");
	assert_string_equal(changelog_find(&listed, "CVE-2026-2000"), "6.12.115-2");
	changelog_free(&listed);
	parse(backport, "6.12.115-2~deb12u1");
	not_listed(newer);
	assert_string_equal(changelog_find(&listed, "CVE-2026-2000"), "6.12.115-2");
	changelog_free(&listed);
}

static void of_a_version_that_it_does_not_know_it_tells_nothing(void **state)
{
	static const char *const versions[] = { "6.1.193-1", "6.1.192+2", "6.1.192", "6.1.192-20" };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		assert_int_equal(changelog_parse(&listed, strdup(signed_package), versions[i],
						 &e), -1);
		test_contains(e.message, versions[i]);
		changelog_free(&listed);
	}
	assert_int_equal(changelog_parse(&listed, strdup("no changelog"), "6.1", &e), -1);
	changelog_free(&listed);
}

/* Fails with what is in @why. */
static void cannot_be_read(const char *why)
{
	struct err e;

	assert_int_equal(changelog_read(&fake.mc, &listed, &e), -1);
	test_contains(e.message, why);
}

static void compress(const char *name)
{
	struct buf out = { 0 };

	assert_int_equal(test_run(&out, "gzip -9n %s/" DOC "/%s", fake.root, name), 0);
	buf_free(&out);
}

static void it_is_that_of_the_package_that_runs(void **state)
{
	struct err e;

	(void)state;
	cannot_be_read("none of Debian's");
	test_file(fake.root, "proc/version", "Linux version 6.18 (gcc (Debian 15.3.0-1)) #1 SMP @0\n");
	cannot_be_read("none of Debian's");
	test_file(fake.root, "proc/version", PROC_VERSION("6.1.192-1"));
	cannot_be_read("no changelog of the package linux-image-" TEST_RELEASE);
	test_file(fake.root, DOC "-unsigned/changelog.Debian", signed_package);
	assert_int_equal(changelog_read(&fake.mc, &listed, &e), 0);
	changelog_free(&listed);
	test_file(fake.root, DOC "/changelog", signed_package);
	compress("changelog");
	assert_int_equal(changelog_read(&fake.mc, &listed, &e), 0);
	assert_string_equal(listed.version, "6.1.192-1");
	assert_null(changelog_find(&listed, "CVE-2026-1000"));
	assert_non_null(changelog_find(&listed, "CVE-2026-2000"));
	changelog_free(&listed);
	test_file(fake.root, "proc/version", PROC_VERSION("6.1.200-1"));
	cannot_be_read("no entry for 6.1.200-1");
}

static void a_file_that_was_cut_off_or_is_too_long_is_not_read(void **state)
{
	struct buf out = { 0 };
	char path[256], *text;

	(void)state;
	test_file(fake.root, DOC "/changelog", signed_package);
	snprintf(path, sizeof(path), "%s/" DOC "/changelog", fake.root);
	assert_null(gz_read_text(path, 100));
	text = gz_read_text(path, sizeof(signed_package));
	assert_string_equal(text, signed_package);
	free(text);
	compress("changelog");
	snprintf(path, sizeof(path), "%s/" DOC "/changelog.gz", fake.root);
	text = gz_read_text(path, sizeof(signed_package));
	assert_string_equal(text, signed_package);
	free(text);
	assert_int_equal(test_run(&out, "truncate -s -20 %s", path), 0);
	buf_free(&out);
	assert_null(gz_read_text(path, sizeof(signed_package)));
	assert_null(gz_read_text(fake.root, 100));
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cve_is_listed_with_the_version_that_has_fixed_it),
		cmocka_unit_test(what_a_wrapped_title_quotes_is_not_fixed),
		cmocka_unit_test(what_is_newer_than_the_kernel_that_runs_does_not_count),
		cmocka_unit_test(a_backport_holds_what_it_was_made_from),
		cmocka_unit_test(of_a_version_that_it_does_not_know_it_tells_nothing),
		TEST(it_is_that_of_the_package_that_runs),
		TEST(a_file_that_was_cut_off_or_is_too_long_is_not_read),
	};

	return cmocka_run_group_tests_name("changelog", tests, NULL, NULL);
}
