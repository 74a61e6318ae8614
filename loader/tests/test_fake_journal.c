// SPDX-License-Identifier: MIT
/*
 * Every refusal is in the journal, with its reason, whichever command it was that refused.
 */
#include "common.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_cli.h"
#include "lib/journal.h"

#define CONF(line)	"root/etc/mend/mend.conf", "[policy]\n" line "\n"
#define NOTHING		"unused", ""

static int journald = -1;

static int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (cli_setup(state))
		return -1;
	test_file(cli_dir, "root/run/systemd/journal/.keep", "");
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "%s/root/run/systemd/journal/socket", cli_dir);
	journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return bind(journald, (struct sockaddr *)&address, sizeof(address));
}

static int teardown(void **state)
{
	close(journald);
	return cli_teardown(state);
}

/* The next message, or "" */
static const char *message(void)
{
	static char text[8192];
	ssize_t len = recv(journald, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void each_refusal_is_told_with_its_reason(void **state)
{
	static const struct { const char *file, *content, *args, *patch, *reason; } cases[] = {
		{ CONF("hold = one"), "--cert mend.pem one.mend", " one.1", "POLICY_HOLD" },
		{ CONF("kinds = security"), "--cert mend.pem one.mend", " one.1", "POLICY_KIND" },
		{ CONF("mode = off"), "--cert mend.pem one.mend", " one.1", "POLICY_MODE" },
		{ CONF("mode = maybe"), "--cert mend.pem one.mend", NULL, "POLICY" },
		{ NOTHING, "--cert mend.pem notes", "", "CONTAINER" },
		{ NOTHING, "--cert other/mend.pem one.mend", "", "SIGNATURE" },
		{ NOTHING, "--keys no/such one.mend", "", "NO_KEYS" },
	};
	static const char *const verbs[] = { "apply", "stage", "install" };
	char command[200], text[200];
	const char *told;
	size_t i, j;

	(void)state;
	assert_int_equal(cli_mend("keygen --out other"), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (j = 0; j < sizeof(verbs) / sizeof(verbs[0]); j++) {
			assert_int_equal(test_run(&cli_out, "rm -f %s/root/etc/mend/mend.conf",
						  cli_dir), 0);
			test_file(cli_dir, cases[i].file, cases[i].content);
			snprintf(command, sizeof(command), "%s %s", verbs[j], cases[i].args);
			assert_int_equal(cli_mend(command), 4);
			told = message();
			snprintf(text, sizeof(text), "\nMEND_REASON=%s\n", cases[i].reason);
			test_contains(told, text);
			test_contains(told, "\nMESSAGE_ID=" JOURNAL_ID_REFUSED "\n");
			test_contains(told, "\nMEND_OUTCOME=refused\n");
			if (cases[i].patch) {
				snprintf(text, sizeof(text), "MESSAGE=%s%s: refused (%s): ",
					 verbs[j], cases[i].patch, cases[i].reason);
				assert_memory_equal(told, text, strlen(text));
			}
			assert_string_equal(message(), "");
		}
}

static void what_names_no_patch_names_its_file(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("notes"), 4);
	test_contains(message(), "MESSAGE=apply: refused (CONTAINER): bundle 'notes': ");
}

static void what_mend_ko_refuses_or_was_done_is_told_as_well(void **state)
{
	const char *told;

	(void)state;
	assert_int_equal(cli_apply("one.mend"), 0);
	told = message();
	assert_memory_equal(told, "MESSAGE=apply one.1: done\n", 26);
	test_contains(told, "\nMESSAGE_ID=" JOURNAL_ID_CHANGED "\nPRIORITY=5\n");
	test_contains(told, "\nMEND_PATCH=one.1\n");
	cli_fail_call("authorize", 13, 37, "another was newer");
	assert_int_equal(cli_apply("two.mend"), 4);
	told = message();
	test_contains(told, ": another was newer\nMESSAGE_ID=" JOURNAL_ID_REFUSED "\n");
	test_contains(told, "\nMEND_OUTCOME=refused\n");
	cli_fail_call("switch", 16, 96, "cat (pid 7) is in a");
	assert_int_equal(cli_mend("revert one"), 5);
	told = message();
	test_contains(told, "\nMESSAGE_ID=" JOURNAL_ID_FAILED "\nPRIORITY=3\n");
	test_contains(told, "\nMEND_REASON=BUSY\n");
}

static void changes_of_trust_are_told_with_the_signer(void **state)
{
	const char *told;

	(void)state;
	test_file(cli_dir, "root/etc/.keep", "");
	assert_int_equal(cli_mend("trust mend.pem --keep-module"), 0);
	told = message();
	assert_memory_equal(told, "MESSAGE=trust CN=mend signing key: done\n", 40);
	test_contains(told, "\nMESSAGE_ID=" JOURNAL_ID_TRUST "\nPRIORITY=5\n");
	test_contains(told, "\nMEND_SIGNER=CN=mend signing key\nMEND_FINGERPRINT=");
	test_contains(told, "\nMEND_TRUSTED=yes\n");
	assert_int_equal(cli_mend("trust --remove mend --keep-module"), 0);
	told = message();
	assert_memory_equal(told, "MESSAGE=trust --remove CN=mend signing key: done\n", 49);
	test_contains(told, "\nMEND_TRUSTED=no\n");
	assert_int_equal(cli_mend("trust notes --keep-module"), 1);
	told = message();
	assert_memory_equal(told, "MESSAGE=trust: failed (KEY): 'notes' holds", 41);
	test_contains(told, "\nMESSAGE_ID=" JOURNAL_ID_FAILED "\n");
	assert_string_equal(message(), "");
}

#define SLOW	"the pause of 60.6 us is longer than the 10.0 us of max-pause in mend.conf\n"

/* The next message begins so, and is a warning of a pause. */
static void warns_of_pause(const char *begin)
{
	const char *told = message();

	assert_memory_equal(told, begin, strlen(begin));
	assert_memory_equal(told + strlen(begin), SLOW, strlen(SLOW));
	test_contains(told, "\nMESSAGE_ID=" JOURNAL_ID_CHANGED "\nPRIORITY=4\n");
	test_contains(told, "\nMEND_TEXT=" SLOW);
}

static void a_long_pause_is_told_of_whatever_has_switched(void **state)
{
	(void)state;
	test_file(cli_dir, CONF("max-pause = 10"));
	assert_int_equal(cli_apply("one.mend"), 0);
	warns_of_pause("MESSAGE=apply one.1: done: ");
	assert_int_equal(cli_mend("revert one"), 0);
	cli_has("mend revert: warning: " SLOW);
	warns_of_pause("MESSAGE=revert one.1: done: ");
	assert_int_equal(cli_mend("install --no-apply --cert mend.pem two.mend"), 0);
	test_contains(message(), "MESSAGE=install two.1: done\n");
	assert_int_equal(cli_mend("boot --cert mend.pem"), 0);
	assert_string_equal(cli_text(), "'two' generation 1: on: " SLOW);
	warns_of_pause("MESSAGE=boot two.1: done: ");
	assert_int_equal(cli_mend("uninstall two --revert"), 0);
	cli_has("mend uninstall: warning: " SLOW);
	warns_of_pause("MESSAGE=uninstall two.1: done: ");
	assert_int_equal(cli_apply("one.mend"), 0);
	assert_int_equal(cli_mend("revert one --json"), 0);
	cli_has("\"pause_exceeded\": true");
}

static void going_back_needs_no_policy(void **state)
{
	(void)state;
	assert_int_equal(cli_apply("one.mend"), 0);
	message();
	test_file(cli_dir, CONF("max-pause = never"));
	assert_int_equal(cli_mend("revert one"), 0);
	test_contains(message(), "MESSAGE=revert one.1: done\n");
}

static void what_is_on_and_not_kept_is_told(void **state)
{
	const char *told;

	(void)state;
	test_file(cli_dir, "root/var/lib/mend/bundles/one.1.mend/in-the-way", "");
	test_file(cli_dir, CONF("max-pause = 10"));
	assert_int_equal(cli_mend("install --cert mend.pem one.mend"), 1);
	told = message();
	assert_memory_equal(told, "MESSAGE=install one.1: done: the pause of ", 42);
	test_contains(told, " of max-pause in mend.conf; cannot write ");
	test_contains(told, "; it is on, and not installed\nMESSAGE_ID=" JOURNAL_ID_CHANGED);
}

static void so_is_a_boot_that_is_not_wanted(void **state)
{
	const char *told;

	(void)state;
	test_file(cli_dir, CONF("mode = off"));
	assert_int_equal(cli_mend("boot"), 0);
	assert_string_equal(message(), "");
	test_file(cli_dir, CONF(""));
	assert_int_equal(cli_mend("install --no-apply --cert mend.pem one.mend two.mend"), 0);
	message();
	test_file(cli_dir, "root/proc/cmdline", "quiet mend.mode=off\n");
	assert_int_equal(cli_mend("boot"), 0);
	assert_string_equal(cli_text(), "Nothing is switched on: mend.mode=off on the kernel command "
			    "line.\n");
	told = message();
	test_contains(told, "MESSAGE=boot one.1 two.1: refused (POLICY_MODE): nothing is switched on: "
		      "mend.mode=off on the kernel command line\nMESSAGE_ID=" JOURNAL_ID_REFUSED);
	test_contains(told, "\nMEND_VERB=boot\n");
	test_contains(told, "\nMEND_REASON=POLICY_MODE\n");
	assert_string_equal(message(), "");
	assert_int_equal(cli_mend("history two"), 0);
	cli_has("boot one.1 two.1: refused (POLICY_MODE): nothing is switched on: mend.mode=off");
	/* once it is over, nothing is held back for it */
	test_file(cli_dir, "root/proc/cmdline", "quiet\n");
	assert_int_equal(cli_mend("boot --cert mend.pem"), 0);
	assert_string_equal(cli_text(), "'one' generation 1: on\n'two' generation 1: on\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(each_refusal_is_told_with_its_reason),
		TEST(so_is_a_boot_that_is_not_wanted),
		TEST(what_names_no_patch_names_its_file),
		TEST(what_mend_ko_refuses_or_was_done_is_told_as_well),
		TEST(changes_of_trust_are_told_with_the_signer),
		TEST(a_long_pause_is_told_of_whatever_has_switched),
		TEST(going_back_needs_no_policy),
		TEST(what_is_on_and_not_kept_is_told),
	};

	return cmocka_run_group_tests_name("fake_journal", tests, cli_group_setup,
					   cli_group_teardown);
}
