// SPDX-License-Identifier: MIT
/*
 * The machine that this process runs on.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkmod.h>

#include "payload.h"
#include "fs.h"

static int real_uname(char release[MEND_RELEASE_LEN])
{
	struct utsname u;
	size_t len;

	if (uname(&u))
		return -1;
	len = strnlen(u.release, sizeof(u.release));
	if (len >= MEND_RELEASE_LEN) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memset(release, 0, MEND_RELEASE_LEN);
	memcpy(release, u.release, len);
	return 0;
}

static int real_open(const char *path)
{
	return open(path, O_RDWR | O_CLOEXEC);
}

static int real_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

static int real_load(int fd)
{
	return (int)syscall(SYS_finit_module, fd, "", 0);
}

static int real_unload(const char *name)
{
	return (int)syscall(SYS_delete_module, name, O_NONBLOCK);
}

/* The first module that goes by that name; what modprobe.d and the command line say counts. */
static int probe_in(struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL;
	struct kmod_module *module;
	int ret = kmod_module_new_from_lookup(ctx, name, &list);

	if (ret < 0)
		return ret;
	if (!list)
		return -ENOENT;
	module = kmod_module_get_module(list);
	ret = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	kmod_module_unref(module);
	kmod_module_unref_list(list);
	return ret;
}

static int real_probe(const char *name)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	int ret;

	if (!ctx) {
		errno = ENOMEM;
		return -1;
	}
	kmod_set_log_priority(ctx, -1);
	ret = probe_in(ctx, name);
	kmod_unref(ctx);
	if (ret >= 0)
		return 0;
	errno = -ret;
	return -1;
}

const struct machine machine_real = {
	.device = MEND_DEVICE,
	.sysfs = "/sys/kernel/mend",
	.modules = "/sys/module",
	.livepatch = "/sys/kernel/livepatch",
	.kprobes = "/sys/kernel/debug/kprobes/list",
	.notes = "/sys/kernel/notes",
	.root = "",
	.uname = real_uname,
	.open = real_open,
	.ioctl = real_ioctl,
	.load = real_load,
	.unload = real_unload,
	.probe = real_probe,
};

char *machine_path(const struct machine *mc, const char *path)
{
	char *full;

	return asprintf(&full, "%s%s", mc->root, path) < 0 ? NULL : full;
}

int machine_line(const struct machine *mc, const char *path, char *out, size_t size)
{
	char *full = machine_path(mc, path);
	int ret;

	out[0] = '\0';
	ret = full ? fs_read_line(full, out, size) : -1;
	free(full);
	return ret;
}

int machine_unload(const struct machine *mc, const char *module)
{
	int ret;

	do
		ret = mc->unload(module);
	while (ret && errno == EINTR);
	return ret;
}

static int probe_failed(int errnum, struct err *e)
{
	if (errnum == ENOENT) {
		err_set(e, ERR_DEVICE, "mend.ko is not there for this kernel");
		return err_hint(e, "build and install it: 'dkms autoinstall', or 'make "
				"modules_install' and 'depmod'; 'mend check' tells more");
	}
	err_errno(e, ERR_DEVICE, errnum, "mend.ko cannot be loaded");
	return err_hint(e, errnum == ENOKEY || errnum == EKEYREJECTED || errnum == EPERM ?
			"this kernel loads only modules that are signed for it: enroll the key that "
			"signed mend.ko; 'mend check' tells more" :
			"dmesg says more, and so does 'mend check'");
}

int machine_probe_mend(const struct machine *mc, struct err *e)
{
	if (!access(mc->sysfs, F_OK) || !mc->probe("mend"))
		return 0;
	return probe_failed(errno, e);
}

int machine_kernel(const struct machine *mc, struct kernel *k, struct err *e)
{
	struct buf notes;
	bool found;

	memset(k, 0, sizeof(*k));
	if (mc->uname(k->release))
		return err_errno(e, ERR_IO, errno, "cannot tell the running kernel's release");
	if (fs_read_pseudo(mc->notes, 1U << 20, &notes))
		return err_errno(e, ERR_IO, errno, "cannot read the running kernel's build-id from "
				 "'%s'", mc->notes);
	found = build_id_from_notes(buf_bytes(&notes), k->build_id);
	buf_free(&notes);
	if (found)
		return 0;
	err_set(e, MEND_R_BUILD_ID, "the running kernel has no GNU build-id of %d bytes in '%s'",
		MEND_BUILD_ID_LEN, mc->notes);
	return err_hint(e, "mend needs a kernel linked with --build-id=sha1, as distributions do");
}
