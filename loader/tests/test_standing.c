// SPDX-License-Identifier: MIT
/*
 * The answer of "status": each alone, and which of several it is. And what it is made of.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake.h"
#include "lib/fs.h"
#include "lib/kernels.h"
#include "lib/standing.h"

static struct survey survey;
static struct standing standing;

/* @text: what the answer begins with */
static void answer_is(enum standing_answer answer, enum standing_exit code, const char *text)
{
	struct err e;

	assert_int_equal(survey_read(&fake.mc, TEST_NOW, &survey, &e), 0);
	standing_judge(&survey, &standing);
	if (standing.answer != answer || strncmp(standing.text, text, strlen(text)))
		fail_msg("%s (%d)", standing.text, standing.answer);
	assert_int_equal(standing.exit, code);
	survey_free(&survey);
}

#define SECOND_CVE	"cve CVE-2025-1234567890123456789\n"

/* A patch that is on, with these CVEs in its manifest */
static void patch(const char *name, unsigned long long generation, const char *cves)
{
	struct buf text = { 0 };
	char path[100], *second;

	fake_patch(name, generation, "ko", "11", true);
	test_manifest(&text, "cve", cves);
	buf_append(&text, "", 1);
	second = strstr((char *)text.data, SECOND_CVE);
	memmove(second, second + strlen(SECOND_CVE), strlen(second + strlen(SECOND_CVE)) + 1);
	snprintf(path, sizeof(path), "mend/%s.%llu/manifest", name, generation);
	test_file(fake.dir, path, (char *)text.data);
	buf_free(&text);
}

static void without_mend_ko_nothing_is_covered(void **state)
{
	(void)state;
	fake.mc.sysfs = "/no/such/directory";
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: mend.ko is not loaded");
	test_contains(standing.hint, "modprobe mend");
	test_file(fake.root, "proc/cmdline", "quiet mend.mode=off\n");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: mend.ko is not loaded");
	test_contains(standing.hint, "mend.mode=off on the kernel command line: mend.conf(5)");
}

static void what_is_switched_off_is_no_fault_of_the_kernel(void **state)
{
	(void)state;
	test_file(fake.root, "proc/sys/kernel/ftrace_enabled", "0\n");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
	fake.mc.sysfs = "/no/such/directory";
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: ftrace is switched off");
	assert_string_equal(standing.hint, "sysctl kernel.ftrace_enabled=1");
	test_file(fake.root, "proc/sys/kernel/ftrace_enabled", "1\n");
	test_file(fake.root, "proc/sys/kernel/modules_disabled", "1\n");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no module can be loaded");
	test_contains(standing.hint, "/etc/sysctl.d");
	fake.mc.notes = "/no/such/file";
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: cannot read the running "
		  "kernel's build-id");
	assert_string_equal(standing.hint, "mount sysfs on /sys");
}

static void nor_can_a_boot_do_anything_about_it(void **state)
{
	struct survey_installed in = { .in = { .name = "ant", .generation = 2 } };
	struct survey s = { .installed = &in, .nr_installed = 1 };

	(void)state;
	standing_judge(&s, &standing);
	test_contains(standing.hint, "'mend boot' switches it on now");
	err_set(&s.unfit, MEND_R_FTRACE, "ftrace is switched off");
	standing_judge(&s, &standing);
	test_contains(standing.text, "not covered: 'ant' generation 2 is installed and not on");
	test_contains(standing.hint, "ftrace is switched off: see 'sysctl");
}

static void how_it_was_built_is(void **state)
{
	(void)state;
	fake.mc.sysfs = "/no/such/directory";
	fake.mc.notes = "/dev/null";
	answer_is(STANDING_UNSUPPORTED, STANDING_EXIT_UNSUPPORTED, "unsupported kernel: the running "
		  "kernel has no GNU build-id");
	test_contains(standing.hint, "--build-id=sha1");
	fake.mc.notes = fake.notes;
	test_file(fake.root, "boot/config-" TEST_RELEASE, "CONFIG_MODULES=y\n");
	answer_is(STANDING_UNSUPPORTED, STANDING_EXIT_UNSUPPORTED, "unsupported kernel: the kernel is "
		  "without CONFIG_SMP");
	assert_true(standing.hint[0]);
}

