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
