// SPDX-License-Identifier: MIT
/*
 * Taking a bzImage apart. The offsets are those of the x86 boot protocol,
 * Documentation/arch/x86/boot.rst, version 2.08 and later.
 */
#include "kernel_image.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "payload.h"
#include "fs.h"

#define IMAGE_MAX		(256U << 20)
#define VMLINUX_MAX		(1024U << 20)

#define BZ_SETUP_SECTS		0x1f1
#define BZ_HEADER		0x202	/* "HdrS" */
#define BZ_VERSION		0x206
#define BZ_PAYLOAD_OFFSET	0x248
#define BZ_PAYLOAD_LENGTH	0x24c
#define BZ_END			0x250

struct packer {
	const char *magic;
	size_t magic_len;
	const char *tool;
	size_t trailer;		/* size that the kernel's build appends */
};

static const struct packer packers[] = {
	{ "\x1f\x8b\x08",		3, "gzip",	0 },
	{ "\xfd" "7zXZ",		5, "xz",	4 },
	{ "\x28\xb5\x2f\xfd",		4, "zstd",	4 },
	{ "\x02\x21\x4c\x18",		4, "lz4",	4 },
	{ "BZh",			3, "bzip2",	4 },
	{ "\x89LZO",			4, "lzop",	4 },
	{ "\x5d\x00\x00",		3, "lzma",	4 },
};

extern char **environ;

static uint32_t le32_at(struct bytes b, size_t offset)
{
	uint32_t v;

	memcpy(&v, b.data + offset, sizeof(v));
	return le32toh(v);
}

/* The compressed kernel inside a bzImage; false if it is none */
static bool find_packed(struct bytes image, struct bytes *packed)
{
	size_t sects, start;
	uint32_t offset, length;

	if (image.len < BZ_END || memcmp(image.data + BZ_HEADER, "HdrS", 4) ||
	    image.data[BZ_VERSION + 1] < 2 ||
	    (image.data[BZ_VERSION + 1] == 2 && image.data[BZ_VERSION] < 8))
		return false;
	sects = image.data[BZ_SETUP_SECTS] ? image.data[BZ_SETUP_SECTS] : 4;
	start = (sects + 1) * 512;
	offset = le32_at(image, BZ_PAYLOAD_OFFSET);
	length = le32_at(image, BZ_PAYLOAD_LENGTH);
	if (start > image.len || offset > image.len - start ||
	    length > image.len - start - offset || length < 16)
		return false;
	*packed = (struct bytes){ image.data + start + offset, length };
	return true;
}

static int read_output(int fd, struct buf *out, struct err *e)
{
	uint8_t chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, ERR_IO, errno, "cannot read the unpacked kernel");
		if ((size_t)n > VMLINUX_MAX - out->len)
			return err_set(e, ERR_TOO_LARGE,
				       "the unpacked kernel is larger than %u MiB",
				       VMLINUX_MAX >> 20);
		buf_append(out, chunk, (size_t)n);
		if (out->failed)
			return err_nomem(e);
	}
	return 0;
}

/* The tool's input is a memfd, so that nothing has to be fed while reading. */
static int make_input(struct bytes packed, struct err *e)
{
	int fd = memfd_create("mend-kernel", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(e, ERR_IO, errno, "cannot make a memory file");
	while (packed.len) {
		ssize_t n = write(fd, packed.data, packed.len);

		if (n < 0) {
			err_errno(e, ERR_IO, errno, "cannot fill a memory file");
			close(fd);
			return -1;
		}
		packed.data += n;
		packed.len -= (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int spawn_tool(const char *tool, int in, int out, pid_t *pid)
{
	char *argv[] = { (char *)(uintptr_t)tool, (char *)(uintptr_t)"-dc", NULL };
	posix_spawn_file_actions_t actions;
	int ret;

	ret = posix_spawn_file_actions_init(&actions);
	if (ret)
		return ret;
	ret = posix_spawn_file_actions_adddup2(&actions, in, 0);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!ret)
		ret = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
	if (!ret)
		ret = posix_spawnp(pid, tool, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

static int run_tool(const struct packer *p, int in, struct buf *out, struct err *e)
{
	int pipefd[2], ret, status = 0;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC))
		return err_errno(e, ERR_IO, errno, "cannot make a pipe");
	ret = spawn_tool(p->tool, in, pipefd[1], &pid);
	close(pipefd[1]);
	if (ret) {
		close(pipefd[0]);
		err_errno(e, ERR_INPUT, ret, "cannot run '%s', which packed this kernel", p->tool);
		return err_hint(e, "install %s, or give the build-id in hexadecimal", p->tool);
	}
	ret = read_output(pipefd[0], out, e);
	close(pipefd[0]);
	waitpid(pid, &status, 0);
	if (!ret && (!WIFEXITED(status) || WEXITSTATUS(status)))
		ret = err_set(e, ERR_INPUT, "'%s' could not unpack the kernel", p->tool);
	return ret;
}

static int unpack(struct bytes packed, struct buf *out, struct err *e)
{
	const struct packer *p, *end = packers + sizeof(packers) / sizeof(packers[0]);
	int in, ret;

	for (p = packers; p < end && memcmp(packed.data, p->magic, p->magic_len); p++)
		;
	if (p == end)
		return err_set(e, ERR_INPUT, "a kernel packed in a way that mend does not know");
	packed.len -= p->trailer;
	in = make_input(packed, e);
	if (in < 0)
		return -1;
	ret = run_tool(p, in, out, e);
	close(in);
	return ret;
}

static int find_build_id(struct bytes image, uint8_t *out, struct err *e)
{
	struct buf vmlinux = { 0 };
	struct bytes packed;
	int ret;

	if (build_id_from_elf(image, out) || build_id_from_notes(image, out))
		return 0;
	if (!find_packed(image, &packed))
		return err_set(e, ERR_INPUT, "neither a vmlinuz nor a vmlinux nor notes with a GNU "
			       "build-id");
	ret = unpack(packed, &vmlinux, e);
	if (!ret && !build_id_from_elf(buf_bytes(&vmlinux), out))
		ret = err_set(e, ERR_INPUT, "the kernel inside has no GNU build-id");
	buf_free(&vmlinux);
	return ret;
}

int kernel_image_build_id(const char *path, uint8_t out[MEND_BUILD_ID_LEN], struct err *e)
{
	struct buf image;
	int ret;

	if (!strncmp(path, "/sys/", 5)) {
		if (fs_read_pseudo(path, IMAGE_MAX, &image))
			return err_errno(e, ERR_IO, errno, "cannot read '%s'", path);
	} else if (fs_read(path, IMAGE_MAX, &image, e)) {
		return -1;
	}
	ret = find_build_id(buf_bytes(&image), out, e);
	buf_free(&image);
	return ret ? err_context(e, "kernel '%s'", path) : 0;
}
