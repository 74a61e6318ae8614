/* SPDX-License-Identifier: MIT */
/*
 * Pass 7: where each symbol comes from that the payload uses and does not bring.
 */
#ifndef MEND_DIFFER_ORIGIN_H
#define MEND_DIFFER_ORIGIN_H

#include "passes.h"
#include "symvers.h"

/**
 * struct origin - a symbol outside of the payload
 * @exported: by vmlinux or mend.ko: the module loader resolves it
 * @object, @name, @sympos: otherwise how mend.ko finds it; see mend/payload.h
 */
struct origin {
	const char *name, *object;
	int sympos;
	bool exported;
};

/** origin_defined() - of a symbol of the object itself; @function: for refusals */
bool origin_defined(struct diff *d, const struct symbol *before, const char *function,
		    struct origin *out);

/** origin_undefined() - of one that the object only uses */
bool origin_undefined(struct diff *d, const char *name, const char *function,
		      struct origin *out);

/** origin_function() - of a function that is replaced: never by its export */
bool origin_function(struct diff *d, const struct symbol *before, struct origin *out);

#endif /* MEND_DIFFER_ORIGIN_H */
