// SPDX-License-Identifier: MIT
/*
 * What else on this machine has a say in which modules are loaded.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "fs.h"

#define SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* The mode in brackets: "none [integrity] confidentiality" */
static void check_lockdown(const struct machine *mc, struct checks *c)
{
	char line[100];

	if (machine_line(mc, "/sys/kernel/security/lockdown", line, sizeof(line)))
		checks_add(c, "lockdown", CHECK_GOOD, "this kernel knows no lockdown, or shows none");
	else if (strstr(line, "[none]"))
		checks_add(c, "lockdown", CHECK_GOOD, "the kernel is not locked down");
	else
		check_remedy(checks_add(c, "lockdown", CHECK_WARNING,
					"the kernel is locked down: it loads only modules that are "
					"signed for it, mend.ko and payloads alike"),
			     "sign them with a key that the kernel trusts, such as the machine "
			     "owner's (mokutil)");
}

/* A variable is four bytes of attributes, and its value. */
static bool secure_boot(const struct machine *mc, bool *on)
{
	char *path = machine_path(mc, SECURE_BOOT);
	struct buf data;
	bool found;

	found = path && !fs_read_pseudo(path, 64, &data);
	if (found) {
		*on = data.len >= 5 && data.data[4];
		buf_free(&data);
	}
	free(path);
	return found;
}

static void check_secure_boot(const struct machine *mc, struct checks *c)
{
	bool on;

	if (!secure_boot(mc, &on))
		checks_add(c, "secure-boot", CHECK_GOOD, "this machine shows no Secure Boot");
	else if (!on)
		checks_add(c, "secure-boot", CHECK_GOOD, "Secure Boot is off");
	else
		check_remedy(checks_add(c, "secure-boot", CHECK_WARNING, "Secure Boot is on"),
			     "enroll the key that mend.ko is signed with: DKMS says how when it "
			     "builds it");
}

/* A line that appraises modules wants a signature in an attribute of a file on a disk. */
static bool appraises_modules(char *policy)
{
	char *line, *save;

	for (line = strtok_r(policy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, "appraise ", 9) && strstr(line, "func=MODULE_CHECK"))
			return true;
	return false;
}

static bool ima_is_in_the_way(const struct machine *mc)
{
	char *path = machine_path(mc, "/sys/kernel/security/ima/policy");
	struct buf policy = { 0 };
	bool found = false;

	if (path && !fs_read_pseudo(path, 1U << 20, &policy)) {
		buf_append(&policy, "", 1);
		found = !policy.failed && appraises_modules((char *)policy.data);
		buf_free(&policy);
	}
	free(path);
	return found;
}

static void check_file_policies(const struct machine *mc, struct checks *c)
{
	char lsm[300], loadpin[16];

	machine_line(mc, "/sys/kernel/security/lsm", lsm, sizeof(lsm));
	machine_line(mc, "/proc/sys/kernel/loadpin/enforce", loadpin, sizeof(loadpin));
	if (strstr(lsm, "loadpin") && strcmp(loadpin, "0"))
		check_remedy(checks_fail(c, "file-policy", MEND_R_LOCKDOWN, "LoadPin loads modules "
					 "from one file system only, and payloads lie on none"),
			     "boot with loadpin.enforce=0");
	else if (ima_is_in_the_way(mc))
		check_remedy(checks_fail(c, "file-policy", MEND_R_LOCKDOWN, "IMA appraises modules "
					 "by their files, and payloads lie in none"),
			     "load a policy without 'appraise func=MODULE_CHECK'");
	else
		checks_add(c, "file-policy", CHECK_GOOD,
			   "neither IMA nor LoadPin is seen to be in the way");
}

void check_lsm(const struct machine *mc, struct checks *c)
{
	check_lockdown(mc, c);
	check_secure_boot(mc, c);
	check_file_policies(mc, c);
}
