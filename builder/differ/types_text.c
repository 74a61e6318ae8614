// SPDX-License-Identifier: MIT
/*
 * Types of DWARF as text; see types_text.h.
 *
 * Ends, since names end it: where there are none, types cannot refer to themselves.
 * Only garbage can, and then depth ends it.
 */
#include "types_text.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"

/* Nothing that a compiler writes is near it. */
#define DEPTH_MAX	64

static void put_type(FILE *f, Dwarf_Die *type, enum text_kind kind, unsigned int depth);

bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attr), type);
}

uint64_t type_number(Dwarf_Die *die, unsigned int name, uint64_t missing)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	return dwarf_formudata(dwarf_attr(die, name, &attr), &value) ? missing : value;
}

uint64_t type_bits(Dwarf_Die *type)
{
	Dwarf_Word size;

	/* An array without an end has none. */
	return dwarf_aggregate_size(type, &size) ? 0 : size * 8;
}

bool type_is_aggregate(Dwarf_Die *type)
{
	return dwarf_tag(type) == DW_TAG_structure_type || dwarf_tag(type) == DW_TAG_union_type;
}

static const char *keyword(Dwarf_Die *type)
{
	switch (dwarf_tag(type)) {
	case DW_TAG_structure_type:
		return "struct";
	case DW_TAG_union_type:
		return "union";
	default:
		return "enum";
	}
}

bool type_peel(Dwarf_Die *type, const char **alias)
{
	unsigned int depth;

	*alias = NULL;
	for (depth = 0; depth < DEPTH_MAX; depth++) {
		switch (dwarf_tag(type)) {
		case DW_TAG_typedef:
			*alias = dwarf_diename(type);
			break;
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			break;
		default:
			return true;
		}
		if (!type_of(type, type))
			return false;
	}
	fail("debug information refers to itself");
}

char *aggregate_name(Dwarf_Die *type, const char *alias)
{
	const char *tag = dwarf_diename(type);

	if (tag)
		return xasprintf("%s %s", keyword(type), tag);
	return alias ? xasprintf("%s", alias) : NULL;
}

char *type_text(Dwarf_Die *type, enum text_kind kind)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		fail("out of memory");
	put_type(f, type, kind, 0);
	if (fclose(f))
		fail("out of memory");
	copy = xasprintf("%s", text);
	free(text);
	return copy;
}

uint64_t member_bit(Dwarf_Die *member)
{
	if (dwarf_hasattr(member, DW_AT_bit_offset))
		fail("debug information is older than DWARF 5: compile with -gdwarf-5");
	return type_number(member, DW_AT_data_bit_offset,
		      8 * type_number(member, DW_AT_data_member_location, 0));
}

/* What is pointed to, returned, or in an array. */
static void put_target(FILE *f, Dwarf_Die *die, enum text_kind kind, unsigned int depth)
{
	Dwarf_Die type;

	if (type_of(die, &type))
		put_type(f, &type, kind, depth);
	else
		fputs("void", f);
}

static void put_base(FILE *f, Dwarf_Die *type, enum text_kind kind)
{
	const char *name = dwarf_diename(type);

	if (kind == TEXT_SHOWN && name) {
		fputs(name, f);
		return;
	}
	switch (type_number(type, DW_AT_encoding, 0)) {
	case DW_ATE_boolean:
		fputs("bool", f);
		break;
	case DW_ATE_float:
	case DW_ATE_complex_float:
		fputs("float", f);
		break;
	default:
		fputs("int", f);
	}
	fprintf(f, "%lu", (unsigned long)type_bits(type));
}

