/* SPDX-License-Identifier: MIT */
/* Module.symvers: what the kernel and its modules export. */
#ifndef MEND_DIFFER_SYMVERS_H
#define MEND_DIFFER_SYMVERS_H

#include <stdbool.h>
#include <stddef.h>

struct symver {
	const char *name;
	const char *module;	/* "vmlinux" or as the module loader spells it */
	bool has_namespace;
};

struct symvers {
	struct symver *list;	/* by name */
	size_t nr;
};

struct symvers *symvers_read(const char *path);

const struct symver *symvers_find(const struct symvers *all, const char *name);

/** symvers_is_kernels() - can the module loader resolve it for every payload? */
bool symvers_is_kernels(const struct symvers *all, const char *name);

#endif /* MEND_DIFFER_SYMVERS_H */
