// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own livepatch: loading, switching off, and when each is over.
 *
 * Measured from inside one process that is there already: of what a user of
 * livepatch waits for, the program that loads the module is not counted.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POLL_US		500
#define SECONDS_MAX	3600UL

static void patch_path(char path[256], const char *name, const char *file)
{
	if (snprintf(path, 256, "/sys/kernel/livepatch/%s%s", name, file) >= 256) {
		errno = ENAMETOOLONG;
		fail("%s", name);
	}
}

/* The digit that stands in a sysfs file; -1 if it cannot be read. */
static int digit_in(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = 0;

	if (fd < 0)
		return -1;
	if (read(fd, &c, 1) != 1)
		c = 0;
	close(fd);
	return c >= '0' && c <= '9' ? c - '0' : -1;
}

static int print_ms(uint64_t begin, int over)
{
	printf("%.3f\n", (double)(now_ns() - begin) / 1e6);
	return over ? 0 : 2;
}

int klp_on_main(int argc, char **argv)
{
	char path[256];
	uint64_t begin, limit;
	int fd, state;

	if (argc != 4)
		fail("klp-on wants a file, a name and seconds");
	patch_path(path, argv[2], "/transition");
	limit = number(argv[3], SECONDS_MAX) * 1000000000ULL;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open %s", argv[1]);
	begin = now_ns();
	if (syscall(SYS_finit_module, fd, "", 0))
		fail("cannot load %s", argv[1]);
	while ((state = digit_in(path)) == 1 && now_ns() - begin < limit)
		usleep(POLL_US);
	errno = 0;
	if (state < 0)
		fail("%s has no transition", argv[2]);
	return print_ms(begin, !state);
}

int klp_off_main(int argc, char **argv)
{
	char enabled[256], dir[256];
	uint64_t begin, limit;
	struct stat st;
	int fd, there;

	if (argc != 3)
		fail("klp-off wants a name and seconds");
	patch_path(enabled, argv[1], "/enabled");
	patch_path(dir, argv[1], "");
	limit = number(argv[2], SECONDS_MAX) * 1000000000ULL;
	fd = open(enabled, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open %s", enabled);
	begin = now_ns();
	if (write(fd, "0", 1) != 1)
		fail("%s cannot be switched off", argv[1]);
	close(fd);
	while ((there = !stat(dir, &st)) && now_ns() - begin < limit)
		usleep(POLL_US);
	return print_ms(begin, !there);
}
