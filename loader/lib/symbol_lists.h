/* SPDX-License-Identifier: MIT */
/*
 * The kernel's lists of functions: all, and those that ftrace can trace.
 */
#ifndef MEND_LIB_SYMBOL_LISTS_H
#define MEND_LIB_SYMBOL_LISTS_H

#include "machine.h"

/** struct symbol_seen - how often a function is in a list */
struct symbol_seen {
	const char *object, *symbol;
	unsigned int times;
};

/**
 * symbol_lists_all() - count in /proc/kallsyms; @seen is sorted by it
 *
 * False if the list cannot be read, or is empty.
 */
bool symbol_lists_all(const struct machine *mc, struct symbol_seen *seen, size_t nr);

/** symbol_lists_traceable() - as symbol_lists_all(), in ftrace's list, which only root may read */
bool symbol_lists_traceable(const struct machine *mc, struct symbol_seen *seen, size_t nr);

#endif /* MEND_LIB_SYMBOL_LISTS_H */