static void without_a_patch_neither(void **state)
{
	(void)state;
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
	fake_patch("ant", 1, "ko", "11", false);
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
}

static void each_cve_counts_once_and_only_of_patches_that_are_on(void **state)
{
	(void)state;
	patch("ant", 1, "cve CVE-2025-1111\ncve CVE-2025-2222\n");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		  "protected, no reboot needed: 1 patch, 2 CVEs");
	patch("bee", 1, "cve CVE-2025-2222\ncve CVE-2025-10000\n");
	patch("cow", 1, "cve CVE-2025-4444\n");
	fake_attr("cow", 1, "enabled", "0");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		  "protected, no reboot needed: 2 patches, 3 CVEs");
}

static void one_that_was_loaded_unsigned_fixes_nothing_known(void **state)
{
	(void)state;
	fake_patch("ant", 1, "ko", "", true);
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		  "protected, no reboot needed: 1 patch, no CVEs");
}

static void probation_is_told(void **state)
{
	(void)state;
	patch("ant", 1, "cve CVE-2025-1111\n");
	patch("bee", 1, "");
	fake_attr("bee", 1, "probation_ms", "5000");
	answer_is(STANDING_PROBATION, STANDING_EXIT_CURRENT, "protected, on probation: 2 patches, "
		  "1 CVE, 1 of the patches not confirmed yet");
	test_contains(standing.hint, "mend confirm");
}

static void what_was_taken_back_comes_before_what_is_on(void **state)
{
	(void)state;
	patch("ant", 1, "");
	patch("bee", 2, "");
	fake_attr("bee", 2, "enabled", "0");
	fake_attr("bee", 2, "state", "rolled-back");
	fake_attr("bee", 2, "reason", "129 cat (pid 3) oopsed");
	answer_is(STANDING_ROLLED_BACK, STANDING_EXIT_NONE,
		  "rolled back: 'bee' generation 2: cat (pid 3) oopsed (OOPS)");
	/* the generation before is on again: the fix is still not in */
	patch("bee", 1, "");
	answer_is(STANDING_ROLLED_BACK, STANDING_EXIT_NONE, "rolled back: 'bee' generation 2");
	patch("bee", 3, "");
	fake_attr("bee", 1, "enabled", "0");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT, "protected, no reboot needed");
}

static void what_is_degraded_comes_next(void **state)
{
	(void)state;
	patch("ant", 1, "");
	fake_attr("ant", 1, "probation_ms", "5000");
	patch("bee", 2, "");
	fake_attr("bee", 2, "state", "degraded");
	fake_attr("bee", 2, "reason", "133 the text of a was changed");
	patch("cow", 2, "");
	fake_attr("cow", 2, "state", "degraded");
	answer_is(STANDING_DEGRADED, STANDING_EXIT_NONE, "not as it should be: 'bee' generation 2: "
		  "the text of a was changed (INTEGRITY), and 1 more");
}

/* As "mend cve" has it */
static size_t cves_fixed(void)
{
	const char **names;
	struct err e;
	size_t n;

	assert_int_equal(survey_read(&fake.mc, TEST_NOW, &survey, &e), 0);
	n = survey_cves(&survey, &names);
	free(names);
	survey_free(&survey);
	return n;
}

static void what_is_not_sound_fixes_nothing(void **state)
{
	(void)state;
	patch("ant", 1, "cve CVE-2025-1111\n");
	patch("bee", 1, "cve CVE-2025-2222\n");
	assert_int_equal(cves_fixed(), 2);
	fake_attr("bee", 1, "state", "degraded");
	assert_int_equal(cves_fixed(), 1);
	fake_attr("ant", 1, "state", "rollback-blocked");
	assert_int_equal(cves_fixed(), 0);
}

