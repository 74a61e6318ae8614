// SPDX-License-Identifier: MIT
/*
 * Installing, and what a boot does with it, on a machine made of files.
 */
#include "fake_boot.h"

static void what_is_installed_is_on_at_every_boot(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend two.mend"), 0);
	cli_has("'one' generation 1 is on.\n'two' generation 1 is on.\n  pause");
	cli_has("  installed   for every boot of this kernel");
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'one' generation 1: on\n'two' generation 1: on\n");
	assert_string_equal(cli_file("asked | head -n 1"), "probe mend");
	assert_string_equal(cli_file("asked | grep -c probe"), "1");
	assert_string_equal(cli_file("sys/two.1/enabled"), "1");
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'one' generation 1: was on already\n"
			    "'two' generation 1: was on already\n");
	/* a crash does not matter to what is not on probation */
	crash();
	assert_int_equal(boot(""), 0);
	assert_int_equal(cli_mend("history one"), 0);
	cli_has("install one.1 two.1: done");
	cli_has("boot one.1: done");
}

static void the_last_one_installed_goes_on_last(void **state)
{
	(void)state;
	assert_int_equal(install("two.mend"), 0);
	assert_int_equal(install("one.mend"), 0);
	assert_int_equal(install("two.mend"), 2);
	cli_has("it is installed and on already");
	/* again, and where it was */
	assert_int_equal(install("two.mend --retry"), 0);
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'two' generation 1: on\n'one' generation 1: on\n");
	/* another generation is another patch */
	assert_int_equal(install("one2.mend"), 0);
	assert_int_equal(count_files("installed"), 2);
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'two' generation 1: on\n'one' generation 2: on\n");
}

/* By a patch that supersedes all others, and is on still */
static void what_was_superseded_is_left_so(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	assert_int_equal(cli_mend("stage two.mend --cert mend.pem"), 0);
	test_file(cli_dir, "sys/one.1/state", "replaced\n");
	test_file(cli_dir, "sys/one.1/enabled", "0\n");
	cli_patch("two", "replaced", "0", "");
	cli_patch("big", "on", "1", "");
	test_file(cli_dir, "sys/big.1/replace", "1\n");
	assert_int_equal(cli_mend("status --exit-code"), 0);
	assert_memory_equal(cli_text(), "protected, no reboot needed: 1 patch", 36);
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_file("sys/one.1/enabled"), "0");
	test_file(cli_dir, "sys/big.1/enabled", "0\n");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on", 55);
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_file("sys/one.1/enabled"), "1");
}

static void one_that_fails_does_not_stop_the_others(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend two.mend"), 0);
	reboot();
	assert_int_equal(test_run(&cli_out, "cd %s && echo >root/var/lib/mend/bundles/one.1.mend",
				  cli_dir), 0);
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: refused: ");
	cli_has("'two' generation 1: on\n");
	reboot();
	assert_int_equal(test_run(&cli_out, "cd %s && rm root/var/lib/mend/bundles/one.1.mend && "
				  "echo x >root/var/lib/mend/installed/bad.json", cli_dir), 0);
	assert_int_equal(boot(""), 1);
	cli_has("'one' generation 1: failed: cannot open");
	cli_has("'two' generation 1: on\n");
	cli_has("1 of the entries in");
	reboot();
	cli_fail_call("probe", 2, 0, "");
	assert_int_equal(boot(""), 1);
	cli_has("'two' generation 1: failed: mend.ko is not there for this kernel\n");
	assert_int_equal(cli_mend("history two"), 0);
	cli_has("boot two.1: failed (DEVICE)");
}

