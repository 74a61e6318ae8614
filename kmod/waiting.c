// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom the switch that is under way waits for; see waiting.h.
 */
#include "waiting.h"

#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/timekeeping.h>
#include "trace.h"

/**
 * struct waiting - whom the switch that is under way waits for
 * @since: CLOCK_MONOTONIC, when it began
 * @shown: when the blocker was last described
 * @blocker: all zero: nobody
 *
 * Protected by waiting_mutex; readers come from sysfs.
 */
static struct waiting {
	u64 since;
	u64 shown;
	struct mend_blocker blocker;
} waiting;
static DEFINE_MUTEX(waiting_mutex);

/* Names are looked up ten times a second at most. */
void waiting_set(const struct consistency *check, u64 since)
{
	u64 now = ktime_get_ns();

	mutex_lock(&waiting_mutex);
	if (!waiting.shown || now - waiting.shown > 100 * NSEC_PER_MSEC) {
		consistency_describe(check, &waiting.blocker);
		waiting.since = since;
		waiting.shown = now;
		trace_mend_blocked(&waiting.blocker);
	}
	mutex_unlock(&waiting_mutex);
}

void waiting_clear(void)
{
	mutex_lock(&waiting_mutex);
	memset(&waiting, 0, sizeof(waiting));
	mutex_unlock(&waiting_mutex);
}

int waiting_line(char *buf, size_t size)
{
	const struct mend_blocker *blocker = &waiting.blocker;
	int len = 0;

	mutex_lock(&waiting_mutex);
	if (waiting.shown)
		len = scnprintf(buf, size, "%llu %d %s:%s %s\n",
				div_u64(ktime_get_ns() - waiting.since, NSEC_PER_MSEC),
				blocker->pid, blocker->object, blocker->func, blocker->comm);
	mutex_unlock(&waiting_mutex);
	return len;
}
