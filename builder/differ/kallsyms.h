/* SPDX-License-Identifier: MIT */
/*
 * The symbol table that a kernel carries in its read-only data: the only one that
 * a shipped image has, and the one that mend.ko asks.
 */
#ifndef MEND_DIFFER_KALLSYMS_H
#define MEND_DIFFER_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

struct kallsym {
	uint64_t addr;
	const char *name;
	char type;	/* as nm prints it */
};

struct kallsyms {
	struct kallsym *syms;	/* by address, as the kernel has them */
	size_t nr;
};

/**
 * kallsyms_read() - find and decode the table in a kernel's read-only data
 *
 * Knows the layouts of 6.1 (addresses in front of the names) and of 6.4 and
 * later (behind them), with relative addresses and absolute per-CPU symbols.
 *
 * Return: 0, or -1 if there is none that can be read.
 */
int kallsyms_read(const uint8_t *data, size_t size, struct kallsyms *out);

#endif /* MEND_DIFFER_KALLSYMS_H */
