// SPDX-License-Identifier: MIT
/*
 * Whom a machine made of files trusts, with a DKMS that is a script.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_cli.h"

#define KEYS		"root/etc/mend/keys/"
#define BUILT(kernel)	"mend/0.2~x, " kernel ", x86_64: installed\n"
#define NEW_CERT	"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=new -keyout new.key -out new.pem"

/* Says what it was asked for, and which certificates there were */
static const char dkms[] =
	"#!/bin/sh\n"
	"echo \"$*: $(ls " KEYS " 2>/dev/null | xargs)\" >>dkms.asked\n"
	"[ \"$1\" = status ] && { cat dkms.status; exit 0; }\n"
	"[ ! -e dkms.signal ] || kill -$(cat dkms.signal) $PPID $$\n"
	"[ ! -e dkms.fail ] || ! grep -q -e \"$5\" dkms.fail || exit 7\n";

static int setup(void **state)
{
	if (cli_setup(state))
		return -1;
	test_file(cli_dir, "bin/dkms", dkms);
	test_file(cli_dir, "dkms.status", "");
	return test_run(&cli_out, "cd %s && chmod +x bin/dkms && mkdir root/etc && for k in "
			TEST_RELEASE " 6.1.1-old 6.1.1-here; do mkdir -p root/lib/modules/$k/build; "
			"done", cli_dir);
}

static void in_dir(const char *command)
{
	if (test_run(&cli_out, "cd %s && { %s; }", cli_dir, command))
		fail_msg("%s: %s", command, cli_text());
}

/* Which files are there, in one line */
static const char *trusted(void)
{
	return cli_file("/dev/null; ls " KEYS " 2>/dev/null | xargs");
}

static void a_signer_is_installed_and_mend_ko_built_with_it(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", "other/1.0, 6.1: installed\n" BUILT("6.1.1-old")
		  BUILT(TEST_RELEASE));
	assert_int_equal(cli_mend("trust mend.pem --name vendor"), 0);
	cli_has("CN=mend signing key is trusted.\n  until       20");
	cli_has("\n  file        " KEYS "vendor.pem\n  mend.ko     built again for " TEST_RELEASE "\n"
		"  mend.ko     built again for 6.1.1-old\n");
	assert_string_equal(cli_file("dkms.asked | xargs"), "status mend: vendor.pem "
			    "build --force mend/0.2~x -k " TEST_RELEASE ": vendor.pem "
			    "install --force mend/0.2~x -k " TEST_RELEASE ": vendor.pem "
			    "build --force mend/0.2~x -k 6.1.1-old: vendor.pem "
			    "install --force mend/0.2~x -k 6.1.1-old: vendor.pem");
	in_dir("cmp mend.pem " KEYS "vendor.pem && test $(stat -c %a " KEYS "vendor.pem) = 644");
	/* once more does no harm, and builds */
	assert_int_equal(cli_mend("trust mend.pem --json"), 0);
	cli_has("\"was_there\": true");
	cli_has("\"file\": \"" KEYS "vendor.pem\"");
	assert_string_equal(trusted(), "vendor.pem");
}

static void it_says_how_mend_ko_comes_to_know_of_it(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", "mend/0.2~x: added\n");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("built again for " TEST_RELEASE "\n  what to do  load mend.ko again: rmmod mend && "
		"modprobe mend\n");
	cli_patch("one", "off", "0", "");
	test_file(cli_dir, "sys/one.1/unloadable", "1\n");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("what to do  load mend.ko again: mend revert one --unload, then rmmod mend && "
		"modprobe mend\n");
	test_file(cli_dir, "sys/one.1/unloadable", "0\n");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("what to do  reboot: mend.ko has to be loaded again, and the payload of 'one' cannot "
		"be unloaded\n");
	in_dir("rm -r sys");
	assert_int_equal(cli_mend("trust mend.pem --keep-module"), 0);
	cli_has("what to do  build mend.ko again, such as by 'make modules_install' in its sources; "
		"then modprobe mend\n");
}

static void without_dkms_it_says_what_to_do(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("what to do  build mend.ko again, which DKMS does not do here, such as by");
	assert_int_equal(test_run(&cli_out, "cd %s && PATH=/nowhere " TEST_MEND_FAKE
				  " trust mend.pem", cli_dir), 0);
	cli_has("which DKMS does not do here");
	assert_string_equal(trusted(), "mend.pem");
}