static void what_fails_is_not_installed(void **state)
{
	(void)state;
	cli_fail_call("switch", 16, 96, "cat (pid 7) is in a");
	assert_int_equal(install("one.mend"), 5);
	assert_int_equal(count_files("installed"), 0);
	assert_int_equal(count_files("bundles"), 0);
	assert_int_equal(test_run(&cli_out, "rm %s/fail-switch", cli_dir), 0);
	assert_int_equal(install("one.mend --probation 10m --health false"), 6);
	assert_int_equal(count_files("installed"), 0);
	assert_int_equal(install("one.mend --probation 10m --health true"), 0);
	assert_int_equal(count_files("installed"), 1);
	reboot();
	assert_int_equal(boot(""), 0);
	/* the health command has confirmed it */
	assert_string_equal(cli_file("asked | grep switch"), "switch 0 0 on:one:1");
}

/* File descriptor 4 is a pipe that nobody reads any more. */
#define UNREAD	"cd %s && mkfifo unread && exec 3<>unread 4>unread 3<&- && " TEST_MEND_FAKE

static void a_reader_that_has_gone_ends_nothing(void **state)
{
	(void)state;
	assert_int_equal(test_run(&cli_out, UNREAD " install --cert mend.pem one.mend --probation 10m "
				  "--health 'echo asked >judge' >&4", cli_dir), 1);
	assert_string_equal(cli_text(), "");
	assert_string_equal(cli_file("judge"), "asked");
	assert_int_equal(count_files("installed"), 1);
	assert_int_equal(cli_mend("history"), 0);
	cli_has("install one.1: confirmed\n");
	/* what is run for it is not spared */
	assert_int_equal(install("two.mend --probation 10m --health 'kill -PIPE $$'"), 6);
	cli_has("was killed by signal 13");
}

static void a_result_that_cannot_be_written_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend >/dev/full"), 1);
	cli_has("mend install: not all of the result could be written to standard output\n");
	assert_int_equal(install("one.mend"), 2);
	assert_int_equal(cli_mend("metrics >/dev/full"), 1);
	cli_has("mend metrics: not all of the result");
}

static void what_is_on_and_cannot_be_kept_says_so(void **state)
{
	(void)state;
	test_file(cli_dir, "root/var/lib/mend/bundles/one.1.mend/in-the-way", "");
	assert_int_equal(install("one.mend"), 1);
	assert_memory_equal(cli_text(), "'one' generation 1 is on.\n", 26);
	cli_has("; it is on, and not installed\n  what to do: ");
	assert_int_equal(cli_mend("history"), 0);
	cli_has("install one.1: done: cannot write ");
}

static void an_apply_can_be_made_an_installation(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(cli_apply("one.mend"), 0);
	assert_int_equal(install("one.mend --json"), 0);
	json = cli_parse();
	assert_true(json_is_true(json_object_get(json, "installed")));
	assert_true(json_is_null(json_object_get(json, "switch")));
	json_decref(json);
	assert_int_equal(install("one.mend"), 2);
	reboot();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on\n");
}

static void without_applying_the_next_boot_does_it(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --no-apply --probation 10m"), 0);
	cli_has("'one' generation 1 is installed; the next boot switches it on.\n");
	assert_string_equal(cli_file("asked 2>/dev/null"), "");
	assert_int_equal(install("one.mend --no-apply --health true"), 64);
	crash();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on, on probation\n");
	assert_string_equal(cli_file("asked | grep switch"), "switch 0 600000 on:one:1");
	/* shut down in order: again on probation, and confirmed for good */
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_file("asked | grep switch"), "switch 0 600000 on:one:1");
	assert_int_equal(cli_mend("history one"), 0);
	cli_has("boot one.1: ended: the machine was shut down in order");
	assert_int_equal(cli_mend("confirm"), 0);
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_file("asked | grep switch"), "switch 0 0 on:one:1");
}

