// SPDX-License-Identifier: MIT
/*
 * Watching a switch that waits. The ioctl keeps its thread until it is over, so
 * another one looks: it reads sysfs and sends signals, and touches nothing else.
 */
#include "waiting.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs.h"

#define PERIOD_NS	500000000L

/* Decimal digits up to a blank, which is taken as well */
static bool take_number(struct bytes *in, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < in->len && in->data[i] >= '0' && in->data[i] <= '9'; i++) {
		unsigned int digit = in->data[i] - '0';

		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (!i || i == in->len || in->data[i] != ' ')
		return false;
	*in = (struct bytes){ in->data + i + 1, in->len - i - 1 };
	*out = value;
	return true;
}

/* Everything up to @end, which is taken as well */
static bool take_string(struct bytes *in, char end, char *out, size_t size)
{
	const uint8_t *at = in->len ? memchr(in->data, end, in->len) : NULL;
	size_t len;

	if (!at)
		return false;
	len = (size_t)(at - in->data);
	if (len >= size || memchr(in->data, '\0', len))
		return false;
	memcpy(out, in->data, len);
	out[len] = '\0';
	*in = (struct bytes){ at + 1, in->len - len - 1 };
	return true;
}

bool waiting_parse(struct bytes line, struct waiting *w)
{
	uint64_t pid;

	memset(w, 0, sizeof(*w));
	if (!take_number(&line, UINT64_MAX, &w->ms) || !take_number(&line, INT32_MAX, &pid) ||
	    !take_string(&line, ':', w->object, sizeof(w->object)) ||
	    !take_string(&line, ' ', w->func, sizeof(w->func)) ||
	    strchr(w->object, ' ') || line.len >= sizeof(w->comm))
		return false;
	w->pid = (int32_t)pid;
	if (line.len)
		memcpy(w->comm, line.data, line.len);
	return true;
}

void waiting_text(const struct waiting *w, char *out, size_t size)
{
	bool in = w->func[0];
	char *c;

	snprintf(out, size, "waiting for %s (pid %" PRId32 ")%s%s%s%s, %" PRIu64 " s", w->comm,
		 w->pid, in ? " in " : "", in ? w->object : "", in ? ":" : "", w->func,
		 w->ms / 1000);
	for (c = out; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

bool waiting_look(const struct machine *mc, struct waiting *w)
{
	char line[WAITING_LINE_MAX];
	char *path = fs_path(mc->sysfs, "waiting");
	bool found;

	found = path && !fs_read_line(path, line, sizeof(line)) &&
		waiting_parse((struct bytes){ (const uint8_t *)line, strlen(line) }, w);
	free(path);
	return found;
}

/* Half a second; false if the switch is over by then */
static bool pass_time(struct waiting_watch *watch)
{
	struct timespec until;
	bool over;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PERIOD_NS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&watch->lock);
	while (!watch->over && !err)
		err = pthread_cond_timedwait(&watch->cond, &watch->lock, &until);
	over = watch->over;
	pthread_mutex_unlock(&watch->lock);
	return !over;
}

static void *watch_thread(void *arg)
{
	struct waiting_watch *watch = arg;
	const struct switch_wait *wait = watch->wait;
	struct waiting w;

	while (pass_time(watch)) {
		if (wait->tell)
			wait->tell(waiting_look(watch->mc, &w) ? &w : NULL, wait->data);
		/*
		 * A signal whose handler ran just before the ioctl began would not end
		 * it. It cannot be too late either: waiting_end() joins.
		 */
		if (wait->stop && *wait->stop)
			pthread_kill(watch->caller, *wait->stop);
	}
	return NULL;
}

void waiting_begin(struct waiting_watch *watch, const struct machine *mc,
		   const struct switch_wait *wait)
{
	pthread_condattr_t attr;
	sigset_t all, old;

	memset(watch, 0, sizeof(*watch));
	watch->mc = mc;
	watch->wait = wait;
	watch->caller = pthread_self();
	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->cond, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are for the thread in the ioctl: the new one inherits that it takes none. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	watch->running = !pthread_create(&watch->thread, NULL, watch_thread, watch);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void waiting_end(struct waiting_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->over = true;
	pthread_cond_signal(&watch->cond);
	pthread_mutex_unlock(&watch->lock);
	if (watch->running) {
		pthread_join(watch->thread, NULL);
		if (watch->wait->tell)
			watch->wait->tell(NULL, watch->wait->data);
	}
	pthread_cond_destroy(&watch->cond);
	pthread_mutex_destroy(&watch->lock);
}
