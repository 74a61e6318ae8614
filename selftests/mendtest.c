// SPDX-License-Identifier: GPL-2.0-only
/* See mendtest.h. No locks: one thread, or the callers' own care. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mendtest.h"

#define UNLOAD_TRIES	(400 * slowdown())
#define UNLOAD_STEP_MS	50
#define WAIT_TRIES	(3000 * slowdown())
#define WAIT_STEP_MS	10

static void die(const char *what, const char *which)
{
	printf("# %s '%s': %s\n", what, which, strerror(errno));
	exit(1);
}

unsigned int slowdown(void)
{
	const char *text = getenv("MEND_SLOWDOWN");
	int times = text ? atoi(text) : 1;

	return times > 1 ? times : 1;
}

void go_home(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		die("readlink", "/proc/self/exe");
	path[len] = '\0';
	*strrchr(path, '/') = '\0';
	if (chdir(path))
		die("chdir", path);
}

unsigned char *slurp(const char *path, size_t *len)
{
	size_t used = 0, size = 4096;
	unsigned char *buf = malloc(size);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	while (fd >= 0 && buf && (got = read(fd, buf + used, size - used - 1)) > 0) {
		used += got;
		if (size - used < 4096)
			buf = realloc(buf, size *= 2);
	}
	if (fd >= 0)
		close(fd);
	if (!buf || got < 0) {
		free(buf);
		return NULL;
	}
	buf[used] = '\0';
	if (len)
		*len = used;
	return buf;
}

int spit(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int memory_file(const void *data, size_t len, size_t size)
{
	int fd = memfd_create("mendtest", 0);

	if (fd < 0 || ftruncate(fd, size > len ? size : len) ||
	    pwrite(fd, data, len, 0) != (ssize_t)len)
		die("memfd", "mendtest");
	return fd;
}

int finit_module(int fd, const char *args, int flags)
{
	return syscall(SYS_finit_module, fd, args, flags) ? -errno : 0;
}

int insmod(const char *path, const char *args)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = finit_module(fd, args, 0);
	close(fd);
	return err;
}

int delete_module_now(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

int delete_module_forced(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK | O_TRUNC) ? -errno : 0;
}

int unload(const char *module)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < UNLOAD_TRIES; i++) {
		err = delete_module_now(module);
		if (!err || err == -ENOENT)
			return 0;
		msleep(UNLOAD_STEP_MS);
	}
	printf("# module '%s' cannot be unloaded: %s\n", module, strerror(-err));
	return err;
}

bool is_loaded(const char *module)
{
	char wanted[80];
	unsigned char *all = slurp("/proc/modules", NULL);
	bool found;

	if (!all)
		die("read", "/proc/modules");
	snprintf(wanted, sizeof(wanted), "\n%s ", module);
	found = !strncmp((char *)all, wanted + 1, strlen(wanted + 1)) ||
		strstr((char *)all, wanted);
	free(all);
	return found;
}

void load_mend(const char *args)
{
	const char *path = getenv("MEND_KO"), *more = getenv("MEND_PARAMS");
	int err = unload("mend");
	char all[256];

	snprintf(all, sizeof(all), "%s %s", more ? more : "", args);
	if (!err)
		err = insmod(path ? path : "../mend.ko", all);
	if (err) {
		errno = -err;
		die("load of mend.ko with", all);
	}
}

void load_target(void)
{
	int err = insmod("test_modules/mend_target.ko", "");

	if (err && err != -EEXIST) {
		errno = -err;
		die("load of", "mend_target.ko");
	}
}

static void all_off(void)
{
	DIR *dir = opendir(MEND_SYSFS);
	struct dirent *entry;
	char path[512];

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s/state", MEND_SYSFS, entry->d_name);
		unsigned char *state = slurp(path, NULL);

		snprintf(path, sizeof(path), "%s/%s/enabled", MEND_SYSFS, entry->d_name);
		if (state && (!strncmp((char *)state, "on", 2) ||
			      !strncmp((char *)state, "degraded", 8) ||
			      !strncmp((char *)state, "rollback-", 9)) && spit(path, "0"))
			printf("# cannot switch off %s: %s\n", entry->d_name, strerror(errno));
		free(state);
	}
	closedir(dir);
}

/* The next test module in /proc/modules; empty: there is none. */
static bool next_test_module(char name[64])
{
	unsigned char *all = slurp("/proc/modules", NULL);
	char *line = (char *)all, *end;
	bool found = false;

	while (line && !found && (end = strchr(line, ' '))) {
		found = !strncmp(line, "mend_", 5) && (size_t)(end - line) < 64;
		if (found) {
			memcpy(name, line, end - line);
			name[end - line] = '\0';
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	free(all);
	return found;
}

void clean_up(void)
{
	char name[64];

	spit(TARGET_DIR "/load", "0");
	spit(TARGET_DIR "/release", "1");
	spit(VICTIM_DIR "/hold", "0");
	all_off();
	/* Newest first in /proc/modules: users before what they use. */
	while (next_test_module(name))
		if (unload(name))
			break;
}

int mend_device(void)
{
	int fd = open(MEND_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open", MEND_DEVICE);
	return fd;
}

static unsigned char *case_file(const char *name, const char *file, uint32_t *len)
{
	char path[256];
	unsigned char *data;
	size_t size;

	snprintf(path, sizeof(path), "cases/%s/%s", name, file);
	data = slurp(path, &size);
	if (!data)
		die("read", path);
	*len = size;
	return data;
}

struct signed_case load_case(const char *name)
{
	struct signed_case c;

	c.manifest = case_file(name, "manifest", &c.manifest_len);
	c.signature = case_file(name, "manifest.p7s", &c.signature_len);
	c.payload = case_file(name, "payload.ko", &c.payload_len);
	return c;
}

void free_case(struct signed_case *c)
{
	free(c->manifest);
	free(c->signature);
	free(c->payload);
}

int authorize(int dev, const struct signed_case *c, struct mend_report *report)
{
	struct mend_authorize a = {
		.size = sizeof(a),
		.manifest = (uintptr_t)c->manifest,
		.signature = (uintptr_t)c->signature,
		.payload = (uintptr_t)c->payload,
		.manifest_len = c->manifest_len,
		.signature_len = c->signature_len,
		.payload_len = c->payload_len,
		.fd = -1,
	};
	int err = ioctl(dev, MEND_IOC_AUTHORIZE, &a) ? -errno : 0;

	if (report)
		*report = a.report;
	return err ? err : a.fd;
}

struct mend_report why_refused(int auth_fd)
{
	struct mend_auth_report r = { .size = sizeof(r) };

	if (ioctl(auth_fd, MEND_IOC_AUTH_REPORT, &r))
		die("ioctl", "MEND_IOC_AUTH_REPORT");
	return r.report;
}

int load_signed(const char *name, struct mend_report *report)
{
	struct signed_case c = load_case(name);
	struct mend_report r;
	int dev = mend_device(), fd = authorize(dev, &c, &r), err = fd;

	if (fd >= 0) {
		err = finit_module(fd, "", 0);
		r = why_refused(fd);
		close(fd);
	}
	if (report)
		*report = r;
	close(dev);
	free_case(&c);
	return err;
}

static struct mend_op op(const char *name, uint64_t generation, uint32_t action)
{
	struct mend_op op = { .generation = generation, .action = action };

	strncpy(op.name, name, sizeof(op.name) - 1);
	return op;
}

void load_ok(const char *name)
{
	struct mend_report report = { 0 };
	int err = load_signed(name, &report);

	if (!err)
		return;
	printf("# load of '%s': %s, reason %u: %s\n", name, strerror(-err), report.reason,
	       report.text);
	exit(1);
}

struct mend_op op_on(const char *name, uint64_t generation)
{
	return op(name, generation, MEND_OP_ON);
}

struct mend_op op_off(const char *name, uint64_t generation)
{
	return op(name, generation, MEND_OP_OFF);
}

int switch_ops(const struct mend_op *ops, unsigned int nr, unsigned int timeout_ms,
	       struct mend_switch *out)
{
	struct mend_switch s = {
		.size = sizeof(s),
		.ops = (uintptr_t)ops,
		.nr_ops = nr,
		.timeout_ms = timeout_ms,
	};
	int dev = mend_device(), err = ioctl(dev, MEND_IOC_SWITCH, &s) ? -errno : 0;

	close(dev);
	if (out)
		*out = s;
	return err;
}

static int switch_one(struct mend_op op, unsigned int probation_ms)
{
	struct mend_switch s = {
		.size = sizeof(s),
		.ops = (uintptr_t)&op,
		.nr_ops = 1,
		.timeout_ms = SWITCH_TIMEOUT_MS,
		.probation_ms = probation_ms,
	};
	int dev = mend_device(), err = ioctl(dev, MEND_IOC_SWITCH, &s) ? -errno : 0;

	close(dev);
	if (err)
		printf("# switch of '%s': %s, reason %u: %s\n", op.name, strerror(-err),
		       s.report.reason, s.report.text);
	return err;
}

int switch_on(const char *name, uint64_t generation)
{
	return switch_one(op_on(name, generation), 0);
}

int switch_on_probation(const char *name, uint64_t generation, unsigned int ms)
{
	return switch_one(op_on(name, generation), ms);
}

int switch_off(const char *name)
{
	return switch_one(op_off(name, 0), 0);
}

static int probation(struct mend_probation p, const char *name, struct mend_report *report)
{
	int dev = mend_device(), err;

	p.size = sizeof(p);
	snprintf(p.name, sizeof(p.name), "%s", name);
	err = ioctl(dev, MEND_IOC_PROBATION, &p) ? -errno : 0;
	close(dev);
	if (report)
		*report = p.report;
	return err;
}

int confirm(const char *name, uint64_t generation, struct mend_report *report)
{
	struct mend_probation p = { .action = MEND_PROBATION_CONFIRM, .generation = generation };

	return probation(p, name, report);
}

int roll_back(const char *name, uint64_t generation, struct mend_report *report)
{
	struct mend_probation p = {
		.action = MEND_PROBATION_ROLLBACK,
		.generation = generation,
		.reason = MEND_R_HEALTH,
	};

	return probation(p, name, report);
}

int verify(struct mend_verify *out)
{
	struct mend_verify v = { .size = sizeof(v) };
	int dev = mend_device(), err = ioctl(dev, MEND_IOC_VERIFY, &v) ? -errno : 0;

	close(dev);
	if (out)
		*out = v;
	return err;
}

const char *attribute(const char *name, uint64_t generation, const char *attr)
{
	static char value[4][256];
	static unsigned int next;
	char path[512], *to = value[next++ % 4];
	unsigned char *text;

	snprintf(path, sizeof(path), "%s/%s.%llu/%s", MEND_SYSFS, name,
		 (unsigned long long)generation, attr);
	text = slurp(path, NULL);
	snprintf(to, sizeof(value[0]), "%s", text ? (char *)text : "");
	free(text);
	to[strcspn(to, "\n")] = '\0';
	return to;
}

static int number_in(const char *dir, const char *file)
{
	char path[128];
	unsigned char *text;
	int value;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	text = slurp(path, NULL);
	if (!text)
		return -errno;
	value = atoi((char *)text);
	free(text);
	return value;
}

int target(const char *file)
{
	return number_in(TARGET_DIR, file);
}

int victim(const char *file)
{
	return number_in(VICTIM_DIR, file);
}

int tell_victim(const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", VICTIM_DIR, file);
	return spit(path, text);
}

bool wait_for(const char *name, uint64_t generation, const char *attr, const char *value,
	      unsigned int ms)
{
	unsigned int waited;

	for (waited = 0; waited <= ms; waited += WAIT_STEP_MS) {
		if (!strncmp(attribute(name, generation, attr), value, strlen(value)))
			return true;
		msleep(WAIT_STEP_MS);
	}
	printf("# %s of %s.%llu is \"%s\", not \"%s\"\n", attr, name,
	       (unsigned long long)generation, attribute(name, generation, attr), value);
	return false;
}

long counter(const char *name)
{
	unsigned char *all = slurp(TARGET_DIR "/counters", NULL);
	char *at = all ? strstr((char *)all, name) : NULL;
	long value;

	if (!at)
		die("no counter", name);
	value = atol(at + strlen(name));
	free(all);
	return value;
}

void msleep(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

bool wait_for_stack(pid_t pid, const char *function)
{
	char path[64];
	unsigned char *stack;
	bool found = false;
	unsigned int i;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	for (i = 0; i < WAIT_TRIES && !found; i++) {
		stack = slurp(path, NULL);
		found = stack && strstr((char *)stack, function);
		free(stack);
		if (!found)
			msleep(WAIT_STEP_MS);
	}
	return found;
}

pid_t sleep_in(const char *file)
{
	pid_t pid = fork();

	if (!pid) {
		target(file);
		_exit(0);
	}
	if (pid < 0 || !wait_for_stack(pid, "target_hold")) {
		printf("# process %d does not get to sleep in '%s'\n", pid, file);
		exit(1);
	}
	return pid;
}

bool wait_for_module(const char *module)
{
	unsigned int i;

	for (i = 0; i < WAIT_TRIES && !is_loaded(module); i++)
		msleep(WAIT_STEP_MS);
	return is_loaded(module);
}

const char *manifest_value(const struct signed_case *c, const char *key)
{
	static char value[512];
	const char *line = (const char *)c->manifest;
	size_t len = strlen(key);

	while (line && *line) {
		if (!strncmp(line, key, len) && line[len] == ' ') {
			snprintf(value, sizeof(value), "%.*s",
				 (int)strcspn(line + len + 1, "\n"), line + len + 1);
			return value;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return "";
}
