/* SPDX-License-Identifier: MIT */
/* A kallsyms table as a kernel's build makes it, small and without compression. */
#ifndef MEND_BUILDER_MAKE_KALLSYMS_H
#define MEND_BUILDER_MAKE_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

#define KALLSYMS_OLD		0	/* addresses first: 6.1 as released */
#define KALLSYMS_OLD_ORDERED	1	/* and a list in alphabetical order */
#define KALLSYMS_NEW		2	/* addresses last: 6.4 and later */

struct made_symbol {
	uint64_t addr;		/* below 4 GiB: absolute */
	const char *name;	/* begins with its type */
};

/**
 * make_kallsyms() - @syms by address
 *
 * Adds what is needed to get to more than 256 symbols, since the real tables have
 * more than one marker: "tpad_N", below all others.
 *
 * Return: malloc'ed; *size says how much
 */
uint8_t *make_kallsyms(const struct made_symbol *syms, size_t nr, int layout, size_t *size);

#endif /* MEND_BUILDER_MAKE_KALLSYMS_H */
