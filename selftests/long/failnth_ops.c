// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done while allocations fail; see failnth.h. Each finds the machine as
 * its walk in failnth.c has made it, and leaves it so.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "failnth.h"
#include "mendtest.h"

static int dev = -1, auth_fd = -1;
static struct signed_case plain;
static pid_t sleeper;
static bool no_report;

/*
 * Where memory runs out, the report has to say so, unless there was none to hold the
 * struct that it is in: the contract of linux/mend.h.
 */
static int with_reason(int err, const struct mend_report *report)
{
	no_report = err == -ENOMEM && report->reason == MEND_R_OK && !report->text[0];
	if (err != -ENOMEM || no_report || report->reason == MEND_R_NOMEM)
		return err;
	printf("# ENOMEM, and the report gives reason %u: %s\n", report->reason, report->text);
	return -EPROTO;
}

bool report_is_missing(void)
{
	bool missing = no_report;

	no_report = false;
	return missing;
}

void must(const char *what, int err)
{
	if (!err)
		return;
	printf("# %s: %s\n", what, strerror(-err));
	exit(1);
}

/* --- mend.ko itself */

static int load_mend_run(void)
{
	return insmod("../mend.ko", "");
}

static void unload_mend(void)
{
	must("unload of mend.ko", unload("mend"));
}

const struct operation load_mend_op = {
	.name = "load of mend.ko", .run = load_mend_run, .undo = unload_mend,
};

/* With a site that is still attached: it has to be let go on the way out. */
static void unload_mend_before(void)
{
	load_mend("require_signature=0");
	must("load", insmod("test_modules/mend_test_plain.ko", ""));
	must("switch on", switch_on("test-plain", 1));
	must("switch off", switch_off("test-plain"));
	must("unload", unload("mend_test_plain"));
}

static int unload_mend_run(void)
{
	return unload("mend");
}

const struct operation unload_mend_op = {
	.name = "unload of mend.ko", .must = true,
	.before = unload_mend_before, .run = unload_mend_run,
};

/* --- the device and authorization */

static int open_and_info_run(void)
{
	struct mend_info info = { .size = sizeof(info) };
	int fd = open(MEND_DEVICE, O_RDWR | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, MEND_IOC_INFO, &info))
		err = -errno;
	close(fd);
	return err;
}

const struct operation open_and_info_op = {
	.name = "open and INFO", .run = open_and_info_run,
};

static void authorize_before(void)
{
	plain = load_case("mend_test_plain");
	dev = mend_device();
}

static int authorize_run(void)
{
	struct mend_report report;

	auth_fd = authorize(dev, &plain, &report);
	return auth_fd < 0 ? with_reason(auth_fd, &report) : 0;
}

static void close_auth(void)
{
	close(auth_fd);
	auth_fd = -1;
}

static void authorize_after(void)
{
	close(dev);
	free_case(&plain);
}

const struct operation authorize_op = {
	.name = "AUTHORIZE", .before = authorize_before, .run = authorize_run,
	.undo = close_auth, .after = authorize_after,
};

static void authorized_before(void)
{
	authorize_before();
	must("authorize", authorize_run());
}

static int close_run(void)
{
	return close(auth_fd) ? -errno : 0;
}

const struct operation close_op = {
	.name = "close of an authorization", .must = true,
	.before = authorized_before, .run = close_run, .after = authorize_after,
};

/* --- payloads */

static int load_signed_run(void)
{
	int err = finit_module(auth_fd, "", 0);
	struct mend_report report = why_refused(auth_fd);

	return with_reason(err, &report);
}

static void unload_plain(void)
{
	must("unload of the payload", unload("mend_test_plain"));
}

static void load_signed_after(void)
{
	close_auth();
	authorize_after();
}

const struct operation load_signed_op = {
	.name = "load of a signed payload", .before = authorized_before, .run = load_signed_run,
	.undo = unload_plain, .after = load_signed_after,
};

static int load_unsigned_run(void)
{
	return insmod("test_modules/mend_test_plain.ko", "");
}

const struct operation load_unsigned_op = {
	.name = "load of a payload", .run = load_unsigned_run, .undo = unload_plain,
};

/* With relocations of mend's own, and a module that it keeps loaded */
static int load_relocated_run(void)
{
	return insmod("test_modules/mend_test_modsym.ko", "");
}

static void unload_relocated(void)
{
	must("unload of the payload", unload("mend_test_modsym"));
}

const struct operation load_relocated_op = {
	.name = "load of a payload with relocations", .run = load_relocated_run,
	.undo = unload_relocated,
};

static int load_refused_run(void)
{
	return insmod("test_modules/mend_test_half.ko", "");
}

const struct operation load_refused_op = {
	.name = "load of a payload that is refused", .expected = -ENOENT, .run = load_refused_run,
};

static void load_plain(void)
{
	must("load", load_unsigned_run());
}

static int unload_plain_run(void)
{
	return unload("mend_test_plain");
}

const struct operation unload_payload_op = {
	.name = "unload of a payload", .must = true, .before = load_plain,
	.run = unload_plain_run,
};

/* --- switches; the payloads are loaded, see switches_setup() */

static int run_ops(const struct mend_op *ops, unsigned int nr, unsigned int timeout_ms)
{
	struct mend_switch s;
	int err = switch_ops(ops, nr, timeout_ms, &s);

	return with_reason(err, &s.report);
}

static int run_op(struct mend_op op, unsigned int timeout_ms)
{
	return run_ops(&op, 1, timeout_ms);
}

