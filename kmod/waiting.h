/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom the switch that is under way waits for: /sys/kernel/mend/waiting and the
 * tracepoint mend_blocked.
 */
#ifndef MEND_WAITING_H
#define MEND_WAITING_H

#include "consistency.h"

/**
 * waiting_set() - the task that @check has found is in the way
 * @since: when the wait began; CLOCK_MONOTONIC
 *
 * Context: the switch mutex is held; sleeps. Cheap if called often.
 */
void waiting_set(const struct consistency *check, u64 since);

/** waiting_clear() - nobody waits any more */
void waiting_clear(void);

/**
 * waiting_line() - one line "milliseconds pid object:function comm"
 *
 * Nothing if no switch waits. Context: may sleep, for a moment only. Return:
 * length.
 */
int waiting_line(char *buf, size_t size);

#endif /* MEND_WAITING_H */
