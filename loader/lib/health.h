/* SPDX-License-Identifier: MIT */
/*
 * The health command: an admin's own answer to "does the machine still do what
 * it is for?"
 */
#ifndef MEND_LIB_HEALTH_H
#define MEND_LIB_HEALTH_H

#include <stdatomic.h>
#include <stdint.h>

#include "err.h"

/**
 * health_run() - sh -c @command, in a process group of its own
 * @timeout_ms:	then the whole group is killed
 * @stop:	NULL, or as in struct switch_wait, for SIGINT, SIGTERM and SIGHUP
 *
 * It reads from /dev/null, and what it prints goes to standard error: standard
 * output is for the result. Returns 0 if it ended with exit status 0; otherwise
 * -1 with MEND_R_HEALTH, or MEND_R_INTERRUPTED if @stop said so, the group being
 * killed.
 */
int health_run(const char *command, uint32_t timeout_ms, const atomic_int *stop, struct err *e);

#endif /* MEND_LIB_HEALTH_H */
