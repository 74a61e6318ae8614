// SPDX-License-Identifier: MIT
/*
 * mend.conf and the kernel command line, and what they refuse. And what the journal is told.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake.h"
#include "lib/journal.h"
#include "lib/policy.h"

static struct signer signer;
static struct bundle bundle;
static struct policy policy;

static int group_setup(void **state)
{
	(void)state;
	/* test-patch, generation 7, security, important */
	test_bundle_open(&signer, &bundle, TEST_NOW - 86400);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	test_bundle_close(&signer, &bundle);
	return 0;
}

/* 0, or why the bundle is refused with these lines in [policy] */
static uint32_t refused(const char *lines)
{
	char text[2000];
	uint32_t reason;
	struct err e;

	snprintf(text, sizeof(text), "[policy]\n%s\n", lines);
	test_file(fake.root, "etc/mend/mend.conf", text);
	if (policy_load(&fake.mc, &policy, &e))
		fail_msg("%s", e.message);
	reason = policy_check(&policy, POLICY_APPLY, &bundle, &e) ? e.reason : 0;
	if (reason) {
		assert_int_equal(e.code, EXIT_CODE_REFUSED);
		assert_true(e.message[0] && e.hint[0]);
	}
	policy_free(&policy);
	return reason;
}

static void without_a_file_everything_is_allowed(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(policy_load(&fake.mc, &policy, &e), 0);
	assert_int_equal(policy.mode, POLICY_APPLY);
	assert_int_equal(policy.probation_ms, 0);
	assert_int_equal(policy_check(&policy, POLICY_APPLY, &bundle, &e), 0);
	policy_free(&policy);
	assert_int_equal(refused(""), 0);
	assert_int_equal(refused("# mode = off\n; mode = off"), 0);
}

static void the_mode_allows_to_apply_to_stage_or_nothing(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(refused("mode = apply"), 0);
	assert_int_equal(refused("mode = stage"), ERR_POLICY_MODE);
	assert_int_equal(refused("mode = off"), ERR_POLICY_MODE);
	test_file(fake.root, "etc/mend/mend.conf", "[policy]\nmode = stage\n");
	assert_int_equal(policy_load(&fake.mc, &policy, &e), 0);
	assert_int_equal(policy_check(&policy, POLICY_STAGE, &bundle, &e), 0);
	policy_free(&policy);
	test_file(fake.root, "etc/mend/mend.conf", "[policy]\nmode = off\n");
	assert_int_equal(policy_load(&fake.mc, &policy, &e), 0);
	assert_int_equal(policy_check(&policy, POLICY_STAGE, &bundle, &e), -1);
	policy_free(&policy);
}

static void the_kernel_command_line_is_a_brake_and_no_accelerator(void **state)
{
	struct err e;

	(void)state;
	test_file(fake.root, "proc/cmdline", "quiet mend.mode=off ro\n");
	assert_int_equal(refused("mode = apply"), ERR_POLICY_MODE);
	assert_int_equal(policy_load(&fake.mc, &policy, &e), 0);
	assert_int_equal(policy_check(&policy, POLICY_APPLY, &bundle, &e), -1);
	test_contains(e.message, "mend.mode");
	policy_free(&policy);
	test_file(fake.root, "proc/cmdline", "mend.mode=stage\n");
	assert_int_equal(refused("mode = apply"), ERR_POLICY_MODE);
	test_file(fake.root, "proc/cmdline", "mend.mode=apply xmend.mode=off\n");
	assert_int_equal(refused("mode = off"), ERR_POLICY_MODE);
	assert_int_equal(refused("mode = apply"), 0);
}