static void a_kernel_that_has_oopsed_wants_a_reboot(void **state)
{
	(void)state;
	patch("ant", 1, "");
	test_file(fake.root, "proc/sys/kernel/tainted", "4096\n");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT, "protected");
	test_file(fake.root, "proc/sys/kernel/tainted", "4224\n");
	answer_is(STANDING_REBOOT, STANDING_EXIT_NONE, "reboot needed: this kernel has oopsed");
	fake.mc.sysfs = "/no/such/directory";
	answer_is(STANDING_REBOOT, STANDING_EXIT_NONE, "reboot needed: this kernel has oopsed");
}

static void a_newer_kernel_wants_one_only_where_no_patch_is_on(void **state)
{
	(void)state;
	test_file(fake.root, "boot/vmlinuz-6.1.0-test-amd64", "");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered");
	test_file(fake.root, "boot/vmlinuz-6.1.10-test-amd64", "");
	answer_is(STANDING_REBOOT, STANDING_EXIT_NONE,
		  "reboot needed: kernel 6.1.10-test-amd64 is installed");
	fake.mc.sysfs = "/no/such/directory";
	answer_is(STANDING_REBOOT, STANDING_EXIT_NONE,
		  "reboot needed: kernel 6.1.10-test-amd64 is installed");
	fake.mc.sysfs = fake.sysfs;
	patch("ant", 1, "");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT,
		  "protected: 1 patch, no CVEs; kernel 6.1.10-test-amd64 is installed for the next "
		  "boot");
}

static void newer_is_told_by_numbers_and_within_a_flavour(void **state)
{
	char found[MEND_RELEASE_LEN];

	(void)state;
	assert_string_equal(kernels_flavour("6.1.0-56-cloud-amd64"), "-cloud-amd64");
	assert_string_equal(kernels_flavour("6.12.117+deb12-rt-amd64"), "-rt-amd64");
	assert_string_equal(kernels_flavour("6.6.8-200.fc39.x86_64"), "");
	assert_false(kernels_newer(&fake.mc, "6.1.0-9-amd64", found));
	test_file(fake.root, "boot/vmlinuz-6.1.0-8-amd64", "");
	test_file(fake.root, "boot/vmlinuz-6.1.0-57-rt-amd64", "");
	test_file(fake.root, "boot/config-6.1.0-99-amd64", "");
	test_file(fake.root, "boot/vmlinuz-old", "");
	assert_false(kernels_newer(&fake.mc, "6.1.0-9-amd64", found));
	test_file(fake.root, "boot/vmlinuz-6.1.0-56-amd64", "");
	test_file(fake.root, "boot/vmlinuz-6.1.0-12-amd64", "");
	assert_true(kernels_newer(&fake.mc, "6.1.0-9-amd64", found));
	assert_string_equal(found, "6.1.0-56-amd64");
}

/* Without a flavour nothing else tells them from a release. */
static void a_backup_is_no_newer_kernel(void **state)
{
	static const char *const backups[] = {
		"6.1.55.old", "6.1.55.bak", "6.1.55.dpkg-new", "6.1.55.dpkg-tmp", "6.1.56.rpmsave",
		"6.1.55~", "6.1.56~", "old", "x86_64.old", "",
	};
	char found[MEND_RELEASE_LEN], name[60];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(backups) / sizeof(backups[0]); i++) {
		snprintf(name, sizeof(name), "boot/vmlinuz-%s", backups[i]);
		test_file(fake.root, name, "");
		if (kernels_newer(&fake.mc, "6.1.55", found))
			fail_msg("%s", found);
	}
	test_file(fake.root, "boot/vmlinuz-6.1.56-200.fc39.x86_64", "");
	assert_true(kernels_newer(&fake.mc, "6.1.55", found));
	assert_string_equal(found, "6.1.56-200.fc39.x86_64");
}

