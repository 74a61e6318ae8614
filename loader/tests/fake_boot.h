/* SPDX-License-Identifier: MIT */
/*
 * Boots of the machine made of files: another boot id, and a mend.ko that knows no patch.
 */
#ifndef MEND_TESTS_FAKE_BOOT_H
#define MEND_TESTS_FAKE_BOOT_H

#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "fake_cli.h"

#define BOOT_ID	"root/proc/sys/kernel/random/boot_id"

static unsigned int boots;

static inline int setup(void **state)
{
	if (cli_setup(state))
		return -1;
	boots = 1;
	test_file(cli_dir, BOOT_ID, "boot-1\n");
	return 0;
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, cli_teardown)

static inline int install(const char *args)
{
	return test_run(&cli_out, MEND "install --cert mend.pem %s", cli_dir, args);
}

static inline void crash(void)
{
	char id[32];

	snprintf(id, sizeof(id), "boot-%u\n", ++boots);
	test_file(cli_dir, BOOT_ID, id);
	assert_int_equal(test_run(&cli_out, "cd %s && rm -rf sys asked && : >asked", cli_dir), 0);
}

static inline int boot(const char *args)
{
	return test_run(&cli_out, MEND "boot --cert mend.pem %s", cli_dir, args);
}

static inline void reboot(void)
{
	assert_int_equal(cli_mend("boot --end"), 0);
	crash();
}

static inline int count_files(const char *pattern)
{
	char command[200];

	snprintf(command, sizeof(command), "/dev/null; ls root/var/lib/mend/%s 2>/dev/null | wc -l",
		 pattern);
	return atoi(cli_file(command));
}

#endif /* MEND_TESTS_FAKE_BOOT_H */
