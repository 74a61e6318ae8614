/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a relocation writes, and whether it may.
 *
 * Pure: also compiled in userspace for the unit tests.
 */
#ifndef MEND_RELOC_MATH_H
#define MEND_RELOC_MATH_H

#include "pure.h"

/** reloc_width() - bytes written by a MEND_RELOC_* type; 0: unknown type */
u32 reloc_width(u32 type);

/** reloc_in_bounds() - do @width bytes at @place lie within [@base, @base + @size)? */
bool reloc_in_bounds(u64 place, u32 width, u64 base, u64 size);

/**
 * reloc_compute() - the value to write
 * @type: MEND_RELOC_*
 * @symbol: S
 * @addend: A
 * @place: P
 * @value: its low reloc_width(@type) bytes are to be stored little-endian
 *
 * Return: 0; -EINVAL for an unknown type; -ERANGE if the value does not fit.
 */
int reloc_compute(u32 type, u64 symbol, s64 addend, u64 place, u64 *value);

#endif /* MEND_RELOC_MATH_H */
