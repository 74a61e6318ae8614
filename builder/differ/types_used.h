/* SPDX-License-Identifier: MIT */
/*
 * Which types does code use? Said by the compiler's dump of what it has made of each
 * function (gcc's -fdump-tree-optimized), where everything that was inlined is in its
 * place, each value has a type, and each type that is accessed has its name.
 */
#ifndef MEND_DIFFER_TYPES_USED_H
#define MEND_DIFFER_TYPES_USED_H

#include <stdbool.h>

#include "object.h"

struct used;

/** used_read() - by the functions of @obj that are included; @path: the dump */
struct used *used_read(const char *path, const struct object *obj);

/**
 * used_name() - "struct foo", or the name of a typedef or variable
 *
 * True for all names if the dump did not have one of the functions.
 */
bool used_name(const struct used *used, const char *name);

#endif /* MEND_DIFFER_TYPES_USED_H */