static void signers_are_named_by_their_certificates(void **state)
{
	char lines[300];

	(void)state;
	assert_int_equal(refused("signers = "
				 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
			 ERR_POLICY_SIGNER);
	snprintf(lines, sizeof(lines), "signers = "
		 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsigners = %s",
		 signer.trust.certs[0].fingerprint);
	assert_int_equal(refused(lines), 0);
}

static void kinds_and_severities_are_limited(void **state)
{
	(void)state;
	assert_int_equal(refused("kinds = bugfix, test"), ERR_POLICY_KIND);
	assert_int_equal(refused("kinds = bugfix security"), 0);
	assert_int_equal(refused("severity = critical"), ERR_POLICY_SEVERITY);
	assert_int_equal(refused("severity = important"), 0);
	assert_int_equal(refused("severity = none"), 0);
}

static void a_patch_or_one_generation_is_held(void **state)
{
	(void)state;
	assert_int_equal(refused("hold = test-patch"), ERR_POLICY_HOLD);
	assert_int_equal(refused("hold = other, test-patch.7"), ERR_POLICY_HOLD);
	assert_int_equal(refused("hold = other test-patch.6 test"), 0);
}

static void defaults_are_read(void **state)
{
	struct err e;

	(void)state;
	test_file(fake.root, "etc/mend/mend.conf", "[policy]\nprobation = 10m\n"
		  "health = systemctl is-system-running --quiet\nmax-pause = 1500\n");
	assert_int_equal(policy_load(&fake.mc, &policy, &e), 0);
	assert_int_equal(policy.probation_ms, 600000);
	assert_string_equal(policy.health, "systemctl is-system-running --quiet");
	assert_int_equal(policy.max_pause_ns, 1500000);
	policy_free(&policy);
}

static void what_is_not_understood_is_refused(void **state)
{
	static const struct { const char *text, *message; } cases[] = {
		{ "[policy]\nmode = of\n", "mode = of" },
		{ "[policy]\nmode\n", "line 2" },
		{ "[policy]\nmoed = off\nmode = apply\n", "no setting 'moed'" },
		{ "mode = off\n", "[policy]" },
		{ "[other]\nmode = off\n", "section 'other'" },
		{ "[policy]\nsigners = abc\n", "fingerprints" },
		{ "[policy]\nsigners =\n", "fingerprints" },
		{ "[policy]\nkinds = security tset\n", "kinds = tset" },
		{ "[policy]\nseverity = high\n", "severity = high" },
		{ "[policy]\nhold = Bad\n", "hold = Bad" },
		{ "[policy]\nhold = a.0\n", "hold = a.0" },
		{ "[policy]\nprobation = 8d\n", "probation = 8d" },
		{ "[policy]\nhealth = true\n", "health needs probation" },
		{ "[policy]\nhealth =\n", "health = " },
		{ "[policy]\nmax-pause = 0\n", "max-pause = 0" },
		/* of two mistakes the first, with its own line */
		{ "[policy]\nmode\nmoed = off\n", "line 2 is no setting" },
		{ "[policy]\nmoed = off\nmode\n", "line 2: there is no setting 'moed'" },
		/* what libinih would take for more of the line before, or for less */
		{ "[policy]\nprobation = 10m\nhealth = true\n  mode = off\n",
		  "line 4: it begins with a blank" },
		{ "[policy]\nhold = one\n\t\ttwo\n", "line 3: it begins with a blank" },
		{ "[policy] mode = off\n", "line 1: something stands behind the name" },
		{ "\xEF\xBB\xBF[policy] mode = off\n", "line 1: something stands behind" },
		{ "# old\r[policy]\rmode = off\r", "line 1: it has a byte 0x0d" },
		/* whichever of them was meant */
		{ "[policy]\nmode = off\n\nmode = apply\n", "line 4: 'mode' is set a second time" },
		{ "[policy]\nseverity = low\nseverity = low\n", "line 3: 'severity' is set a second" },
		{ "[policy]\nprobation = 1m\nhealth = a\nhealth = b\n", "line 4: 'health' is" },
	};
	char path[300];
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_file(fake.root, "etc/mend/mend.conf", cases[i].text);
		if (!policy_load(&fake.mc, &policy, &e))
			fail_msg("%s", cases[i].text);
		assert_int_equal(e.reason, ERR_POLICY);
		assert_int_equal(e.code, EXIT_CODE_REFUSED);
		test_contains(e.message, cases[i].message);
		test_contains(e.context[e.nr_context - 1], "mend.conf");
	}
	/* one that cannot be read is no reason to allow everything */
	snprintf(path, sizeof(path), "%s/etc/mend/mend.conf", fake.root);
	assert_int_equal(unlink(path), 0);
	test_file(fake.root, "etc/mend/mend.conf/x", "");
	assert_int_equal(policy_load(&fake.mc, &policy, &e), -1);
}

/* The policy that these bytes are, or fail */
static void parse(struct bytes text)
{
	struct err e;

	if (policy_parse(&policy, text, &e))
		fail_msg("%s", e.message);
}

static void parse_fails(struct bytes text, const char *message)
{
	struct err e;

	if (!policy_parse(&policy, text, &e))
		fail_msg("not refused: %s", message);
	assert_int_equal(e.reason, ERR_POLICY);
	test_contains(e.message, message);
	assert_true(e.hint[0]);
}

static void nothing_hides_behind_a_byte_that_is_no_text(void **state)
{
	static const char zeros[4096];

	(void)state;
	parse_fails(BYTES("[policy]\nkinds = security\0\nmode = off\n"), "line 2: it has a byte 0x00");
	parse_fails((struct bytes){ (const uint8_t *)zeros, sizeof(zeros) }, "line 1: ");
	parse_fails(BYTES("[policy]\n# a comment\0\nmode = off\n"), "line 2: ");
}

