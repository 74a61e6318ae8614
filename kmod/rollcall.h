/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The roll call: would every CPU come if the machine were stopped now?
 */
#ifndef MEND_ROLLCALL_H
#define MEND_ROLLCALL_H

#include "consistency.h"

/**
 * rollcall() - ask for every CPU
 * @check: with its ranges; if a CPU does not come, what keeps it
 *
 * Context: sleeps, at most for some tenths of a second.
 *
 * Return: true if every CPU that is online came.
 */
bool rollcall(struct consistency *check);

/**
 * rollcall_wait() - until every CPU comes
 *
 * For those who have to stop the machine and cannot give up. Context: sleeps.
 */
void rollcall_wait(void);

/** rollcall_init(), rollcall_exit() - exit waits for CPUs that have not come yet */
int rollcall_init(void);
void rollcall_exit(void);

#endif /* MEND_ROLLCALL_H */
