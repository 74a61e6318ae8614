/* SPDX-License-Identifier: MIT */
/*
 * mend-differ: what ends the program, and memory.
 *
 * The program lives for a second and works on a few megabytes: nothing is ever
 * freed, and running out of memory is an error like any other.
 */
#ifndef MEND_DIFFER_FAIL_H
#define MEND_DIFFER_FAIL_H

#include <stddef.h>

/* Exit statuses of mend-differ and mend-build. */
#define EXIT_TOOL	1	/* usage, input that cannot be read, a tool that failed */
#define EXIT_REFUSED	2	/* the change cannot be made into a patch */
#define EXIT_NO_CHANGE	3	/* it changes nothing in this configuration */
#define EXIT_IDENTITY	4	/* the compile does not reproduce the shipped kernel */

/** fail() - say what is wrong with the input and exit with EXIT_TOOL */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t n, size_t size);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * PUSH() - append to an array that grows
 * @array: its pointer
 * @nr: how many are in it; room is made at powers of two
 */
#define PUSH(array, nr, value) do {						\
	if (!((nr) & ((nr) - 1)))						\
		(array) = xrealloc((array), (nr) ? 2 * (nr) : 1, sizeof(*(array))); \
	(array)[(nr)++] = (value);						\
} while (0)

#endif /* MEND_DIFFER_FAIL_H */
