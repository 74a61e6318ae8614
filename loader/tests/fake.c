// SPDX-License-Identifier: MIT
/*
 * The fake machine. Checks of the protocol that mend.ko makes, it makes too:
 * sizes, flags and reserved fields, and that names are padded with zeros.
 */
#include "fake.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

struct fake fake;

static void note(char c)
{
	size_t len = strlen(fake.calls);

	assert_true(len + 1 < sizeof(fake.calls));
	fake.calls[len] = c;
}

static int fail_with(int errnum)
{
	errno = errnum;
	return -1;
}

static int fake_uname(char release[MEND_RELEASE_LEN])
{
	memset(release, 0, MEND_RELEASE_LEN);
	memcpy(release, TEST_RELEASE, strlen(TEST_RELEASE));
	return 0;
}

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int fake_open(const char *path)
{
	note('o');
	assert_string_equal(path, "/dev/mend");
	return fake.open ? fail_with(fake.open) : open_null();
}

static void set_report(struct mend_report *r)
{
	r->reason = fake.reason;
	if (fake.reason)
		snprintf(r->text, sizeof(r->text), "the kernel's text %u", fake.reason);
}

static int ioctl_authorize(struct mend_authorize *a)
{
	const struct bundle *b = fake.bundle;
	struct bytes payload = { (const uint8_t *)(uintptr_t)a->payload, a->payload_len };

	note('a');
	assert_int_equal(a->size, sizeof(*a));
	assert_int_equal(a->flags | a->reserved[0] | a->reserved[1], 0);
	assert_ptr_equal((void *)(uintptr_t)a->manifest, b->manifest_text.data);
	assert_int_equal(a->manifest_len, b->manifest_text.len);
	assert_ptr_equal((void *)(uintptr_t)a->signature, b->signature.data);
	assert_int_equal(a->signature_len, b->signature.len);
	assert_true(bytes_equal(payload, BYTES(TEST_PAYLOAD_1)));
	if (fake.authorize) {
		set_report(&a->report);
		return fail_with(fake.authorize);
	}
	a->fd = open_null();
	return 0;
}

/* The names of patch directories are "name.generation". */
static void patch_dir(char *out, size_t size, const char *name, unsigned long long generation,
		      const char *file)
{
	snprintf(out, size, "mend/%s.%llu/%s", name, generation, file);
}

static void set_enabled(const char *name, unsigned long long generation, bool on)
{
	char path[200];

	patch_dir(path, sizeof(path), name, generation, "enabled");
	test_file(fake.dir, path, on ? "1\n" : "0\n");
	patch_dir(path, sizeof(path), name, generation, "state");
	test_file(fake.dir, path, on ? "on\n" : "off\n");
}

static int ioctl_switch(struct mend_switch *sw)
{
	const struct mend_op *op = (const struct mend_op *)(uintptr_t)sw->ops;
	struct timespec wait = { fake.sw_ms / 1000, fake.sw_ms % 1000 * 1000000L };

	note('s');
	assert_int_equal(sw->size, sizeof(*sw));
	assert_int_equal(sw->flags | sw->reserved[0] | sw->reserved[1], 0);
	assert_int_equal(sw->nr_ops, 1);
	assert_int_equal(op->name[MEND_NAME_LEN - 1], 0);
	assert_int_equal(op->flags, 0);
	fake.last_op = *op;
	fake.timeout_ms = sw->timeout_ms;
	if (fake.stop)
		*fake.stop = SIGUSR1;
	if (fake.sw_ms && nanosleep(&wait, NULL))
		return fail_with(errno);
	if (fake.sw) {
		set_report(&sw->report);
		sw->blocker.pid = 123;
		sw->blocker.tgid = 120;
		sw->blocker.nr = 2;
		memcpy(sw->blocker.comm, "sleeper", 8);
		return fail_with(fake.sw);
	}
	sw->pause_ns = 12345;
	sw->attempts = 1;
	set_enabled(op->name, op->generation ? op->generation : 7, op->action == MEND_OP_ON);
	return 0;
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	assert_true(fd >= 0);
	switch (request) {
	case MEND_IOC_AUTHORIZE:
		return ioctl_authorize(arg);
	case MEND_IOC_SWITCH:
		return ioctl_switch(arg);
	case MEND_IOC_AUTH_REPORT:
		note('r');
		assert_int_equal(((struct mend_auth_report *)arg)->size,
				 sizeof(struct mend_auth_report));
		set_report(&((struct mend_auth_report *)arg)->report);
		return 0;
	default:
		return fail_with(ENOTTY);
	}
}

