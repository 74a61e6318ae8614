/* SPDX-License-Identifier: MIT */
/*
 * Names that one touched file defines anew and another one uses. Both are parts of one
 * payload, where the linker brings them together.
 */
#ifndef MEND_DIFFER_SHARED_H
#define MEND_DIFFER_SHARED_H

#include <stdbool.h>

#include "object.h"

struct shared;

/** shared_read() - a list of names, one a line */
struct shared *shared_read(const char *path);

/** is_shared() - @shared may be NULL: there are none */
bool is_shared(const struct shared *shared, const char *name);

/** shared_symbol() - what others use of a section of the changed object; NULL: nothing */
const struct symbol *shared_symbol(const struct shared *shared, const struct section *sec);

#endif /* MEND_DIFFER_SHARED_H */