static void the_effective_version_names_what_is_on(void **state)
{
	struct err e;
	char *text;

	(void)state;
	patch("bee", 12, "");
	patch("ant", 1, "");
	fake_patch("cow", 1, "ko", "11", false);
	assert_int_equal(survey_read(&fake.mc, TEST_NOW, &survey, &e), 0);
	text = survey_effective(&survey);
	assert_string_equal(text, TEST_RELEASE "+ant.1+bee.12");
	free(text);
	survey_free(&survey);
}

/* The kernel that record() was made on */
static const char *record_release = TEST_RELEASE;

/* One record of the store, from a boot that is over */
static void record(unsigned int number, const char *name, const char *outcome, const char *boot)
{
	char path[100], text[1000];

	snprintf(path, sizeof(path), "var/lib/mend/history/%010u.json", number);
	snprintf(text, sizeof(text), "{ \"number\": %u, \"verb\": \"apply\", \"when\": "
		 "\"2025-06-15T15:06:40Z\", \"user\": \"root\", \"uid\": 0, \"pid\": 1, "
		 "\"started\": 7, \"boot_id\": \"%s\", \"release\": \"%s\", \"patches\": [ { "
		 "\"name\": \"%s\", \"generation\": 2, \"on\": true } ], \"outcome\": \"%s\", "
		 "\"reason\": null, \"reason_number\": 0, \"text\": \"\", \"pause_ns\": 60600 }", number,
		 boot, record_release, name, outcome);
	test_file(fake.root, path, text);
}

static void what_the_machine_went_down_with_is_held_back(void **state)
{
	(void)state;
	test_file(fake.root, "proc/sys/kernel/random/boot_id", "this\n");
	record(1, "ant", "probation", "this");
	record(2, "bee", "done", "before");
	record(3, "cow", "confirmed", "before");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
	record(4, "ant", "probation", "before");
	answer_is(STANDING_HELD_BACK, STANDING_EXIT_NONE, "held back: 'ant' generation 2: the "
		  "machine went down before it was confirmed");
	record(5, "bee", "attempting", "before");
	answer_is(STANDING_HELD_BACK, STANDING_EXIT_NONE, "held back: 'bee' generation 2: the "
		  "machine went down while it was done");
	/* a later attempt that went well, and a later generation that is on */
	record(6, "bee", "done", "this");
	patch("ant", 3, "");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT, "protected");
}

static void stage(const struct signer *s, const char *file, const char *key, const char *line)
{
	struct buf bundle = { 0 };
	char path[200];
	struct err e;

	test_file(fake.root, "var/lib/mend/bundles/.keep", "");
	test_bundle(&bundle, s, key, line);
	snprintf(path, sizeof(path), "%s/var/lib/mend/bundles/%s", fake.root, file);
	assert_int_equal(fs_write(path, buf_bytes(&bundle), 0644, true, &e), 0);
	buf_free(&bundle);
}

/* Unless it could be applied to the new one, too */
static void on_another_kernel_it_is_history(void **state)
{
	struct signer s;

	(void)state;
	test_file(fake.root, "proc/sys/kernel/random/boot_id", "this\n");
	record_release = "6.0.9-test-amd64";
	record(1, "ant", "probation", "before");
	record_release = TEST_RELEASE;
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
	test_signer(&s, TEST_NOW);
	stage(&s, "ant.2.mend", "payload", "payload 9.9.9-other\n");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on");
	stage(&s, "ant.2.mend", "name", "name ant\n");
	answer_is(STANDING_HELD_BACK, STANDING_EXIT_NONE, "held back: 'ant' generation 2: the "
		  "machine went down before it was confirmed");
	/* it is no offer either */
	patch("ant", 1, "");
	answer_is(STANDING_HELD_BACK, STANDING_EXIT_NONE, "held back: 'ant' generation 2");
	test_signer_free(&s);
}