static int fake_load(int fd)
{
	const struct manifest *m = &fake.bundle->manifest;
	char hex[2 * MEND_DIGEST_LEN + 1];

	note('l');
	assert_true(fd >= 0);
	if (fake.load)
		return fail_with(fake.load);
	if (fake.silent_load)
		return 0;
	hex_encode(hex, m->payloads[0].sha256, MEND_DIGEST_LEN);
	fake_patch(m->name, m->generation, "mend_test_patch_7", hex, false);
	return 0;
}

static int fake_unload(const char *name)
{
	struct buf out = { 0 };

	note('u');
	if (fake.unload_eintr && fake.unload_eintr--)
		return fail_with(EINTR);
	if (fake.unload)
		return fail_with(fake.unload);
	/* the directory whose "module" is this one */
	assert_int_equal(test_run(&out, "d=$(grep -lx '%s' %s/*/module) && rm -r \"${d%%/*}\"",
				  name, fake.sysfs), 0);
	buf_free(&out);
	return 0;
}

void fake_patch(const char *name, unsigned long long generation, const char *module,
		const char *digest, bool on)
{
	const struct { const char *file, *content; } files[] = {
		{ "name", name }, { "module", module }, { "digest", digest },
		{ "signer", "test signer" }, { "unloadable", "0" }, { "pause_ns", "4242" },
		{ "attempts", "3" }, { "switched_at", "1750000000" }, { "rendezvous_ns", "77" },
		{ "wait_ns", "88" }, { "manifest", "format mend-1" },
		{ "vmlinux/patched", on ? "1" : "0" }, { "vmlinux/first,1/.keep", "" },
		{ "ext4/patched", "0" }, { "ext4/second.part.0,2/.keep", "" },
	};
	char path[200], content[200];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		patch_dir(path, sizeof(path), name, generation, files[i].file);
		snprintf(content, sizeof(content), "%s\n", files[i].content);
		test_file(fake.dir, path, content);
	}
	patch_dir(path, sizeof(path), name, generation, "generation");
	snprintf(content, sizeof(content), "%llu\n", generation);
	test_file(fake.dir, path, content);
	set_enabled(name, generation, on);
}

static void write_notes(void)
{
	Elf64_Nhdr n = { 4, MEND_BUILD_ID_LEN, NT_GNU_BUILD_ID };
	uint8_t id[MEND_BUILD_ID_LEN];
	FILE *file = fopen(fake.notes, "w");

	assert_non_null(file);
	assert_true(hex_decode(id, sizeof(id), TEST_BUILD_ID));
	assert_int_equal(fwrite(&n, sizeof(n), 1, file), 1);
	assert_int_equal(fwrite("GNU", 4, 1, file), 1);
	assert_int_equal(fwrite(id, sizeof(id), 1, file), 1);
	fclose(file);
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

void fake_start(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.dir = test_dir();
	snprintf(fake.sysfs, sizeof(fake.sysfs), "%s/mend", fake.dir);
	snprintf(fake.livepatch, sizeof(fake.livepatch), "%s/livepatch", fake.dir);
	snprintf(fake.kprobes, sizeof(fake.kprobes), "%s/kprobes", fake.dir);
	snprintf(fake.notes, sizeof(fake.notes), "%s/notes", fake.dir);
	test_file(fake.dir, "mend/uevent", "");	/* a file that is no patch */
	write_notes();
	fake.mc = (struct machine){
		.device = "/dev/mend", .sysfs = fake.sysfs, .livepatch = fake.livepatch,
		.kprobes = fake.kprobes, .notes = fake.notes, .uname = fake_uname,
		.open = fake_open, .ioctl = fake_ioctl, .load = fake_load,
		.unload = fake_unload,
	};
	fake.open_fds = count_fds();
}

/* Every descriptor that the library opened is closed again. */
void fake_stop(void)
{
	assert_int_equal(count_fds(), fake.open_fds);
	test_dir_free(fake.dir);
}