static void if_mend_ko_cannot_be_built_all_is_as_it_was(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", BUILT("6.1.1-old") BUILT(TEST_RELEASE));
	test_file(cli_dir, "dkms.fail", TEST_RELEASE "\n");
	assert_int_equal(cli_mend("trust mend.pem"), 1);
	cli_has("mend trust: dkms build --force mend/0.2~x -k " TEST_RELEASE ": 'dkms' ended with exit "
		"status 7; what is trusted is as it was\n");
	assert_string_equal(trusted(), "");
	/* another kernel, whose headers are gone, is no reason not to trust anybody */
	test_file(cli_dir, "dkms.fail", "6.1.1-old\n");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("mend.ko     NOT built again for 6.1.1-old\n  what to do  mend.ko for 6.1.1-old does not "
		"trust it: once its headers are installed, 'dkms build --force mend/0.2~x -k 6.1.1-old'");
	/* but one not to tell that it still trusts somebody */
	assert_int_equal(cli_mend("trust --remove mend"), 1);
	cli_has("mend.ko for 6.1.1-old still trusts it");
	assert_string_equal(trusted(), "");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	test_file(cli_dir, "dkms.fail", TEST_RELEASE "\n");
	assert_int_equal(cli_mend("trust --remove mend"), 1);
	assert_string_equal(trusted(), "mend.pem");
	/* one that was trusted before stays so */
	assert_int_equal(cli_mend("trust mend.pem"), 1);
	assert_string_equal(trusted(), "mend.pem");
}

static void without_headers_dkms_is_not_made_to_forget(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", BUILT("6.1.1-old") BUILT(TEST_RELEASE));
	in_dir("rmdir root/lib/modules/" TEST_RELEASE "/build");
	assert_int_equal(cli_mend("trust mend.pem"), 1);
	cli_has("mend.ko cannot be built for " TEST_RELEASE ": its headers are not there");
	cli_has("what to do: install them");
	assert_string_equal(trusted(), "");
	assert_string_equal(cli_file("dkms.asked | grep -c build"), "0");
}

static void what_dkms_has_forgotten_is_built_as_well(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", BUILT(TEST_RELEASE));
	test_file(cli_dir, "root/lib/modules/6.1.1-old/updates/dkms/mend.ko.xz", "");
	test_file(cli_dir, "root/lib/modules/6.1.1-here/updates/dkms/other.ko", "");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("built again for 6.1.1-old\n");
	assert_string_equal(cli_file("dkms.asked | grep -c here"), "0");
}

static void in_a_chroot_nothing_is_built_for_the_hosts_kernel(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", BUILT("6.1.1-here"));
	in_dir("rm -r root/lib/modules/" TEST_RELEASE);
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("\n  mend.ko     built again for 6.1.1-here\n");
	assert_string_equal(cli_file("dkms.asked | grep -c " TEST_RELEASE), "0");
	test_file(cli_dir, "dkms.fail", "6.1.1-here\n");
	assert_int_equal(cli_mend("trust --remove mend"), 1);
	assert_string_equal(trusted(), "mend.pem");
}

static void interrupted_it_is_as_it_was_or_goes_on_where_it_was(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", BUILT(TEST_RELEASE));
	test_file(cli_dir, "dkms.signal", "INT");
	assert_int_not_equal(cli_mend("trust mend.pem"), 0);
	cli_has("'dkms' was killed by signal 2 (Interrupt); what is trusted is as it was");
	assert_string_equal(trusted(), "");
	test_file(cli_dir, "dkms.signal", "KILL");
	assert_int_not_equal(cli_mend("trust mend.pem"), 0);
	assert_string_equal(trusted(), "mend.pem");
	in_dir("rm dkms.signal dkms.asked");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("is trusted already.");
	in_dir("grep -q ^build dkms.asked");
	test_file(cli_dir, "dkms.signal", "KILL");
	assert_int_not_equal(cli_mend("trust --remove mend.pem"), 0);
	assert_string_equal(trusted(), "mend.pem.removed");
	assert_int_equal(cli_mend("trust --list"), 0);
	cli_has("\n  state       not removed yet\n");
	cli_has("what to do  finish it: mend trust --remove mend.pem\n");
	/* by its fingerprint as well */
	in_dir(TEST_MEND_FAKE " trust --remove $(" TEST_MEND_FAKE " trust --list | sed -n "
	       "'s/^  fingerprint *//p'); test $? = 137");
	in_dir("rm dkms.signal");
	assert_int_equal(cli_mend("trust --remove mend.pem"), 0);
	assert_string_equal(trusted(), "");
}