static void what_the_machine_went_down_with_is_held_back(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --probation 10m"), 0);
	assert_int_equal(install("two.mend"), 0);
	crash();
	assert_int_equal(cli_mend("status"), 1);
	assert_memory_equal(cli_text(), "held back: 'one' generation 1: the machine went down", 52);
	cli_has("  what to do  find out why the machine went down; 'mend history one'");
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: held back: 'one' generation 1 is held back: the machine went "
		"down before it was confirmed\n");
	cli_has("'two' generation 1: on\n");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "held back: 'one' generation 1", 29);
	reboot();
	assert_int_equal(boot(""), 4);
	assert_int_equal(install("one.mend"), 4);
	cli_has("'mend install --retry'");
	assert_int_equal(install("one.mend --no-apply"), 4);
	assert_int_equal(install("one.mend --no-apply --retry"), 0);
	reboot();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on\n");
}

static void boot_another_kernel(void)
{
	reboot();
	assert_int_equal(test_run(&cli_out, "cd %s && printf '\\004\\0\\0\\0\\024\\0\\0\\0\\003\\0\\0\\0"
				  "GNU\\0aaaaaaaaaaaaaaaaaaaa' >notes", cli_dir), 0);
}

static void that_ends_with_another_kernel_or_when_it_is_uninstalled(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend two.mend --probation 10m"), 0);
	crash();
	assert_int_equal(cli_mend("uninstall two"), 0);
	assert_int_equal(cli_mend("status"), 1);
	assert_memory_equal(cli_text(), "held back: 'one' generation 1", 29);
	assert_int_equal(cli_mend("uninstall one --keep"), 0);
	assert_int_equal(cli_mend("status"), 1);
	assert_memory_equal(cli_text(), "not covered: mend.ko is not loaded", 34);
	/* though nobody gets it without --retry */
	assert_int_equal(install("one.mend"), 4);
	assert_int_equal(cli_apply("one.mend"), 4);
	assert_int_equal(install("one.mend --no-apply --probation 10m --retry"), 0);
	assert_int_equal(boot(""), 0);
	crash();
	assert_int_equal(cli_mend("status"), 1);
	assert_memory_equal(cli_text(), "held back: 'one' generation 1", 29);
	boot_another_kernel();
	assert_int_equal(cli_mend("status"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on", 55);
}

/* The record of the attempt is there when the boot ends in the middle of it. */
static void so_is_one_whose_boot_did_not_come_to_an_end(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend two.mend"), 0);
	reboot();
	assert_int_equal(test_run(&cli_out, "cd %s && sed -i 's/^load()$/&\\n{ sleep 60; }\\nno&/' "
				  "kernel && timeout -s KILL 3 " TEST_MEND_FAKE
				  " boot --cert mend.pem", cli_dir), 137);
	assert_int_equal(test_run(&cli_out, "cd %s && cp " TEST_FAKE_KERNEL " kernel", cli_dir), 0);
	crash();
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: held back: 'one' generation 1 is held back: the machine went "
		"down while it was done\n");
	cli_has("'two' generation 1: on\n");
}

static void what_was_taken_back_is_not_tried_again(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend --probation 10m"), 0);
	test_file(cli_dir, "sys/one.1/state", "rolled-back\n");
	test_file(cli_dir, "sys/one.1/enabled", "0\n");
	test_file(cli_dir, "sys/one.1/reason", "129 it oopsed\n");
	reboot();
	assert_int_equal(boot(""), 4);
	cli_has("is held back: mend.ko has taken it back: it oopsed\n");
	/* nothing was to be switched on, so that mend.ko is not even there */
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "held back: 'one' generation 1: mend.ko has taken it", 51);
	cli_has("  what to do  find out why it was taken back; 'mend history one'");
}

