/* SPDX-License-Identifier: MIT */
/*
 * Whom a switch waits for, told while it waits, and how to break it off.
 */
#ifndef MEND_LIB_WAITING_H
#define MEND_LIB_WAITING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bytes.h"
#include "machine.h"

/**
 * struct waiting - the line of /sys/kernel/mend/waiting
 * @ms:		since the switch began
 * @func:	empty if the task's stack is unreliable
 */
struct waiting {
	uint64_t ms;
	int32_t pid;
	char object[MEND_OBJECT_LEN], func[MEND_SYMBOL_LEN], comm[16];
};

#define WAITING_LINE_MAX	512

/** waiting_parse() - "milliseconds pid object:function comm"; false if it is not that */
bool waiting_parse(struct bytes line, struct waiting *w);

/** waiting_look() - does a switch wait, and for whom? */
bool waiting_look(const struct machine *mc, struct waiting *w);

/**
 * waiting_text() - the same for people, printable ASCII, in at most @size bytes
 *
 * What others wrote and could steer a terminal becomes '?'.
 */
void waiting_text(const struct waiting *w, char *out, size_t size);

/**
 * struct switch_wait - how to wait for a switch
 * @timeout_ms:	for how long, see linux/mend.h
 * @tell:	NULL, or called twice a second, from another thread, with whom it waits for or
 *		NULL; a last time with NULL when the switch is over
 * @data:	for @tell
 * @stop:	NULL, or the signal that came and is to end the wait, 0 before. Its handler does
 *		no more than set this, is installed without SA_RESTART, and is sent the signal
 *		again until the kernel has noticed.
 */
struct switch_wait {
	uint32_t timeout_ms;
	void (*tell)(const struct waiting *w, void *data);
	void *data;
	const atomic_int *stop;
};

/** struct waiting_watch - the thread that looks; all members are waiting.c's */
struct waiting_watch {
	const struct machine *mc;
	const struct switch_wait *wait;
	pthread_t caller, thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool running, over;	/* @over: protected by @lock */
};

/**
 * waiting_begin() - look until waiting_end(), by the thread that will switch
 *
 * Without a thread to spare the switch goes on unwatched.
 */
void waiting_begin(struct waiting_watch *watch, const struct machine *mc,
		   const struct switch_wait *wait);
void waiting_end(struct waiting_watch *watch);

#endif /* MEND_LIB_WAITING_H */
