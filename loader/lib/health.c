// SPDX-License-Identifier: MIT
/*
 * Running the health command. Signals that end the wait are blocked but for the
 * moments in which it waits: none can come between looking and waiting.
 */
#include "health.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/mend.h>

#define NS_PER_S	1000000000LL

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* 0 or an errno. @mask: the signals that the command has blocked */
static int start(const char *command, const sigset_t *mask, pid_t *pid)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int err;

	err = posix_spawn_file_actions_init(&files);
	if (err)
		return err;
	err = posix_spawnattr_init(&attr);
	if (err)
		goto free_files;
	err = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	if (!err)
		err = posix_spawn(pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
free_files:
	posix_spawn_file_actions_destroy(&files);
	return err;
}

/* 1: it has ended, 0: it has not, in time; -1: stopped, or an errno in @errnum */
static int wait_for(int pidfd, int64_t deadline, const atomic_int *stop, const sigset_t *mask,
		    int *errnum)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };
	struct timespec left;
	int64_t ns;
	int n;

	for (;;) {
		if (stop && *stop)
			return -1;
		ns = deadline - now_ns();
		if (ns < 0)
			ns = 0;
		left = (struct timespec){ ns / NS_PER_S, ns % NS_PER_S };
		n = ppoll(&fd, 1, &left, mask);
		if (n >= 0)
			return n;
		if (errno != EINTR) {
			*errnum = errno;
			return -1;
		}
	}
}

static int judge(int status, struct err *e)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status))
		return err_set(e, MEND_R_HEALTH, "the health command ended with exit status %d",
			       WEXITSTATUS(status));
	return err_set(e, MEND_R_HEALTH, "the health command was killed by signal %d (%s)",
		       WTERMSIG(status), strsignal(WTERMSIG(status)));
}

static int finish(pid_t pid, int ended, int errnum, uint32_t timeout_ms, struct err *e)
{
	int status = 0;

	if (ended != 1)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ended == 1)
		return judge(status, e);
	if (!ended)
		return err_set(e, MEND_R_HEALTH, "the health command was not done within %.1f s",
			       timeout_ms / 1e3);
	if (errnum)
		return err_errno(e, MEND_R_HEALTH, errnum, "cannot wait for the health command");
	return err_set(e, MEND_R_INTERRUPTED, "interrupted while the health command ran");
}

static int run(const char *command, uint32_t timeout_ms, const atomic_int *stop,
	       const sigset_t *mask, struct err *e)
{
	int64_t deadline = now_ns() + timeout_ms * 1000000LL;
	int err, pidfd, ended = -1, errnum = 0;
	pid_t pid;

	err = start(command, mask, &pid);
	if (err)
		return err_errno(e, MEND_R_HEALTH, err, "cannot start the health command");
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		errnum = errno;
	} else {
		ended = wait_for(pidfd, deadline, stop, mask, &errnum);
		close(pidfd);
	}
	return finish(pid, ended, errnum, timeout_ms, e);
}

int health_run(const char *command, uint32_t timeout_ms, const atomic_int *stop, struct err *e)
{
	struct sigaction reap = { .sa_handler = SIG_DFL }, before;
	sigset_t ends, old;
	int ret;

	/* Whoever has it ignored would never learn how the command ended. */
	sigemptyset(&reap.sa_mask);
	sigaction(SIGCHLD, &reap, &before);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ends, &old);
	ret = run(command, timeout_ms, stop, &old, e);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGCHLD, &before, NULL);
	return ret;
}