static void another_kernel_is_superseded_or_not(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	boot_another_kernel();
	assert_int_equal(boot(""), 3);
	cli_has("'one' generation 1: skipped: ");
	cli_has("whether this kernel needs it cannot be told");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on: "
			    "boot: skipped: ", 72);
	assert_string_equal(cli_file("asked | grep -c ."), "0");
	test_file(cli_dir, "root/proc/version", "Linux version 6.1.0-test-amd64 (a@b) (gcc) #1 SMP "
		  "Debian 6.1.192-2 (2026-10-01)\n");
	test_file(cli_dir, "root/usr/share/doc/linux-image-" TEST_RELEASE "/changelog.Debian",
		  "linux (6.1.192-2) bookworm; urgency=medium\n\n  * a fix (CVE-2025-9999)\n\n"
		  " -- A B <a@b.c>  Thu, 01 Oct 2026 00:00:00 +0000\n");
	assert_int_equal(test_run(&cli_out, "gzip %s/root/usr/share/doc/*/changelog.Debian",
				  cli_dir), 0);
	assert_int_equal(boot(""), 3);
	cli_has("does not list CVE-2025-1111\n");
	assert_int_equal(test_run(&cli_out, "cd %s/root/usr/share/doc/* && gunzip *.gz && sed -i "
				  "s/9999/1111/ *.Debian && gzip *.Debian", cli_dir), 0);
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: superseded: the package of this kernel, version 6.1.192-2, "
		"lists CVE-2025-1111 as fixed\n");
	assert_int_equal(cli_mend("history one"), 0);
	cli_has("boot one.1: superseded");
	assert_int_equal(cli_mend("status --exit-code"), 0);
	cli_has("protected, no reboot needed: 1 installed patch is superseded, this kernel has its "
		"fixes itself\n");
	assert_int_equal(cli_mend("status"), 0);
	assert_int_equal(cli_mend("list --installed"), 0);
	cli_has("  not on ");
	cli_has("Z  superseded: the package of this kernel");
	/* what is not wanted for other kernels is no reason to complain on this one */
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nhold = one\n");
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: superseded: ");
	test_file(cli_dir, "root/boot/vmlinuz-9.9.9-test-amd64", "");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "reboot needed: kernel 9.9.9-test-amd64 is installed", 51);
}

static void the_policy_counts_at_boot(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	reboot();
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nmode = off\n");
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "Nothing is switched on: mode = off in mend.conf.\n");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on: "
			    "mode = off in mend.conf\n  what to do  mend.conf(5) tells how", 117);
	cli_has("Z  refused: mode = off in mend.conf\n");
	cli_has("  policy      mode = off in mend.conf\n");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nhold = one\n");
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: refused: mend.conf holds");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on: "
			    "mend.conf holds 'one' generation 1 back\n  what to do  take 'one' off", 124);
	cli_has("Z  refused: mend.conf holds 'one' generation 1 back\n");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nmood = on\n");
	assert_int_equal(boot(""), 4);
	cli_has("line 2: there is no setting 'mood'");
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on: "
			    "mend.conf cannot be understood: line 2: there is no setting 'mood'\n"
			    "  what to do  correct the file", 152);
	assert_int_equal(cli_mend("list --installed --json"), 0);
	cli_has("\"at_boot\": \"refused\"");
	test_file(cli_dir, "root/etc/mend/mend.conf", "[policy]\nmode = stage\n");
	assert_int_equal(install("two.mend"), 0);
	cli_has("'two' generation 1 is installed; the next boot switches it on.\n  not now ");
	test_file(cli_dir, "root/etc/mend/mend.conf", "\n");
	test_file(cli_dir, "root/proc/cmdline", "quiet mend.mode=off\n");
	assert_int_equal(boot("--json"), 0);
	cli_has("\"not_wanted\": \"mend.mode=off on the kernel command line\"");
	assert_string_equal(cli_file("asked | grep -c ."), "0");
	test_file(cli_dir, "root/proc/cmdline", "quiet\n");
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on\n'two' generation 1: on\n");
	assert_int_equal(cli_mend("status --json"), 0);
	cli_has("\"at_boot\": \"fits\"");
	assert_int_equal(cli_mend("revert one"), 0);
	assert_int_equal(cli_mend("status"), 0);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on: "
			    "revert: done\n", 70);
	cli_has("what to do  'mend boot' switches it on now");
}

