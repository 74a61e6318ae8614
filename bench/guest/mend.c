// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mend.ko is asked to do, without the program mend around it: the same that
 * klp.c measures of livepatch, from a process that is there already.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/mend.h>

#define TIMES_MAX	100000UL
#define TIMEOUT_MS	60000
/* Between two switches: what the one before has left to workers is over. */
#define REST_US		5000
#define TAR_BLOCK	512UL

static int open_device(void)
{
	int fd = open(MEND_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("cannot open " MEND_DEVICE);
	return fd;
}

static void switch_to(int fd, const char *patch, uint32_t action, struct mend_switch *sw)
{
	struct mend_op op = { .generation = 1, .action = action };

	if (strlen(patch) >= sizeof(op.name))
		fail("no patch has a name like '%s'", patch);
	strcpy(op.name, patch);
	*sw = (struct mend_switch){
		.size = sizeof(*sw),
		.ops = (uintptr_t)&op,
		.nr_ops = 1,
		.timeout_ms = TIMEOUT_MS,
	};
	if (ioctl(fd, MEND_IOC_SWITCH, sw))
		fail("'%s' was not switched: %s", patch, sw->report.text);
}

int switch_main(int argc, char **argv)
{
	struct mend_switch sw;
	unsigned long i, times;
	uint64_t begin;
	int fd;

	if (argc != 3)
		fail("switch wants a patch and a number");
	times = number(argv[2], TIMES_MAX);
	fd = open_device();
	for (i = 0; i < times; i++) {
		begin = now_ns();
		switch_to(fd, argv[1], i % 2 ? MEND_OP_OFF : MEND_OP_ON, &sw);
		printf("%llu %llu %llu %u %u\n", (unsigned long long)sw.pause_ns,
		       (unsigned long long)sw.rendezvous_ns,
		       (unsigned long long)(now_ns() - begin), sw.tasks, sw.attempts);
		usleep(REST_US);
	}
	close(fd);
	return 0;
}

/* A bundle with one payload, of our own making: read whole, trusted in its form. */
static char *read_bundle(const char *path, size_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes;

	if (fd < 0 || fstat(fd, &st))
		fail("cannot open %s", path);
	*size = (size_t)st.st_size;
	bytes = malloc(*size);
	if (!bytes || read(fd, bytes, *size) != (ssize_t)*size)
		fail("cannot read %s", path);
	close(fd);
	return bytes;
}

/* The next member: @at moves behind it. */
static const char *next_member(const char *tar, size_t size, size_t *at, uint32_t *len)
{
	const char *header = tar + *at;

	if (*at + TAR_BLOCK > size || !*header)
		fail("the bundle ends too early");
	*len = (uint32_t)strtoul(header + 124, NULL, 8);
	*at += TAR_BLOCK + (*len + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	if (*at > size)
		fail("the bundle is cut off");
	return header + TAR_BLOCK;
}

static int authorize(int fd, const char *tar, size_t size)
{
	struct mend_authorize auth = { .size = sizeof(auth) };
	size_t at = 0;

	auth.manifest = (uintptr_t)next_member(tar, size, &at, &auth.manifest_len);
	auth.signature = (uintptr_t)next_member(tar, size, &at, &auth.signature_len);
	auth.payload = (uintptr_t)next_member(tar, size, &at, &auth.payload_len);
	if (ioctl(fd, MEND_IOC_AUTHORIZE, &auth))
		fail("not authorized: %s", auth.report.text);
	return auth.fd;
}

int mend_on_main(int argc, char **argv)
{
	struct mend_switch sw;
	int device, payload;
	uint64_t begin;
	size_t size;
	char *tar;

	if (argc != 3)
		fail("mend-on wants a bundle and a patch");
	tar = read_bundle(argv[1], &size);
	begin = now_ns();
	device = open_device();
	payload = authorize(device, tar, size);
	if (syscall(SYS_finit_module, payload, "", 0))
		fail("cannot load the payload of %s", argv[1]);
	switch_to(device, argv[2], MEND_OP_ON, &sw);
	printf("%.3f\n", (double)(now_ns() - begin) / 1e6);
	return 0;
}

int mend_off_main(int argc, char **argv)
{
	struct mend_switch sw;
	uint64_t begin;

	if (argc != 2)
		fail("mend-off wants a patch");
	begin = now_ns();
	switch_to(open_device(), argv[1], MEND_OP_OFF, &sw);
	printf("%.3f\n", (double)(now_ns() - begin) / 1e6);
	return 0;
}
