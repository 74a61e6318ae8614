/* SPDX-License-Identifier: MIT */
/* Callbacks and states that a diff brings along; see include/mend/diff.h. */
#ifndef MEND_DIFFER_HOOKS_H
#define MEND_DIFFER_HOOKS_H

#include "passes.h"
#include "writer.h"

/* Sections that the macros of mend/diff.h fill. */
#define HOOK_SECTION	".mend.hook."
#define STATE_SECTION	".mend.states"

/* The patch itself, in a source file that mend-build adds. */
#define THIS_PATCH	"mend_this_patch"

/** hooks_check() - behind closure: refuse what cannot be called */
void hooks_check(struct diff *d);

/**
 * hooks_write() - give each callback a global name, and list callbacks and states
 * @prefix: makes the names unique in a payload
 * @path: the list, one a line: "callback KIND LABEL OBJECT" or "state ID VERSION"
 */
void hooks_write(const struct diff *d, struct writer *w, const char *prefix, const char *path);

#endif /* MEND_DIFFER_HOOKS_H */
