// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the kernel accept an offset with nanoseconds that are none?
 *
 * Asks a new time namespace for minus one nanosecond, written as the unsigned
 * number that overflows into it. Harmless: no task ever enters the namespace.
 * A program and not a script, since newer kernels let the first exec enter the
 * namespace, and from then on its offsets are frozen.
 *
 * Exit status: 0 refused, the kernel is fixed; 1 accepted, it is vulnerable;
 * 2 this could not be tried.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

#define OFFSETS		"/proc/self/timens_offsets"

static int write_offset(const char *line)
{
	int fd = open(OFFSETS, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, line, strlen(line)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void print_offsets(void)
{
	char line[128];
	FILE *f = fopen(OFFSETS, "r");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		printf("  %s", line);
	fclose(f);
}

int main(void)
{
	int err;

	/* Whoever is not root has a user namespace for it. */
	if (unshare(CLONE_NEWTIME) && unshare(CLONE_NEWUSER | CLONE_NEWTIME)) {
		fprintf(stderr, "no time namespace: %s\n", strerror(errno));
		return 2;
	}
	err = write_offset("monotonic 0 5\n");
	if (err) {
		fprintf(stderr, OFFSETS " takes no offset at all: %s\n", strerror(-err));
		return 2;
	}

	err = write_offset("monotonic 0 18446744073709551615\n");
	if (err && err != -EINVAL) {
		fprintf(stderr, OFFSETS ": %s\n", strerror(-err));
		return 2;
	}
	puts(err ? "refused: the kernel is fixed" : "accepted: the kernel is vulnerable");
	print_offsets();
	return err ? 0 : 1;
}
