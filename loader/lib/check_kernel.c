// SPDX-License-Identifier: MIT
/*
 * Requirements of mend.ko on the kernel. Once mend.ko is loaded it has proven most of
 * them itself; before that the kernel's config is all there is to ask.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel_config.h"

#define OLDEST_MAJOR	6
#define OLDEST_MINOR	1

static void check_release(const struct kernel *k, struct checks *c)
{
	int major, minor;

	if (sscanf(k->release, "%d.%d", &major, &minor) != 2) {
		check_remedy(checks_add(c, "kernel", CHECK_UNKNOWN,
					"the release '%s' tells no version", k->release),
			     "make sure that it is %d.%d or newer", OLDEST_MAJOR, OLDEST_MINOR);
	} else if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
		check_remedy(checks_fail(c, "kernel", MEND_R_RELEASE, "Linux %s is older than %d.%d",
					 k->release, OLDEST_MAJOR, OLDEST_MINOR),
			     "install a newer kernel and reboot");
	} else {
		checks_add(c, "kernel", CHECK_GOOD, "Linux %s", k->release);
	}
}

static void check_build_id(const struct machine *mc, struct kernel *k, struct checks *c)
{
	char hex[2 * MEND_BUILD_ID_LEN + 1];
	struct err e;

	if (machine_kernel(mc, k, &e)) {
		check_remedy(checks_fail(c, "build-id", e.reason, "%s", e.message), "%s",
			     e.hint[0] ? e.hint : "mount sysfs on /sys");
		return;
	}
	hex_encode(hex, k->build_id, MEND_BUILD_ID_LEN);
	checks_add(c, "build-id", CHECK_GOOD, "%s", hex);
}

/* Those that Kconfig names; see there what they are for. */
static const char *const options[] = {
	"MODULES", "SMP", "SYSFS", "DYNAMIC_FTRACE_WITH_ARGS", "UNWINDER_ORC", "KPROBES",
	"KALLSYMS_ALL", "SYSTEM_DATA_VERIFICATION", "CRYPTO_SHA256",
};

static void list_missing(const struct kernel_config *config, char *out, size_t size)
{
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!kernel_config_has(config, options[i]) && used < size)
			used += (size_t)snprintf(out + used, size - used, "%sCONFIG_%s",
						 used ? ", " : "", options[i]);
}

static void check_config(const struct machine *mc, const char *release, struct checks *c)
{
	struct kernel_config config;
	char missing[400];

	if (!access(mc->sysfs, F_OK)) {
		checks_add(c, "config", CHECK_GOOD,
			   "it has all that mend.ko needs: mend.ko is loaded");
		return;
	}
	if (!kernel_config_read(mc, release, &config)) {
		check_remedy(checks_add(c, "config", CHECK_UNKNOWN,
					"the kernel's config is told nowhere"),
			     "'modprobe mend' shows whether mend.ko can be loaded");
		return;
	}
	list_missing(&config, missing, sizeof(missing));
	if (missing[0])
		check_remedy(checks_fail(c, "config", MEND_R_FTRACE, "the kernel is without %s",
					 missing),
			     "boot a kernel that has it, such as a distribution's");
	else
		checks_add(c, "config", CHECK_GOOD, "ftrace, kprobes, ORC and what else mend.ko "
			   "needs are there");
	kernel_config_free(&config);
}

static void check_ftrace(const struct machine *mc, struct checks *c)
{
	char line[16];

	if (machine_line(mc, "/proc/sys/kernel/ftrace_enabled", line, sizeof(line)))
		check_remedy(checks_add(c, "ftrace", CHECK_UNKNOWN,
					"kernel.ftrace_enabled cannot be read"),
			     "mount proc on /proc; where it is, the kernel lacks ftrace");
	else if (!strcmp(line, "0"))
		check_remedy(checks_fail(c, "ftrace", MEND_R_FTRACE,
					 "ftrace is switched off: kernel.ftrace_enabled is 0"),
			     "sysctl kernel.ftrace_enabled=1");
	else
		checks_add(c, "ftrace", CHECK_GOOD, "ftrace is on");
}

static void check_loading(const struct machine *mc, struct checks *c)
{
	char line[16];

	if (machine_line(mc, "/proc/sys/kernel/modules_disabled", line, sizeof(line)))
		check_remedy(checks_add(c, "modules", CHECK_UNKNOWN,
					"kernel.modules_disabled cannot be read"),
			     "mount proc on /proc");
	else if (strcmp(line, "0"))
		check_remedy(checks_fail(c, "modules", MEND_R_LOCKDOWN, "no module can be loaded "
					 "until the next boot: kernel.modules_disabled is %s",
					 line),
			     "look in /etc/sysctl.d for who sets it, and reboot");
	else
		checks_add(c, "modules", CHECK_GOOD, "modules can be loaded");
}

void check_switches(const struct machine *mc, struct checks *c)
{
	check_ftrace(mc, c);
	check_loading(mc, c);
}

void check_baseline(const struct machine *mc, struct checks *c)
{
	struct kernel k = { 0 };

	if (mc->uname(k.release))
		k.release[0] = '\0';
	check_release(&k, c);
	check_build_id(mc, &k, c);
	check_config(mc, k.release, c);
}

void check_kernel(const struct machine *mc, struct checks *c)
{
	check_baseline(mc, c);
	check_switches(mc, c);
}