static void a_boot_needs_the_history_and_status_says_so(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(install("one.mend"), 0);
	reboot();
	assert_int_equal(test_run(&cli_out, "cd %s/root/var/lib/mend && rm -r history && : >history",
				  cli_dir), 0);
	assert_int_equal(boot(""), 1);
	assert_int_equal(cli_mend("status --exit-code"), 1);
	assert_memory_equal(cli_text(), "not covered: 'one' generation 1 is installed and not on: the "
			    "history cannot be read: ", 81);
	cli_has("  history     the history cannot be read: cannot list ");
	cli_has("Z  refused: the history cannot be read: ");
	cli_patch("one", "on", "1", "");
	assert_int_equal(cli_mend("status --json"), 0);
	json = cli_parse();
	assert_string_equal(cli_string(json, "answer"), "protected");
	test_contains(cli_string(json, "history_error"), "the history cannot be read: ");
	assert_true(json_is_null(json_object_get(json, "brake")));
	json_decref(json);
}

static void uninstalling_is_for_the_next_boot(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend two.mend"), 0);
	assert_int_equal(cli_mend("uninstall one"), 0);
	assert_string_equal(cli_text(), "'one' is not installed any more.\n");
	assert_string_equal(cli_file("sys/one.1/enabled"), "1");
	assert_int_equal(count_files("bundles"), 1);
	assert_int_equal(cli_mend("uninstall one"), 2);
	assert_int_equal(cli_mend("uninstall one --revert"), 0);
	assert_string_equal(cli_file("sys/one.1/enabled"), "0");
	assert_int_equal(cli_mend("uninstall two --revert --keep"), 0);
	cli_has("'two' generation 1 is off.\n");
	assert_int_equal(count_files("installed"), 0);
	assert_int_equal(count_files("bundles"), 1);
	assert_int_equal(cli_mend("uninstall ../two"), 64);
	assert_int_equal(cli_mend("uninstall"), 64);
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "Nothing is installed.\n");
	assert_string_equal(cli_file("asked | grep -c ."), "0");
}

static void one_that_did_not_come_to_its_end_is_finished(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	assert_int_equal(cli_mend("stage --cert mend.pem two.mend"), 0);
	assert_int_equal(test_run(&cli_out, "cd %s/root/var/lib/mend/bundles && rm one.1.mend && "
				  "mkdir -p one.1.mend/in-the-way", cli_dir), 0);
	assert_int_equal(cli_mend("uninstall one"), 1);
	cli_has("; 'one' is not installed any more, its bundle is still there\n  what to do: the same ");
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "Nothing is installed.\n");
	assert_int_equal(test_run(&cli_out, "cd %s && rm -r root/var/lib/mend/bundles/one.1.mend && "
				  "cp one.mend root/var/lib/mend/bundles/one.1.mend", cli_dir), 0);
	assert_int_equal(cli_mend("uninstall one"), 0);
	assert_int_equal(count_files("installed"), 0);
	assert_int_equal(cli_mend("uninstall one"), 2);
	/* what was never installed is only kept for later */
	assert_int_equal(cli_mend("uninstall two"), 2);
	assert_int_equal(count_files("bundles/*"), 1);
}

static void so_is_one_whose_entry_is_damaged(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	assert_int_equal(test_run(&cli_out, "echo x >%s/root/var/lib/mend/installed/one.json", cli_dir), 0);
	assert_int_equal(cli_mend("uninstall one"), 0);
	assert_string_equal(cli_text(), "'one' is not installed any more.\n  note        its entry was "
			    "damaged: bundles of it are still in /var/lib/mend/bundles, if any\n");
	assert_int_equal(count_files("installed"), 0);
	assert_int_equal(count_files("bundles"), 1);
	assert_int_equal(cli_mend("uninstall one"), 2);
}

