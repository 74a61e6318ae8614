/* SPDX-License-Identifier: MIT */
/*
 * Types of DWARF: what they are called, and what they are, as text.
 */
#ifndef MEND_DIFFER_TYPES_TEXT_H
#define MEND_DIFFER_TYPES_TEXT_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * enum text_kind - which text is asked for
 * @TEXT_COMPARED: what code depends on. It leaves out what code that was compiled with
 *	another type cannot notice: typedefs, qualifiers, signedness, whether a number
 *	is an enumeration, and what is behind a pointer but for its name.
 * @TEXT_SHOWN: as people write it
 */
enum text_kind { TEXT_COMPARED, TEXT_SHOWN };

char *type_text(Dwarf_Die *type, enum text_kind kind);

/** type_of() - of a member, variable, pointer, function...; false: void */
bool type_of(Dwarf_Die *die, Dwarf_Die *type);

/**
 * type_peel() - away with qualifiers and typedefs
 * @alias: the last of these typedefs: the name of a type that has no other; or NULL
 *
 * Return: false for void.
 */
bool type_peel(Dwarf_Die *type, const char **alias);

/** type_is_aggregate() - a structure or union */
bool type_is_aggregate(Dwarf_Die *type);

/** aggregate_name() - NULL if it has none */
char *aggregate_name(Dwarf_Die *type, const char *alias);

/** type_bits() - 0 if that is not known, as of an array without an end */
uint64_t type_bits(Dwarf_Die *type);

/** type_number() - an attribute, or @missing */
uint64_t type_number(Dwarf_Die *die, unsigned int name, uint64_t missing);

/** member_bit() - where a member is in what it is a member of */
uint64_t member_bit(Dwarf_Die *member);

#endif /* MEND_DIFFER_TYPES_TEXT_H */
