// SPDX-License-Identifier: MIT
/*
 * Layouts from debug information; see types.h.
 *
 * A type is known by its name and, if it is declared in one, its function. What has
 * no name is part of what has: its members become members there, with both names.
 */
#include "types.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "debuginfo.h"
#include "fail.h"
#include "types_text.h"

/* No compiler writes as many; garbage may refer to itself. */
#define DEPTH_MAX	64
#define DIES_MAX	10000000

struct reader {
	const char *path;
	struct layouts *all;
	size_t dies;
};

/* Children are read one by one, each counted. */
static bool first_child(struct reader *r, Dwarf_Die *parent, Dwarf_Die *child)
{
	r->dies++;
	return !dwarf_child(parent, child);
}

static bool next_child(struct reader *r, Dwarf_Die *child)
{
	if (++r->dies > DIES_MAX)
		fail("%s: debug information does not end", r->path);
	return !dwarf_siblingof(child, child);
}

/* "name", or "name in function()" */
static char *scoped(const char *name, const char *scope)
{
	return xasprintf(scope ? "%s in %s()" : "%s", name, scope);
}

static void push_member(struct layout *l, const char *name, Dwarf_Die *type, uint64_t bit,
			uint64_t bits)
{
	struct member m = {
		.name = name, .bit = bit, .bits = bits,
		.text = type_text(type, TEXT_COMPARED), .shown = type_text(type, TEXT_SHOWN),
	};

	PUSH(l->members, l->nr, m);
}

static void add_members(struct reader *r, struct layout *l, const char *prefix, Dwarf_Die *type,
			uint64_t base, unsigned int depth);

/*
 * @name: empty for one without a name, and for a whole variable
 * @bits: 0: as many as its type has
 */
static void add_place(struct reader *r, struct layout *l, const char *name, Dwarf_Die *type,
		      uint64_t bit, uint64_t bits, unsigned int depth)
{
	Dwarf_Die die = *type;
	const char *alias;

	if (type_peel(&die, &alias) && type_is_aggregate(&die) && !aggregate_name(&die, alias))
		add_members(r, l, name, &die, bit, depth + 1);
	else
		push_member(l, name, type, bit, bits ? bits : type_bits(type));
}

static void add_members(struct reader *r, struct layout *l, const char *prefix, Dwarf_Die *type,
			uint64_t base, unsigned int depth)
{
	Dwarf_Die member, of;
	const char *name;
	bool more;

	if (depth > DEPTH_MAX)
		fail("%s: debug information refers to itself", r->path);
	for (more = first_child(r, type, &member); more; more = next_child(r, &member)) {
		if (dwarf_tag(&member) != DW_TAG_member || !type_of(&member, &of))
			continue;
		name = dwarf_diename(&member);
		if (!name)
			name = prefix;
		else if (*prefix)
			name = xasprintf("%s.%s", prefix, name);
		add_place(r, l, name, &of, base + member_bit(&member),
			  type_number(&member, DW_AT_bit_size, 0), depth);
	}
}

static void add_aggregate(struct reader *r, Dwarf_Die *type, const char *alias,
			  const char *scope)
{
	char *name = aggregate_name(type, alias);
	struct layout l = { .kind = LAYOUT_TYPE, .bits = type_bits(type) };

	if (!name || dwarf_hasattr(type, DW_AT_declaration))
		return;
	l.name = scoped(name, scope);
	add_members(r, &l, "", type, 0, 0);
	PUSH(r->all->list, r->all->nr, l);
}

/* A typedef counts if it is the name of something that has no other. */
static void add_typedef(struct reader *r, Dwarf_Die *die, const char *scope)
{
	Dwarf_Die type = *die;
	const char *alias;

	if (type_peel(&type, &alias) && type_is_aggregate(&type) && !dwarf_diename(&type))
		add_aggregate(r, &type, alias, scope);
}

static void add_enumerators(struct reader *r, Dwarf_Die *type, const char *scope)
{
	const char *tag = dwarf_diename(type);
	struct layout l;
	struct member m;
	Dwarf_Die die;
	bool more;

	for (more = first_child(r, type, &die); more; more = next_child(r, &die)) {
		if (dwarf_tag(&die) != DW_TAG_enumerator || !dwarf_diename(&die))
			continue;
		m = (struct member){
			.name = "", .text = "",
			.bit = type_number(&die, DW_AT_const_value, 0),
			.shown = tag ? xasprintf("enum %s", tag) : "an enum without a name",
		};
		l = (struct layout){ .kind = LAYOUT_ENUMERATOR };
		l.name = scoped(dwarf_diename(&die), scope);
		PUSH(l.members, l.nr, m);
		PUSH(r->all->list, r->all->nr, l);
	}
}

/* Variables that outlive their function have an address. */
static bool is_static(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t nr;

	return !dwarf_getlocation(dwarf_attr(die, DW_AT_location, &attr), &ops, &nr) && nr &&
	       ops[0].atom == DW_OP_addr;
}

static void add_variable(struct reader *r, Dwarf_Die *die, const char *scope)
{
	struct layout l = { .kind = LAYOUT_VARIABLE };
	const char *name = dwarf_diename(die);
	Dwarf_Die type;

	if (!name || (scope && !is_static(die)) || !type_of(die, &type))
		return;
	l.name = scoped(name, scope);
	l.bits = type_bits(&type);
	add_place(r, &l, "", &type, 0, 0, 0);
	PUSH(r->all->list, r->all->nr, l);
}

static void add_function(struct reader *r, Dwarf_Die *die)
{
	struct layout l = { .kind = LAYOUT_FUNCTION };

	if (!dwarf_diename(die) || !dwarf_hasattr(die, DW_AT_external))
		return;
	l.name = dwarf_diename(die);
	push_member(&l, "", die, 0, 0);
	PUSH(r->all->list, r->all->nr, l);
}

static void read_children(struct reader *r, Dwarf_Die *parent, const char *scope,
			  unsigned int depth);

static void read_die(struct reader *r, Dwarf_Die *die, const char *scope, unsigned int depth)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		add_aggregate(r, die, NULL, scope);
		break;
	case DW_TAG_typedef:
		add_typedef(r, die, scope);
		break;
	case DW_TAG_enumeration_type:
		add_enumerators(r, die, scope);
		break;
	case DW_TAG_variable:
		add_variable(r, die, scope);
		break;
	case DW_TAG_subprogram:
		add_function(r, die);
		read_children(r, die, dwarf_diename(die), depth + 1);
		break;
	case DW_TAG_lexical_block:
		read_children(r, die, scope, depth + 1);
		break;
	default:
		break;
	}
}

static void read_children(struct reader *r, Dwarf_Die *parent, const char *scope,
			  unsigned int depth)
{
	Dwarf_Die die;
	bool more;

	if (depth > DEPTH_MAX)
		fail("%s: debug information is nested too deeply", r->path);
	for (more = first_child(r, parent, &die); more; more = next_child(r, &die))
		read_die(r, &die, scope, depth);
}

struct layouts *layouts_read(const char *path)
{
	struct reader r = { .path = path, .all = xcalloc(1, sizeof(*r.all)) };
	Dwarf *dwarf = debuginfo_open(path);
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	while (!dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL))
		read_children(&r, &die, NULL, 0);
	if (!r.all->nr)
		fail("%s: its debug information describes nothing", path);
	layouts_sort(r.all);
	return r.all;
}