static void staging_does_not_replace_what_is_installed(void **state)
{
	(void)state;
	assert_int_equal(install("one.mend"), 0);
	assert_int_equal(cli_mend("stage --cert mend.pem one.mend"), 0);
	assert_int_equal(cli_mend("keygen --out other && " TEST_MEND_FAKE " sign one.mend -o other.mend "
				  "--key other/mend.key --cert other/mend.pem"), 0);
	assert_int_equal(cli_mend("stage --cert other/mend.pem other.mend"), 1);
	cli_has("'one' generation 1 is installed, and not with this bundle\n  what to do: 'mend install'");
	reboot();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on\n");
	/* another generation is another bundle, and one that is not installed nobody's */
	assert_int_equal(cli_mend("stage --cert mend.pem one2.mend"), 0);
	assert_int_equal(cli_mend("uninstall one"), 0);
	assert_int_equal(cli_mend("stage --cert other/mend.pem other.mend"), 0);
}

static void there_is_a_last_place_in_the_order(void **state)
{
	(void)state;
	assert_int_equal(install("two.mend"), 0);
	assert_int_equal(test_run(&cli_out, "sed -i 's/\"order\": 1/\"order\": 9223372036854775807/' "
				  "%s/root/var/lib/mend/installed/two.json", cli_dir), 0);
	assert_int_equal(install("one.mend"), 1);
	cli_has("there is no place behind 'two' in the order of what is installed; it is on, and not "
		"installed\n  what to do: 'mend uninstall two --keep', and install it again");
	assert_int_equal(cli_mend("uninstall two --keep"), 0);
	assert_int_equal(install("root/var/lib/mend/bundles/two.1.mend one.mend"), 0);
	reboot();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'two' generation 1: on\n'one' generation 1: on\n");
}

#define CONF	"root/etc/mend/mend.conf"

/* Two patches that a boot puts on probation, on a machine with that health command */
static void boot_on_probation(const char *health)
{
	char conf[200];

	snprintf(conf, sizeof(conf), "[policy]\nprobation = 10m\nhealth = %s\n", health);
	test_file(cli_dir, CONF, conf);
	assert_int_equal(install("one.mend two.mend --no-apply"), 0);
	crash();
	assert_int_equal(boot(""), 0);
	cli_has("'one' generation 1: on, on probation\n'two' generation 1: on, on probation\n");
}

static void a_boot_is_judged_by_the_health_command(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("boot --health"), 0);
	assert_string_equal(cli_text(), "Nothing that this boot has switched on is on probation.\n");
	boot_on_probation("echo asked >>judge");
	assert_int_equal(cli_mend("boot --health"), 0);
	assert_string_equal(cli_text(), "'one' generation 1: confirmed\n"
			    "'two' generation 1: confirmed\n");
	assert_string_equal(cli_file("judge | wc -l"), "1");
	assert_string_equal(cli_file("sys/two.1/probation_ms"), "0");
	assert_int_equal(cli_mend("history two"), 0);
	cli_has("boot two.1: confirmed\n");
	assert_int_equal(cli_mend("boot --health --json"), 0);
	cli_has("\"records\": []");
	assert_string_equal(cli_file("judge | wc -l"), "1");
	/* for good */
	crash();
	assert_int_equal(boot(""), 0);
	assert_string_equal(cli_text(), "'one' generation 1: on\n'two' generation 1: on\n");
}

static void what_fails_it_is_taken_back_and_held_back(void **state)
{
	(void)state;
	boot_on_probation("exit 3");
	assert_int_equal(cli_mend("boot --health"), 6);
	assert_string_equal(cli_text(), "'one' generation 1: rolled-back: the health command ended with "
			    "exit status 3; the patch was taken back\n'two' generation 1: rolled-back: "
			    "the health command ended with exit status 3; the patch was taken back\n");
	assert_string_equal(cli_file("sys/one.1/enabled"), "0");
	assert_string_equal(cli_file("sys/two.1/enabled"), "0");
	reboot();
	assert_int_equal(boot(""), 4);
	cli_has("'one' generation 1: held back: 'one' generation 1 is held back: mend.ko has taken it "
		"back: the health command ended");
	assert_string_equal(cli_file("asked 2>/dev/null | grep switch"), "");
}