static void put_members(FILE *f, Dwarf_Die *type, enum text_kind kind, unsigned int depth)
{
	Dwarf_Die member, of;

	fprintf(f, "%s {", keyword(type));
	if (!dwarf_child(type, &member)) {
		do {
			if (dwarf_tag(&member) != DW_TAG_member || !type_of(&member, &of))
				continue;
			fputc(' ', f);
			put_type(f, &of, kind, depth);
			fprintf(f, " %s", dwarf_diename(&member) ?: "");
			if (kind == TEXT_COMPARED)
				fprintf(f, "@%lu:%lu", (unsigned long)member_bit(&member),
					(unsigned long)type_number(&member, DW_AT_bit_size, 0));
			fputc(';', f);
		} while (!dwarf_siblingof(&member, &member));
	}
	fputs(" }", f);
}

static void put_dimensions(FILE *f, Dwarf_Die *array)
{
	Dwarf_Die range;
	uint64_t count;

	if (dwarf_child(array, &range))
		return;
	do {
		if (dwarf_tag(&range) != DW_TAG_subrange_type)
			continue;
		count = type_number(&range, DW_AT_count,
				    type_number(&range, DW_AT_upper_bound, -1UL) + 1);
		if (count)
			fprintf(f, "[%lu]", (unsigned long)count);
		else
			fputs("[]", f);
	} while (!dwarf_siblingof(&range, &range));
}

static void put_parameters(FILE *f, Dwarf_Die *function, enum text_kind kind,
			   unsigned int depth)
{
	const char *comma = "";
	Dwarf_Die child, type;

	fputc('(', f);
	if (!dwarf_child(function, &child)) {
		do {
			if (dwarf_tag(&child) == DW_TAG_unspecified_parameters) {
				fprintf(f, "%s...", comma);
			} else if (dwarf_tag(&child) == DW_TAG_formal_parameter &&
				   type_of(&child, &type)) {
				fputs(comma, f);
				put_type(f, &type, kind, depth);
			} else {
				continue;
			}
			comma = ", ";
		} while (!dwarf_siblingof(&child, &child));
	}
	fputc(')', f);
}

static void put_pointer(FILE *f, Dwarf_Die *pointer, enum text_kind kind, unsigned int depth)
{
	Dwarf_Die type;
	const char *alias;
	bool again;

	again = type_of(pointer, &type) && type_peel(&type, &alias) &&
		dwarf_tag(&type) == DW_TAG_pointer_type;
	put_target(f, pointer, kind, depth);
	fputs(again ? "*" : " *", f);
}

static void put_named(FILE *f, Dwarf_Die *type, const char *alias, enum text_kind kind,
		      unsigned int depth)
{
	char *name = aggregate_name(type, alias);

	if (name)
		fputs(name, f);
	else
		put_members(f, type, kind, depth);
}

static void put_type(FILE *f, Dwarf_Die *type, enum text_kind kind, unsigned int depth)
{
	Dwarf_Die die = *type;
	const char *alias;

	if (++depth > DEPTH_MAX)
		fail("debug information refers to itself");
	if (kind == TEXT_SHOWN && dwarf_tag(&die) == DW_TAG_typedef && dwarf_diename(&die)) {
		fputs(dwarf_diename(&die), f);
		return;
	}
	if (!type_peel(&die, &alias)) {
		fputs("void", f);
		return;
	}
	switch (dwarf_tag(&die)) {
	case DW_TAG_base_type:
		put_base(f, &die, kind);
		break;
	case DW_TAG_pointer_type:
		put_pointer(f, &die, kind, depth);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		put_named(f, &die, alias, kind, depth);
		break;
	case DW_TAG_enumeration_type:
		if (kind == TEXT_SHOWN)
			fprintf(f, "enum %s", dwarf_diename(&die) ?: "{}");
		else
			fprintf(f, "int%lu", (unsigned long)type_bits(&die));
		break;
	case DW_TAG_array_type:
		put_target(f, &die, kind, depth);
		put_dimensions(f, &die);
		break;
	case DW_TAG_subroutine_type:
	case DW_TAG_subprogram:
		put_target(f, &die, kind, depth);
		put_parameters(f, &die, kind, depth);
		break;
	default:
		fprintf(f, "type of kind %#x", (unsigned int)dwarf_tag(&die));
	}
}
