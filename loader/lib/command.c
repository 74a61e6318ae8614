// SPDX-License-Identifier: MIT
/*
 * Running another program. health.c does more: its command has a time limit and a group
 * of its own.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUT_MAX	(1U << 20)

static int set_up(posix_spawnattr_t *attr, posix_spawn_file_actions_t *files, int out)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) ||
	       posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
}

/* 0 or an errno */
static int start(const char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int err;

	err = posix_spawn_file_actions_init(&files);
	if (err)
		return err;
	err = posix_spawnattr_init(&attr);
	if (!err) {
		err = set_up(&attr, &files, out) ? ENOMEM :
		      posix_spawnp(pid, argv[0], &files, &attr, (char *const *)argv, environ);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
	return err;
}

/* To its end, also what is too much to keep: nobody shall wait for a reader */
static void drain(int fd, struct buf *out)
{
	char chunk[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (out->len < OUT_MAX)
			buf_append(out, chunk, (size_t)n);
	}
	buf_append(out, "", 1);
}

static int finish(const char *name, pid_t pid, struct err *e)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(e, ERR_IO, errno, "cannot wait for '%s'", name);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_IO, "'%s' was killed by signal %d (%s)", name,
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		return err_set(e, ERR_IO, "'%s' ended with exit status %d", name,
			       WEXITSTATUS(status));
	return 0;
}

int command_run(const char *const argv[], struct buf *out, struct err *e)
{
	int ends[2] = { -1, -1 }, err;
	pid_t pid;

	if (out && pipe2(ends, O_CLOEXEC))
		return err_errno(e, ERR_IO, errno, "cannot start '%s'", argv[0]);
	err = start(argv, out ? ends[1] : STDERR_FILENO, &pid);
	if (out)
		close(ends[1]);
	if (!err && out)
		drain(ends[0], out);
	if (out)
		close(ends[0]);
	if (err)
		return err_errno(e, ERR_IO, err, "cannot start '%s'", argv[0]);
	if (finish(argv[0], pid, e))
		return -1;
	return out && out->failed ? err_nomem(e) : 0;
}