/* libinih reads at most 199 bytes at once, and would take the rest for another line. */
static void a_line_is_whole_or_refused(void **state)
{
	char text[1000], word[400];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	snprintf(text, sizeof(text), "[policy]\nprobation = 1m\nhealth = %.*s\n", 189, word);
	parse((struct bytes){ (uint8_t *)text, strlen(text) });
	assert_int_equal(strlen(policy.health), 189);
	policy_free(&policy);
	/* without a line feed, too */
	parse((struct bytes){ (uint8_t *)text, strlen(text) - 1 });
	assert_int_equal(strlen(policy.health), 189);
	policy_free(&policy);
	snprintf(text, sizeof(text), "[policy]\nprobation = 1m\nhealth = %.*s\n", 190, word);
	parse_fails((struct bytes){ (uint8_t *)text, strlen(text) },
		    "line 3: it has 199 bytes, and 198 are the most");
	parse_fails((struct bytes){ (uint8_t *)text, strlen(text) - 1 }, "line 3: it has 199 bytes");
	/* cut at a blank, the rest of a comment would become a command */
	snprintf(text, sizeof(text), "[policy]\nprobation = 1m\nhealth = true\n# %.*s %.*s\nmode = off",
		 197, word, 300, word);
	parse((struct bytes){ (uint8_t *)text, strlen(text) });
	assert_string_equal(policy.health, "true");
	assert_int_equal(policy.mode, POLICY_OFF);
	policy_free(&policy);
}

static void it_is_read_as_editors_write_it(void **state)
{
	(void)state;
	parse(BYTES("\xEF\xBB\xBF[policy]  ; of this machine\r\n\r\n  # indented\r\n\t\r\nmode = off\r\n"
		    "hold = one\r\nhold = two, three"));
	assert_int_equal(policy.mode, POLICY_OFF);
	assert_int_equal(policy.hold.nr_words, 3);
	policy_free(&policy);
	parse(BYTES(""));
	assert_int_equal(policy.mode, POLICY_APPLY);
	policy_free(&policy);
}

static void a_record(struct record *r)
{
	struct err e;

	record_begin(&fake.mc, r, "apply");
	record_add(r, "ant", 7, true);
	record_add(r, "bee", 0, false);
	err_set(&e, ERR_POLICY_HOLD, "on\nhold");
	record_fail(r, RECORD_REFUSED, &e);
}

static void the_journal_is_told_in_fields(void **state)
{
	struct buf data = { 0 };
	struct record r;

	(void)state;
	a_record(&r);
	journal_format(&r, &data);
	buf_append(&data, "", 1);
	test_contains((char *)data.data, "MESSAGE=apply ant.7 -bee: refused (POLICY_HOLD): on?hold\n");
	test_contains((char *)data.data, "\nMESSAGE_ID=" JOURNAL_ID_REFUSED "\n");
	test_contains((char *)data.data, "\nPRIORITY=4\n");
	test_contains((char *)data.data, "\nMEND_REASON=POLICY_HOLD\nMEND_REASON_NUMBER=1020\n"
		      "MEND_TEXT=on?hold\n");
	test_contains((char *)data.data, "\nMEND_PATCH=ant.7\n");
	buf_free(&data);
	r.outcome = RECORD_ROLLED_BACK;
	journal_format(&r, &data);
	buf_append(&data, "", 1);
	test_contains((char *)data.data, "\nMESSAGE_ID=" JOURNAL_ID_ROLLED_BACK "\nPRIORITY=3\n");
	buf_free(&data);
}

static void it_comes_by_its_socket_and_its_absence_does_no_harm(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char data[2000];
	struct record r;
	ssize_t len;
	int fd;

	(void)state;
	a_record(&r);
	journal_record(&fake.mc, &r);
	test_file(fake.root, "run/systemd/journal/.keep", "");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/run/systemd/journal/socket",
		 fake.root);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	journal_record(&fake.mc, &r);
	len = recv(fd, data, sizeof(data) - 1, 0);
	assert_true(len > 0);
	data[len] = '\0';
	test_contains(data, "MEND_OUTCOME=refused\n");
	assert_int_equal(data[len - 1], '\n');
	close(fd);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_file_everything_is_allowed),
		TEST(the_mode_allows_to_apply_to_stage_or_nothing),
		TEST(the_kernel_command_line_is_a_brake_and_no_accelerator),
		TEST(signers_are_named_by_their_certificates),
		TEST(kinds_and_severities_are_limited),
		TEST(a_patch_or_one_generation_is_held),
		TEST(defaults_are_read),
		TEST(what_is_not_understood_is_refused),
		TEST(nothing_hides_behind_a_byte_that_is_no_text),
		TEST(a_line_is_whole_or_refused),
		TEST(it_is_read_as_editors_write_it),
		TEST(the_journal_is_told_in_fields),
		TEST(it_comes_by_its_socket_and_its_absence_does_no_harm),
	};

	return cmocka_run_group_tests_name("policy", tests, group_setup, group_teardown);
}