static void what_is_newer_in_the_store_is_told(void **state)
{
	struct signer s;

	(void)state;
	test_signer(&s, TEST_NOW);
	stage(&s, "ant.2.mend", "name", "name ant\n");
	answer_is(STANDING_NOT_COVERED, STANDING_EXIT_NONE, "not covered: no patch is on; 'ant' "
		  "generation 2 is in the store");
	patch("ant", 1, "");
	answer_is(STANDING_AVAILABLE, STANDING_EXIT_NEWER, "update available: 'ant' generation 2 is "
		  "in the store; on: 1 patch, no CVEs");
	test_contains(standing.hint, "/var/lib/mend/bundles/ant.2.mend");
	/* not for this kernel, or no bundle at all */
	stage(&s, "bee.9.mend", "payload", "payload 9.9.9-other\n");
	test_file(fake.root, "var/lib/mend/bundles/cow.9.mend", "nonsense");
	test_file(fake.root, "var/lib/mend/bundles/dog.mend", "nonsense");
	patch("ant", 2, "");
	fake_attr("ant", 1, "enabled", "0");
	answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT, "protected");
	test_signer_free(&s);
}

#define EXPIRED	1780272000	/* the test bundle, from this second on */

static void what_a_boot_will_refuse_is_known(void **state)
{
	static const struct { const char *conf, *why; int64_t now; } cases[] = {
		{ "mode = apply", "", EXPIRED - 1 },
		{ "mode = apply", "the bundle has expired", EXPIRED },
		{ "kinds = bugfix", "does not allow patches of kind 'security'", TEST_NOW },
		{ "severity = critical", "its severity is 'important'", TEST_NOW },
		{ "hold = ant.7", "holds 'ant' generation 7 back", TEST_NOW },
	};
	enum installed_fate fate;
	struct signer s;
	char conf[100];
	struct err e;
	size_t i;

	(void)state;
	test_signer(&s, TEST_NOW);
	stage(&s, "ant.7.mend", "name", "name ant\n");
	test_file(fake.root, "var/lib/mend/installed/ant.json", "{ \"generation\": 7, \"order\": 1, "
		  "\"forgiven\": 0, \"probation_ms\": 0, \"when\": \"2025-06-15T15:06:40Z\" }");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(conf, sizeof(conf), "[policy]\n%s\n", cases[i].conf);
		test_file(fake.root, "etc/mend/mend.conf", conf);
		assert_int_equal(survey_read(&fake.mc, cases[i].now, &survey, &e), 0);
		fate = cases[i].why[0] ? INSTALLED_REFUSED : INSTALLED_FITS;
		if (survey.installed[0].prospect.fate != fate)
			fail_msg("%s: %s", conf, installed_fate_name(survey.installed[0].prospect.fate));
		test_contains(survey.installed[0].prospect.why.message, cases[i].why);
		standing_judge(&survey, &standing);
		assert_int_equal(standing.answer, STANDING_NOT_COVERED);
		test_contains(standing.text, "'ant' generation 7 is installed and not on");
		test_contains(standing.text, cases[i].why);
		assert_true(standing.hint[0]);
		survey_free(&survey);
	}
	test_signer_free(&s);
}

