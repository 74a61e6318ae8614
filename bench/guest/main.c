// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench: what measures, inside the guest.
 *
 *   bench load SLEEPING BUSY PINGPONG   threads that stay until killed: asleep; in
 *                                       a loop in user mode; in pairs that wake each
 *                                       other. Prints "ready" when all are there
 *   bench time COMMAND...               milliseconds from before fork to its end
 *   bench stall COMMAND...              microseconds: the longest gap that a thread
 *                                       spinning on the last CPU saw meanwhile
 *   bench switch PATCH TIMES            turns a registered patch on, off, on, ... and
 *                                       prints for each switch
 *                                       "pause_ns rendezvous_ns all_ns tasks attempts"
 *   bench mend-on BUNDLE PATCH          milliseconds for mend.ko: authorize, load, switch
 *   bench mend-off PATCH                milliseconds to switch it off
 *   bench klp-on FILE.ko NAME SECONDS   milliseconds from finit_module() to the end of
 *                                       the transition; status 2 if it did not end
 *   bench klp-off NAME SECONDS          milliseconds from writing 0 to its end
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

noreturn void fail(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fputs("bench: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s", strerror(err));
	fputc('\n', stderr);
	exit(1);
}

unsigned long number(const char *arg, unsigned long max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(arg, &end, 10);
	if (errno || end == arg || *end || *arg == '-' || value > max) {
		errno = 0;
		fail("'%s' is not a number up to %lu", arg, max);
	}
	return value;
}

int run(char **argv)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	errno = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	if (errno)
		fail("cannot run %s", argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*main)(int argc, char **argv);
	} verbs[] = {
		{ "load", load_main }, { "time", time_main }, { "stall", stall_main },
		{ "switch", switch_main }, { "mend-on", mend_on_main },
		{ "mend-off", mend_off_main }, { "klp-on", klp_on_main },
		{ "klp-off", klp_off_main },
	};
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].main(argc - 1, argv + 1);
	fputs("usage: bench load|time|stall|switch|mend-on|mend-off|klp-on|klp-off ...\n", stderr);
	return 64;
}