static int switch_on_run(void)
{
	return run_op(op_on("test-plain", 1), SWITCH_TIMEOUT_MS);
}

static void plain_off(void)
{
	must("switch off", switch_off("test-plain"));
}

const struct operation switch_on_op = {
	.name = "switch on", .run = switch_on_run, .undo = plain_off,
};

static int switch_many_run(void)
{
	struct mend_op ops[] = {
		op_on("test-plain", 1), op_on("test-pair", 1), op_on("test-modsym", 1),
	};

	return run_ops(ops, 3, SWITCH_TIMEOUT_MS);
}

static void many_off(void)
{
	struct mend_op ops[] = {
		op_off("test-plain", 1), op_off("test-pair", 1), op_off("test-modsym", 1),
	};

	must("switch off", run_ops(ops, 3, SWITCH_TIMEOUT_MS));
}

const struct operation switch_many_op = {
	.name = "switch of many", .run = switch_many_run, .undo = many_off,
};

/* Afresh in every round: a generation that was on is a floor for the others. */
static void replace_before(void)
{
	load_mend("require_signature=0");
	must("load", insmod("test_modules/mend_test_pair.ko", ""));
	must("load", insmod("test_modules/mend_test_pair_2.ko", ""));
	must("switch on", switch_on("test-pair", 1));
}

static int replace_run(void)
{
	return run_op(op_on("test-pair", 2), SWITCH_TIMEOUT_MS);
}

static void replace_after(void)
{
	must("switch off", switch_off("test-pair"));
	must("unload", unload("mend_test_pair_2"));
	must("unload", unload("mend_test_pair"));
	must("unload", unload("mend"));
}

const struct operation replace_op = {
	.name = "replacement", .before = replace_before, .run = replace_run,
	.after = replace_after,
};

static void plain_on(void)
{
	must("switch on", switch_on("test-plain", 1));
}

static void plain_off_if_on(void)
{
	if (!strcmp(attribute("test-plain", 1, "enabled"), "1"))
		plain_off();
}

static int switch_off_run(void)
{
	return run_op(op_off("test-plain", 0), SWITCH_TIMEOUT_MS);
}

const struct operation switch_off_op = {
	.name = "switch off", .before = plain_on, .run = switch_off_run,
	.after = plain_off_if_on,
};

/* The worker that detaches sites runs some time after the switch. */
static int let_go_run(void)
{
	char *functions = NULL;
	unsigned int i;

	for (i = 0; i < 400 * slowdown(); i++) {
		functions = (char *)slurp("/sys/kernel/tracing/enabled_functions", NULL);
		if (!strstr(functions, "[mend_target]"))
			break;
		free(functions);
		functions = NULL;
		msleep(25);
	}
	free(functions);
	return functions ? 0 : -ETIMEDOUT;
}

static void let_go_before(void)
{
	plain_on();
	plain_off();
}

const struct operation let_go_op = {
	.name = "letting go of functions", .must = true, .before = let_go_before,
	.run = let_go_run,
};

static int sysfs_on_run(void)
{
	return spit(MEND_SYSFS "/test-plain.1/enabled", "1");
}

const struct operation sysfs_on_op = {
	.name = "1 to enabled", .run = sysfs_on_run, .undo = plain_off,
};

static int sysfs_off_run(void)
{
	return spit(MEND_SYSFS "/test-plain.1/enabled", "0");
}

const struct operation sysfs_off_op = {
	.name = "0 to enabled", .before = plain_on, .run = sysfs_off_run,
	.after = plain_off_if_on,
};

static int look_run(void)
{
	static const char * const files[] = {
		"name", "generation", "enabled", "state", "pause_ns", "attempts", "digest",
		"signer", "module", "unloadable", "manifest",
	};
	unsigned int i;
	char path[256];

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		unsigned char *text;

		snprintf(path, sizeof(path), MEND_SYSFS "/test-plain.1/%s", files[i]);
		errno = 0;
		text = slurp(path, NULL);
		if (!text)
			return errno ? -errno : -EIO;
		free(text);
	}
	return 0;
}

const struct operation look_op = {
	.name = "a look at sysfs", .run = look_run,
};

/* --- switches that are refused, and whose refusal has to say who is in the way */

static void sleeper_before(void)
{
	sleeper = sleep_in("hold");
}

static void sleeper_after(void)
{
	int status;

	spit(TARGET_DIR "/release", "1");
	waitpid(sleeper, &status, 0);
}

static int blocked_run(void)
{
	return run_op(op_on("test-hold", 1), 0);
}

const struct operation blocked_op = {
	.name = "switch with a task in the way", .expected = -EBUSY, .before = sleeper_before,
	.run = blocked_run, .after = sleeper_after,
};

static void owner_before(void)
{
	must("load of mend_kprobe.ko", insmod("test_modules/mend_kprobe.ko", "post=1"));
}

static void owner_after(void)
{
	must("unload of mend_kprobe.ko", unload("mend_kprobe"));
}

/* Two functions: which of them is taken is found by attaching one at a time. */
static int owned_run(void)
{
	struct mend_op ops[] = { op_on("test-pair", 1), op_on("test-plain", 1) };

	return run_ops(ops, 2, SWITCH_TIMEOUT_MS);
}

const struct operation owned_op = {
	.name = "switch of a function that is taken", .expected = -EBUSY,
	.before = owner_before, .run = owned_run, .after = owner_after,
};
