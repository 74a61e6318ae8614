// SPDX-License-Identifier: GPL-2.0-only
/*
 * careless.so, to be preloaded: makes a program careless with its files, for kills.sh to
 * find out. What finds nothing there would find nothing in mend either.
 *
 *	CARELESS=sync	nothing is synced
 *	CARELESS=place	a file is not renamed, but written anew where it is to be
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNK	16	/* most system calls are to be in the middle of it */

static bool is_careless(const char *how)
{
	const char *value = getenv("CARELESS");

	return value && !strcmp(value, how);
}

int fsync(int fd)
{
	return is_careless("sync") ? 0 : (int)syscall(SYS_fsync, fd);
}

static int copy(int from, int to)
{
	char chunk[CHUNK];
	ssize_t n;

	while ((n = read(from, chunk, sizeof(chunk))) > 0)
		if (write(to, chunk, (size_t)n) != n)
			return -1;
	return n ? -1 : 0;
}

int rename(const char *old, const char *new)
{
	int from, to, ret = -1;

	if (!is_careless("place"))
		return (int)syscall(SYS_rename, old, new);
	from = open(old, O_RDONLY | O_CLOEXEC);
	to = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (from >= 0 && to >= 0 && !copy(from, to))
		ret = unlink(old);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ret;
}
