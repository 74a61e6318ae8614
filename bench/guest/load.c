// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads for the machine to have: asleep, busy, or waking each other.
 */
#include "bench.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX	20000UL

/* One direction of a pair. */
struct pipe_end {
	int read;
	int write;
};

static void *sleeping(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static void *busy(void *unused)
{
	volatile unsigned long x = 0;

	(void)unused;
	for (;;)
		x++;
	return NULL;
}

static void *pingpong(void *arg)
{
	struct pipe_end *end = arg;
	char ball;

	while (read(end->read, &ball, 1) == 1 && write(end->write, &ball, 1) == 1)
		;
	fail("a pair of threads has lost its ball");
}

static void start(void *(*fn)(void *arg), void *arg)
{
	static pthread_attr_t attr;
	static int made;
	pthread_t thread;

	if (!made) {
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
		pthread_attr_setguardsize(&attr, 0);
		made = 1;
	}
	errno = pthread_create(&thread, &attr, fn, arg);
	if (errno)
		fail("cannot create a thread");
}

static void start_pair(void)
{
	struct pipe_end *ends = calloc(2, sizeof(*ends));
	int there[2], back[2];

	if (!ends || pipe(there) || pipe(back))
		fail("cannot make a pair of threads");
	ends[0] = (struct pipe_end){ .read = back[0], .write = there[1] };
	ends[1] = (struct pipe_end){ .read = there[0], .write = back[1] };
	start(pingpong, &ends[0]);
	start(pingpong, &ends[1]);
	if (write(there[1], "o", 1) != 1)
		fail("cannot serve");
}

int load_main(int argc, char **argv)
{
	unsigned long nr_sleeping, nr_busy, nr_pingpong;

	if (argc != 4)
		fail("load wants three numbers");
	nr_sleeping = number(argv[1], THREADS_MAX);
	nr_busy = number(argv[2], THREADS_MAX);
	nr_pingpong = number(argv[3], THREADS_MAX);
	while (nr_sleeping--)
		start(sleeping, NULL);
	for (; nr_pingpong > 1; nr_pingpong -= 2)
		start_pair();
	/* The last: nothing gets done as quickly after that. */
	while (nr_busy--)
		start(busy, NULL);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