/* Neither expired, nor what mend.conf does not want */
static void what_apply_would_refuse_is_not_offered(void **state)
{
	static const char *const confs[] = { "hold = ant", "kinds = bugfix", "severity = critical" };
	struct signer s;
	char conf[100];
	struct err e;
	size_t i;

	(void)state;
	test_signer(&s, TEST_NOW);
	stage(&s, "ant.7.mend", "name", "name ant\n");
	patch("ant", 6, "");
	assert_int_equal(survey_read(&fake.mc, EXPIRED, &survey, &e), 0);
	assert_null(survey.available.path);
	survey_free(&survey);
	for (i = 0; i < sizeof(confs) / sizeof(confs[0]); i++) {
		snprintf(conf, sizeof(conf), "[policy]\n%s\n", confs[i]);
		test_file(fake.root, "etc/mend/mend.conf", conf);
		answer_is(STANDING_PROTECTED, STANDING_EXIT_CURRENT, "protected, no reboot needed");
	}
	/* in another mode or with another mend.conf it would be taken */
	test_file(fake.root, "etc/mend/mend.conf", "[policy]\nmode = stage\n");
	answer_is(STANDING_AVAILABLE, STANDING_EXIT_NEWER, "update available: 'ant' generation 7");
	test_contains(standing.hint, "mode = stage in mend.conf: mend.conf(5)");
	test_file(fake.root, "etc/mend/mend.conf", "[policy]\nmode\n");
	answer_is(STANDING_AVAILABLE, STANDING_EXIT_NEWER, "update available: 'ant' generation 7");
	test_contains(standing.hint, "mend.conf cannot be understood: line 2 is no setting: correct");
	test_signer_free(&s);
}

static void what_is_superseded_is_said_and_hides_nothing(void **state)
{
	struct survey_installed in[2] = {
		{ .prospect.fate = INSTALLED_SUPERSEDED },
		{ .prospect.fate = INSTALLED_SUPERSEDED },
	};
	struct survey s = { .loaded = true, .installed = in, .nr_installed = 2 };

	(void)state;
	standing_judge(&s, &standing);
	assert_int_equal(standing.answer, STANDING_PROTECTED);
	assert_string_equal(standing.text, "protected, no reboot needed: 2 installed patches are "
			    "superseded, this kernel has their fixes itself");
	/* what a newer kernel fixes, nothing here has */
	strcpy(s.newer, "6.1.10-test-amd64");
	standing_judge(&s, &standing);
	assert_int_equal(standing.answer, STANDING_REBOOT);
	test_contains(standing.text, "kernel 6.1.10-test-amd64 is installed, and no patch is on");
	/* one that this kernel does lack */
	s.newer[0] = '\0';
	s.available = (struct staged){ .path = (char *)"bee.9.mend", .name = "bee", .generation = 9 };
	standing_judge(&s, &standing);
	assert_int_equal(standing.answer, STANDING_NOT_COVERED);
	test_contains(standing.text, "'bee' generation 9 is in the store");
	s.available.path = NULL;
	in[1].prospect.fate = INSTALLED_UNFIT;
	standing_judge(&s, &standing);
	assert_int_equal(standing.answer, STANDING_NOT_COVERED);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_mend_ko_nothing_is_covered),
		TEST(what_is_switched_off_is_no_fault_of_the_kernel),
		TEST(nor_can_a_boot_do_anything_about_it),
		TEST(how_it_was_built_is),
		TEST(without_a_patch_neither),
		TEST(each_cve_counts_once_and_only_of_patches_that_are_on),
		TEST(one_that_was_loaded_unsigned_fixes_nothing_known),
		TEST(probation_is_told),
		TEST(what_was_taken_back_comes_before_what_is_on),
		TEST(what_is_degraded_comes_next),
		TEST(what_is_not_sound_fixes_nothing),
		TEST(a_kernel_that_has_oopsed_wants_a_reboot),
		TEST(a_newer_kernel_wants_one_only_where_no_patch_is_on),
		TEST(newer_is_told_by_numbers_and_within_a_flavour),
		TEST(a_backup_is_no_newer_kernel),
		TEST(the_effective_version_names_what_is_on),
		TEST(what_the_machine_went_down_with_is_held_back),
		TEST(on_another_kernel_it_is_history),
		TEST(what_is_newer_in_the_store_is_told),
		TEST(what_a_boot_will_refuse_is_known),
		TEST(what_apply_would_refuse_is_not_offered),
		TEST(what_is_superseded_is_said_and_hides_nothing),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
