// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands, and what they cost: their time, and the pauses they cause.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

/* How long the spinner turns before the command begins. */
#define SPIN_UP_US	200000

static atomic_int spinning;
static uint64_t longest_ns;

int time_main(int argc, char **argv)
{
	uint64_t begin = now_ns();
	int status;

	if (argc < 2)
		fail("time wants a command");
	status = run(argv + 1);
	printf("%.3f\n", (double)(now_ns() - begin) / 1e6);
	return status;
}

static void *spin(void *unused)
{
	uint64_t now, before = now_ns();

	(void)unused;
	while (atomic_load_explicit(&spinning, memory_order_relaxed)) {
		now = now_ns();
		if (now - before > longest_ns)
			longest_ns = now - before;
		before = now;
	}
	return NULL;
}

static void bind_to_last_cpu(pthread_t thread)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	errno = pthread_setaffinity_np(thread, sizeof(set), &set);
	if (errno)
		fail("cannot bind the spinning thread");
}

int stall_main(int argc, char **argv)
{
	pthread_t thread;
	int status;

	if (argc < 2)
		fail("stall wants a command");
	atomic_store(&spinning, 1);
	errno = pthread_create(&thread, NULL, spin, NULL);
	if (errno)
		fail("cannot create the spinning thread");
	bind_to_last_cpu(thread);
	usleep(SPIN_UP_US);
	status = run(argv + 1);
	atomic_store(&spinning, 0);
	pthread_join(thread, NULL);
	printf("%.3f\n", (double)longest_ns / 1e3);
	return status;
}
