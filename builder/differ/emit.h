/* SPDX-License-Identifier: MIT */
/* Passes 8 and 9: writing what becomes part of the payload. */
#ifndef MEND_DIFFER_EMIT_H
#define MEND_DIFFER_EMIT_H

#include "passes.h"

/**
 * pass_emit() - pass 8: the included code and data as an object for objtool
 * @prefix: number of the object in its patch; makes the names of functions unique
 * @out: the object. Beside it @out.funcs tells what it replaces, one a line:
 *	"label object name sympos size"; and @out.syms which undefined symbols
 *	mend.ko has to find: "name object sympos"; and @out.hooks what mend/diff.h has
 *	brought, see hooks_write()
 *
 * References that cannot be expressed are refused; then nothing is written.
 */
void pass_emit(struct diff *d, const char *prefix, const char *out);

/**
 * pass_relocs() - pass 9, after objtool: move relocations to a section of our own
 * @owner: the object that the patched functions belong to
 * @syms: as pass_emit() has written it
 */
void pass_relocs(const char *in, const char *owner, const char *syms, const char *out);

#endif /* MEND_DIFFER_EMIT_H */
