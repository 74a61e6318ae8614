// SPDX-License-Identifier: MIT
/*
 * The machine of the program mend-fake: all of it is in the current directory, and
 * the script "kernel" there (tests/fake-kernel) does what mend.ko would do. Its
 * exit status is the errno; it leaves its report in the file "report".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/machine.h"

static int __attribute__((format(printf, 2, 3)))
ask_kernel(struct mend_report *report, const char *fmt, ...)
{
	char command[4096], line[MEND_TEXT_LEN + 16] = "";
	va_list args;
	char *text;
	FILE *file;
	int status;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	status = system(command);
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	file = fopen("report", "r");
	if (file && report && fgets(line, sizeof(line), file)) {
		report->reason = (uint32_t)strtoul(line, &text, 10);
		text[strcspn(text, "\n")] = '\0';
		snprintf(report->text, sizeof(report->text), "%s", text + (*text == ' '));
	}
	if (file)
		fclose(file);
	return status ? -1 : 0;
}

static int fake_uname(char release[MEND_RELEASE_LEN])
{
	memset(release, 0, MEND_RELEASE_LEN);
	strcpy(release, "6.1.0-test-amd64");
	return 0;
}

static int fake_open(const char *path)
{
	return open(path, O_RDWR | O_CLOEXEC);
}

static int authorize(struct mend_authorize *a)
{
	FILE *file = fopen("manifest", "w");
	int ret;

	if (!file)
		abort();
	fwrite((const void *)(uintptr_t)a->manifest, 1, a->manifest_len, file);
	fclose(file);
	ret = ask_kernel(&a->report, "./kernel authorize");
	if (!ret)
		a->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return ret;
}

static int switch_patches(struct mend_switch *sw)
{
	const struct mend_op *ops = (const struct mend_op *)(uintptr_t)sw->ops;
	char text[3000] = "";
	uint32_t i;

	for (i = 0; i < sw->nr_ops; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s:%s:%llu",
			 ops[i].action == MEND_OP_ON ? "on" : "off", ops[i].name,
			 (unsigned long long)ops[i].generation);
	sw->pause_ns = 60600;
	sw->attempts = 1;
	return ask_kernel(&sw->report, "./kernel switch %u %u%s", sw->flags, sw->probation_ms,
			  text);
}

static int verify(struct mend_verify *v)
{
	v->patches = 2;
	v->functions = 5;
	v->differences = access("fail-verify", F_OK) ? 0 : 3;
	return ask_kernel(&v->report, "./kernel verify");
}

static int probation(struct mend_probation *p)
{
	return ask_kernel(&p->report, "./kernel %s %u %s:%llu",
			  p->action == MEND_PROBATION_CONFIRM ? "confirm" : "rollback", p->reason,
			  p->name, (unsigned long long)p->generation);
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	(void)fd;
	switch (request) {
	case MEND_IOC_AUTHORIZE:
		return authorize(arg);
	case MEND_IOC_AUTH_REPORT:
		return ask_kernel(&((struct mend_auth_report *)arg)->report, "true");
	case MEND_IOC_SWITCH:
		return switch_patches(arg);
	case MEND_IOC_PROBATION:
		return probation(arg);
	case MEND_IOC_VERIFY:
		return verify(arg);
	default:
		errno = ENOTTY;
		return -1;
	}
}

static int fake_load(int fd)
{
	(void)fd;
	return ask_kernel(NULL, "./kernel load");
}

static int fake_probe(const char *name)
{
	return ask_kernel(NULL, "./kernel probe %s", name);
}

static int fake_unload(const char *name)
{
	return ask_kernel(NULL, "./kernel unload %s", name);
}

const struct machine machine_real = {
	.device = "device", .sysfs = "sys", .modules = "module", .livepatch = "livepatch",
	.kprobes = "kprobes", .notes = "notes", .root = "root", .uname = fake_uname, .open = fake_open,
	.ioctl = fake_ioctl, .load = fake_load, .unload = fake_unload, .probe = fake_probe,
};
