/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The floor: per patch name the highest generation confirmed since load.
 *
 * Nothing below it is authorized or switched on again, so that an old bundle
 * with a known hole cannot be brought back by whoever has kept it. Switching
 * off is never asked about.
 */
#ifndef MEND_FLOOR_H
#define MEND_FLOOR_H

#include <linux/types.h>

/**
 * floor_prepare() - make room for @name, so that floor_raise() cannot fail
 *
 * Return: 0; -ENOMEM. Context: may sleep.
 */
int floor_prepare(const char *name);

/**
 * floor_raise() - a generation of @name was confirmed
 *
 * Never lowers. Context: any but NMI; needs floor_prepare() before.
 */
void floor_raise(const char *name, u64 generation);

/** floor_get() - the floor of @name; 0: there is none. Context: any but NMI. */
u64 floor_get(const char *name);

/** floor_exit() - forget everything */
void floor_exit(void);

#endif /* MEND_FLOOR_H */
