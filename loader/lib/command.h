/* SPDX-License-Identifier: MIT */
/*
 * Running another program to its end.
 */
#ifndef MEND_LIB_COMMAND_H
#define MEND_LIB_COMMAND_H

#include "bytes.h"
#include "err.h"

/**
 * command_run() - run a program, found in PATH, and wait for it
 * @argv:	ends with NULL
 * @out:	takes its standard output, with a NUL behind it; NULL: that goes to our
 *		standard error, as the program's own errors do
 *
 * It has nothing to read, and takes signals as usual, whatever we have blocked. Returns
 * 0 if it ended with exit status 0. Otherwise -1; errnum is ENOENT if there is none.
 */
int command_run(const char *const argv[], struct buf *out, struct err *e);

#endif /* MEND_LIB_COMMAND_H */