static void it_has_the_time_that_is_left(void **state)
{
	(void)state;
	boot_on_probation("sleep 20");
	test_file(cli_dir, "sys/two.1/probation_ms", "500\n");
	assert_int_equal(cli_mend("boot --health --json"), 6);
	cli_has("the health command was not done within 0.5 s; the patch was taken back");
}

static void interrupted_the_probation_goes_on(void **state)
{
	(void)state;
	boot_on_probation("kill $PPID; sleep 20");
	assert_int_equal(cli_mend("boot --health"), 1);
	cli_has("interrupted while the health command ran; mend.ko takes back at the deadline");
	assert_string_equal(cli_file("sys/one.1/probation_ms"), "600000");
	assert_string_equal(cli_file("sys/one.1/enabled"), "1");
	assert_int_equal(cli_mend("confirm"), 0);
}

static void only_what_the_boot_has_put_on_probation_is_judged(void **state)
{
	(void)state;
	boot_on_probation("false");
	assert_int_equal(cli_mend("confirm"), 0);
	assert_int_equal(cli_apply("one2.mend --probation 5m"), 0);
	assert_int_equal(cli_mend("boot --health"), 0);
	cli_has("Nothing that this boot has switched on");
	assert_string_equal(cli_file("sys/one.2/enabled"), "1");
	assert_string_equal(cli_file("sys/one.2/probation_ms"), "300000");
}

static void without_a_health_command_somebody_has_to_confirm(void **state)
{
	(void)state;
	boot_on_probation("true");
	test_file(cli_dir, CONF, "[policy]\nprobation = 10m\n");
	assert_int_equal(cli_mend("boot --health"), 0);
	cli_has("mend.conf has no health command: 'mend confirm' keeps what is on probation.\n");
	assert_string_equal(cli_file("sys/one.1/probation_ms"), "600000");
	test_file(cli_dir, CONF, "[policy]\nhealth = \n");
	assert_int_equal(cli_mend("boot --health"), 4);
	assert_int_equal(cli_mend("boot --health --end"), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_installed_is_on_at_every_boot),
		TEST(the_last_one_installed_goes_on_last),
		TEST(what_was_superseded_is_left_so),
		TEST(one_that_fails_does_not_stop_the_others),
		TEST(what_fails_is_not_installed),
		TEST(a_reader_that_has_gone_ends_nothing),
		TEST(a_result_that_cannot_be_written_is_an_error),
		TEST(what_is_on_and_cannot_be_kept_says_so),
		TEST(an_apply_can_be_made_an_installation),
		TEST(without_applying_the_next_boot_does_it),
		TEST(what_the_machine_went_down_with_is_held_back),
		TEST(that_ends_with_another_kernel_or_when_it_is_uninstalled),
		TEST(so_is_one_whose_boot_did_not_come_to_an_end),
		TEST(what_was_taken_back_is_not_tried_again),
		TEST(another_kernel_is_superseded_or_not),
		TEST(the_policy_counts_at_boot),
		TEST(a_boot_needs_the_history_and_status_says_so),
		TEST(uninstalling_is_for_the_next_boot),
		TEST(one_that_did_not_come_to_its_end_is_finished),
		TEST(so_is_one_whose_entry_is_damaged),
		TEST(staging_does_not_replace_what_is_installed),
		TEST(there_is_a_last_place_in_the_order),
		TEST(a_boot_is_judged_by_the_health_command),
		TEST(what_fails_it_is_taken_back_and_held_back),
		TEST(it_has_the_time_that_is_left),
		TEST(interrupted_the_probation_goes_on),
		TEST(only_what_the_boot_has_put_on_probation_is_judged),
		TEST(without_a_health_command_somebody_has_to_confirm),
	};

	return cmocka_run_group_tests(tests, cli_group_setup, cli_group_teardown);
}
