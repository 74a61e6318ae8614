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
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "lib/sysfs.h"

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

/* AUTHORIZE and load: is it this one that fails? */
static bool fails(int errnum)
{
	return errnum && (!fake.spared || !fake.spared--);
}

static int ioctl_authorize(struct mend_authorize *a)
{
	struct bytes payload = { (const uint8_t *)(uintptr_t)a->payload, a->payload_len };
	const struct bundle *b = NULL;
	size_t i;

	note('a');
	assert_int_equal(a->size, sizeof(*a));
	assert_int_equal(a->flags | a->reserved[0] | a->reserved[1], 0);
	for (i = 0; i < FAKE_BUNDLES && !b; i++)
		if (fake.bundles[i] &&
		    (void *)(uintptr_t)a->manifest == fake.bundles[i]->manifest_text.data)
			b = fake.bundles[i];
	assert_non_null(b);
	fake.authorized = b;
	assert_int_equal(a->manifest_len, b->manifest_text.len);
	assert_ptr_equal((void *)(uintptr_t)a->signature, b->signature.data);
	assert_int_equal(a->signature_len, b->signature.len);
	assert_true(bytes_equal(payload, BYTES(TEST_PAYLOAD_1)));
	if (fails(fake.authorize)) {
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

size_t fake_nr_patches(void)
{
	struct sysfs_patches all;
	struct err e;
	size_t n;

	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	n = all.nr_patches;
	sysfs_free(&all);
	return n;
}

void fake_attr(const char *name, unsigned long long generation, const char *file,
	       const char *content)
{
	char path[200], line[300];

	patch_dir(path, sizeof(path), name, generation, file);
	snprintf(line, sizeof(line), "%s\n", content);
	test_file(fake.dir, path, line);
}

static void set_enabled(const char *name, unsigned long long generation, bool on)
{
	fake_attr(name, generation, "enabled", on ? "1" : "0");
	fake_attr(name, generation, "state", on ? "on" : "off");
}

/* The generation of @name that is on, 0: none */
static unsigned long long generation_on(const char *name)
{
	const struct sysfs_patch *p;
	struct sysfs_patches all;
	unsigned long long found;
	struct err e;

	assert_int_equal(sysfs_read(&all, &fake.mc, &e), 0);
	p = sysfs_find_enabled(&all, name);
	found = p ? p->generation : 0;
	sysfs_free(&all);
	return found;
}

static void switch_one(const struct mend_op *op)
{
	unsigned long long on = generation_on(op->name);

	assert_int_equal(op->name[MEND_NAME_LEN - 1], 0);
	assert_int_equal(op->flags, 0);
	if (on && (op->action == MEND_OP_OFF || on != op->generation))
		set_enabled(op->name, on, false);
	if (op->action != MEND_OP_ON || on == op->generation)
		return;
	set_enabled(op->name, op->generation, true);
	if (fake.sw_args.probation_ms)
		fake_attr(op->name, op->generation, "probation_ms", "60000");
	if (fake.sw_args.flags & MEND_SWITCH_FORCE)
		fake_attr(op->name, op->generation, "forced", "1");
}

static int ioctl_switch(struct mend_switch *sw)
{
	const struct mend_op *ops = (const struct mend_op *)(uintptr_t)sw->ops;
	struct timespec wait = { fake.sw_ms / 1000, fake.sw_ms % 1000 * 1000000L };
	uint32_t i;

	note('s');
	assert_int_equal(sw->size, sizeof(*sw));
	assert_int_equal((sw->flags & ~MEND_SWITCH_FORCE) | sw->reserved0 | sw->reserved, 0);
	assert_in_range(sw->nr_ops, 1, sizeof(fake.ops) / sizeof(fake.ops[0]));
	fake.sw_args = *sw;
	memcpy(fake.ops, ops, sw->nr_ops * sizeof(*ops));
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
	for (i = 0; i < sw->nr_ops; i++)
		switch_one(&ops[i]);
	return 0;
}

static int ioctl_probation(struct mend_probation *p)
{
	bool confirm = p->action == MEND_PROBATION_CONFIRM;

	note('p');
	assert_int_equal(p->size, sizeof(*p));
	assert_int_equal(p->flags | p->reserved, 0);
	assert_int_equal(p->name[MEND_NAME_LEN - 1], 0);
	assert_true(confirm ? !p->reason : p->reason == MEND_R_HEALTH);
	fake.probation_args = *p;
	if (fake.before_probation)
		fake.before_probation();
	if (fake.probation) {
		set_report(&p->report);
		return fail_with(fake.probation);
	}
	fake_attr(p->name, p->generation, "probation_ms", "0");
	if (confirm)
		return 0;
	set_enabled(p->name, p->generation, false);
	fake_attr(p->name, p->generation, "state", "rolled-back");
	fake_attr(p->name, p->generation, "reason", "132 the health command failed");
	return 0;
}

static int ioctl_verify(struct mend_verify *v)
{
	note('v');
	assert_int_equal(v->size, sizeof(*v));
	assert_int_equal(v->flags | v->patches | v->functions | v->differences | v->reserved, 0);
	v->patches = 2;
	v->functions = 5;
	if (!fake.verify)
		return 0;
	v->differences = 1;
	set_report(&v->report);
	return fail_with(fake.verify);
}

static int ioctl_info(struct mend_info *info)
{
	assert_int_equal(info->size, sizeof(*info));
	*info = fake.info;
	return 0;
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	assert_true(fd >= 0);
	switch (request) {
	case MEND_IOC_INFO:
		return fake.info.abi ? ioctl_info(arg) : fail_with(ENOTTY);
	case MEND_IOC_AUTHORIZE:
		return ioctl_authorize(arg);
	case MEND_IOC_SWITCH:
		return ioctl_switch(arg);
	case MEND_IOC_PROBATION:
		return ioctl_probation(arg);
	case MEND_IOC_VERIFY:
		return ioctl_verify(arg);
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
	const struct manifest *m = &fake.authorized->manifest;
	char hex[2 * MEND_DIGEST_LEN + 1], module[MEND_NAME_LEN];

	note('l');
	if (fake.load_stop)
		*fake.load_stop = SIGUSR1;
	assert_true(fd >= 0);
	if (fails(fake.load))
		return fail_with(fake.load);
	if (fake.silent_load)
		return 0;
	hex_encode(hex, m->payloads[0].sha256, MEND_DIGEST_LEN);
	snprintf(module, sizeof(module), "ko_%s", m->name);
	fake_patch(m->name, m->generation, module, hex, false);
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
	assert_true(strlen(fake.unloaded) + strlen(name) + 2 < sizeof(fake.unloaded));
	strcat(strcat(fake.unloaded, name), " ");
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
	snprintf(fake.modules, sizeof(fake.modules), "%s/module", fake.dir);
	snprintf(fake.livepatch, sizeof(fake.livepatch), "%s/livepatch", fake.dir);
	snprintf(fake.kprobes, sizeof(fake.kprobes), "%s/kprobes", fake.dir);
	snprintf(fake.notes, sizeof(fake.notes), "%s/notes", fake.dir);
	snprintf(fake.root, sizeof(fake.root), "%s/root", fake.dir);
	assert_int_equal(mkdir(fake.root, 0755), 0);
	test_file(fake.dir, "mend/uevent", "");	/* a file that is no patch */
	write_notes();
	fake.mc = (struct machine){
		.device = "/dev/mend", .sysfs = fake.sysfs, .modules = fake.modules,
		.livepatch = fake.livepatch, .kprobes = fake.kprobes, .notes = fake.notes,
		.root = fake.root,
		.uname = fake_uname, .open = fake_open, .ioctl = fake_ioctl, .load = fake_load,
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

int fake_setup(void **state)
{
	(void)state;
	fake_start();
	return 0;
}

int fake_teardown(void **state)
{
	(void)state;
	fake_stop();
	return 0;
}
