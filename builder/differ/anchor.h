/* SPDX-License-Identifier: MIT */
/*
 * Pass 2: the original, compiled as the distribution did, held against what it
 * shipped.
 *
 * It proves that source, configuration and compiler are the right ones, and tells
 * where everything of that object is in the shipped kernel.
 */
#ifndef MEND_DIFFER_ANCHOR_H
#define MEND_DIFFER_ANCHOR_H

#include "image.h"
#include "object.h"

struct anchor;

/**
 * anchor_object() - find the object in the image and compare all of its code
 * @exact: compiled without a section for each function
 * @why: on failure, what differs first
 *
 * Every byte of code must be equal but where the linker writes addresses, and all
 * of these must agree about where each section of the object is.
 *
 * Return: NULL if the image does not hold what @exact says.
 */
struct anchor *anchor_object(struct object *exact, const struct image *img, const char **why);

/**
 * anchor_absent() - is the image one that was made without this object?
 *
 * Then it has none of the object's functions. If some of these are global, their names
 * decide: static ones may have namesakes.
 */
bool anchor_absent(const struct object *exact, const struct image *img);

/** anchor_functions() - how many functions were compared */
size_t anchor_functions(const struct anchor *a);

/** anchor_symbol() - where a symbol of the object is */
bool anchor_symbol(const struct anchor *a, const char *name, uint64_t *addr);

/** anchor_extern() - where a symbol is that the object uses and does not define */
bool anchor_extern(const struct anchor *a, const char *name, uint64_t *addr);

#endif /* MEND_DIFFER_ANCHOR_H */
