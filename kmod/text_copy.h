/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A payload's text as it is meant to be, and what of it may change.
 */
#ifndef MEND_TEXT_COPY_H
#define MEND_TEXT_COPY_H

#include <linux/types.h>

struct module;
struct text_copy;

/**
 * text_copy_make() - remember a payload's text
 * @mod: its relocations against vmlinux are written, and none of it has run
 *
 * Return: a copy, or NULL: out of memory. Context: sleeps.
 */
struct text_copy *text_copy_make(struct module *mod);

/** text_copy_free() - NULL may be passed */
void text_copy_free(struct text_copy *copy);

/**
 * text_copy_differs() - the first byte that is not what it is meant to be
 * @from: where to begin; 0: at the beginning
 *
 * Context: the payload stays loaded. Return: its address; 0: there is none.
 */
unsigned long text_copy_differs(const struct text_copy *copy, unsigned long from);

#endif /* MEND_TEXT_COPY_H */