static void a_signer_is_removed_by_name_or_fingerprint(void **state)
{
	(void)state;
	test_file(cli_dir, "dkms.status", BUILT(TEST_RELEASE));
	assert_int_equal(cli_mend("trust mend.pem --name a"), 0);
	assert_int_equal(cli_mend("trust --remove b"), 1);
	cli_has("there is no trusted certificate '" KEYS "b.pem'\n");
	cli_has("what to do: 'mend trust --list' shows them");
	in_dir("rm dkms.asked");
	assert_int_equal(cli_mend("trust --remove a"), 0);
	cli_has(KEYS "a.pem is not trusted any more.\n  mend.ko     built again for");
	/* built without it */
	assert_string_equal(cli_file("dkms.asked | grep ^build"),
			    "build --force mend/0.2~x -k " TEST_RELEASE ": a.pem.removed");
	assert_int_equal(cli_mend("trust mend.pem --name a"), 0);
	in_dir(TEST_MEND_FAKE " trust --remove $(" TEST_MEND_FAKE " trust --list | sed -n "
	       "'s/^  fingerprint *//p')");
	assert_string_equal(trusted(), "");
}

/* With its reason */
static void refused(const char *args, int code, const char *why)
{
	assert_int_equal(cli_mend(args), code);
	cli_has(why);
	in_dir("test ! -e " KEYS " || rmdir " KEYS);
	in_dir("test ! -e dkms.asked");
}

static void what_could_not_sign_is_refused(void **state)
{
	(void)state;
	in_dir("openssl req -new -key mend.key -subj /CN=old -out r && openssl x509 -req -in r "
	       "-signkey mend.key -days -1 -out old.pem && cat mend.pem mend.pem >two.pem && "
	       "openssl req -x509 -newkey rsa:1024 -nodes -keyout s.key -subj /CN=s -out small.pem && "
	       "cp mend.pem 'a b.pem' && cat mend.key >key.pem");
	refused("trust old.pem", 4, "(CN=old) has expired on ");
	refused("trust two.pem", 1, "'two.pem' holds 2 certificates");
	refused("trust small.pem", 1, "'small.pem' has 1024 bits");
	refused("trust key.pem", 1, "'key.pem' holds no PEM certificate");
	refused("trust 'a b.pem'", 1, "'a b.pem' cannot be the name of a trusted certificate");
	refused("trust mend.pem --name ../x", 1, "'../x' cannot be the name");
	refused("trust mend.pem --name .x", 1, "'.x' cannot be the name");
	refused("trust none.pem", 1, "cannot open 'none.pem'");
	refused("trust", 64, "one certificate is needed");
	refused("trust mend.pem --list", 64, "one certificate is needed");
	refused("trust --list --name x", 64, "--name is for");
}

static void another_certificate_of_that_name_stays(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("trust mend.pem --name a"), 0);
	in_dir(NEW_CERT);
	assert_int_equal(cli_mend("trust new.pem --name a"), 1);
	cli_has("what to do: that is another certificate: --name gives this one another name");
	in_dir("cmp mend.pem " KEYS "a.pem");
	/* an authority, as openssl makes them: said, not refused. The key stays where it is. */
	in_dir("cat new.key >>new.pem");
	assert_int_equal(cli_mend("trust new.pem"), 0);
	cli_has("note        it is an authority's: what that has certified is not trusted\n");
	in_dir("! grep PRIVATE " KEYS "new.pem");
}

static void the_list_shows_also_what_is_damaged(void **state)
{
	json_t *json, *first;

	(void)state;
	assert_int_equal(cli_mend("trust --list"), 0);
	assert_string_equal(cli_text(), "Nobody is trusted: there is no certificate in "
			    "root/etc/mend/keys.\n");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	test_file(cli_dir, KEYS "bad.pem", "no certificate\n");
	assert_int_equal(cli_mend("trust --list"), 0);
	cli_has("bad.pem: '" KEYS "bad.pem' holds no PEM certificate\nmend.pem: CN=mend signing key\n"
		"  state       valid\n  until       ");
	assert_int_equal(cli_mend("trust --list --json"), 0);
	json = cli_parse();
	first = json_array_get(json_object_get(json, "certificates"), 0);
	assert_string_equal(cli_string(first, "file"), "bad.pem");
	assert_true(json_is_null(json_object_get(first, "signer")));
	json_decref(json);
	/* and can be removed */
	assert_int_equal(cli_mend("trust --remove bad"), 0);
	assert_string_equal(trusted(), "mend.pem");
}

/* Also where nothing was recorded before */
static void the_history_tells_who_was_trusted_when(void **state)
{
	json_t *json, *record, *signer;

	(void)state;
	test_file(cli_dir, "dkms.status", BUILT(TEST_RELEASE));
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	assert_int_equal(cli_mend("trust --remove mend"), 0);
	test_file(cli_dir, "dkms.fail", TEST_RELEASE "\n");
	assert_int_equal(cli_mend("trust mend.pem"), 1);
	in_dir("openssl req -new -key mend.key -subj /CN=old -out r && openssl x509 -req -in r "
	       "-signkey mend.key -days -1 -out old.pem");
	assert_int_equal(cli_mend("trust old.pem"), 4);
	assert_int_equal(cli_mend("history"), 0);
	cli_has(" -         trust CN=mend signing key: done\n");
	cli_has(" -         trust --remove CN=mend signing key: done\n");
	cli_has(" -         trust CN=mend signing key: failed (IO): dkms build");
	cli_has(" -         trust : refused (CERT_EXPIRED): ");
	assert_int_equal(cli_mend("history --json"), 0);
	json = cli_parse();
	record = json_array_get(json_object_get(json, "records"), 1);
	signer = json_object_get(record, "signer");
	assert_string_equal(cli_string(signer, "subject"), "CN=mend signing key");
	assert_int_equal(strlen(cli_string(signer, "fingerprint")), 64);
	assert_true(json_is_false(json_object_get(signer, "trusted")));
	assert_int_equal(json_integer_value(json_object_get(json, "damaged")), 0);
	json_decref(json);
}

static void a_record_that_cannot_be_written_is_no_obstacle(void **state)
{
	(void)state;
	test_file(cli_dir, "root/var/lib/mend", "in the way");
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	cli_has("mend trust: warning: it will not be recorded: ");
	assert_string_equal(trusted(), "mend.pem");
}

/* Those of the first versions say nothing of signers. */
static void older_records_are_read(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("trust mend.pem"), 0);
	in_dir("sed -i '/\"signer\": {/,/}/d' root/var/lib/mend/history/*.json && "
	       "! grep -q signer root/var/lib/mend/history/*.json");
	assert_int_equal(cli_mend("history"), 0);
	cli_has(" -         trust : done\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, cli_teardown)
		TEST(a_signer_is_installed_and_mend_ko_built_with_it),
		TEST(it_says_how_mend_ko_comes_to_know_of_it),
		TEST(without_dkms_it_says_what_to_do),
		TEST(if_mend_ko_cannot_be_built_all_is_as_it_was),
		TEST(without_headers_dkms_is_not_made_to_forget),
		TEST(what_dkms_has_forgotten_is_built_as_well),
		TEST(in_a_chroot_nothing_is_built_for_the_hosts_kernel),
		TEST(interrupted_it_is_as_it_was_or_goes_on_where_it_was),
		TEST(a_signer_is_removed_by_name_or_fingerprint),
		TEST(what_could_not_sign_is_refused),
		TEST(another_certificate_of_that_name_stays),
		TEST(the_list_shows_also_what_is_damaged),
		TEST(the_history_tells_who_was_trusted_when),
		TEST(a_record_that_cannot_be_written_is_no_obstacle),
		TEST(older_records_are_read),
	};
	char path[4096];

	/* each test runs in a folder of its own */
	snprintf(path, sizeof(path), "bin:%s", getenv("PATH"));
	setenv("PATH", path, 1);
	return cmocka_run_group_tests_name("fake_trust", tests, cli_group_setup, cli_group_teardown);
}
