// SPDX-License-Identifier: MIT
/*
 * From debug information to BTF; see types_btf.h.
 *
 * What code does to an object depends on all of its layout, also where the compiler's
 * dump names no member: so types are written whole. What they hold by value is a type
 * of its own if it has a name, and is compared as such.
 */
#include "types_btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "debuginfo.h"
#include "fail.h"
#include "files.h"
#include "types_text.h"
#include "types_used.h"

/* Nothing that a compiler writes is near it; garbage may hold itself, and not end. */
#define DEPTH_MAX	64
#define DIES_MAX	10000000

struct written {
	Dwarf_Off offset;
	int id;
};

struct btf_writer {
	struct btf *btf;
	const struct object *obj;
	const struct used *used;
	const struct layouts *before;
	struct written *list;
	size_t nr;
	size_t dies;
	int pointer, byte, index;	/* ids of types that many others need, or 0 */
};

/* libbpf says no to what no compiler writes. */
static int must(const struct btf_writer *w, int ret)
{
	if (ret < 0)
		fail("%s: types cannot be written as BTF: %s", w->obj->path, strerror(-ret));
	return ret;
}

static bool next_sibling(struct btf_writer *w, Dwarf_Die *die)
{
	if (++w->dies > DIES_MAX)
		fail("%s: debug information does not end", w->obj->path);
	return !dwarf_siblingof(die, die);
}

static int add_once(struct btf_writer *w, int *id, const char *name, size_t size)
{
	if (!*id)
		*id = must(w, btf__add_int(w->btf, name, size, 0));
	return *id;
}

static int add_array(struct btf_writer *w, int element, uint64_t nr)
{
	int index = add_once(w, &w->index, "__ARRAY_SIZE_TYPE__", 4);

	if (nr > UINT32_MAX)
		fail("%s: an array has no end", w->obj->path);
	return must(w, btf__add_array(w->btf, index, element, (uint32_t)nr));
}

/* What is not understood has a size. */
static int add_bytes(struct btf_writer *w, Dwarf_Die *type)
{
	return add_array(w, add_once(w, &w->byte, "unsigned char", 1), type_bits(type) / 8);
}

static int add_base(struct btf_writer *w, Dwarf_Die *type)
{
	const char *name = dwarf_diename(type);
	uint64_t size = type_bits(type) / 8;
	int encoding = 0;

	if (!name || !size || size > 16 || (size & (size - 1)))
		return add_bytes(w, type);
	switch (type_number(type, DW_AT_encoding, 0)) {
	case DW_ATE_signed:
		encoding = BTF_INT_SIGNED;
		break;
	case DW_ATE_boolean:
		encoding = BTF_INT_BOOL;
		break;
	case DW_ATE_float:
	case DW_ATE_complex_float:
		return add_bytes(w, type);
	}
	return must(w, btf__add_int(w->btf, name, size, encoding));
}

static int add_enum(struct btf_writer *w, Dwarf_Die *type)
{
	uint64_t size = type_bits(type) / 8;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return add_bytes(w, type);
	return must(w, btf__add_enum(w->btf, dwarf_diename(type), (uint32_t)size));
}

static int add_type(struct btf_writer *w, const Dwarf_Die *type, unsigned int depth);

static int add_elements(struct btf_writer *w, Dwarf_Die *array, unsigned int depth)
{
	uint64_t nr = 1, count;
	Dwarf_Die of, range;

	if (!type_of(array, &of))
		return add_bytes(w, array);
	if (!dwarf_child(array, &range)) {
		do {
			if (dwarf_tag(&range) != DW_TAG_subrange_type)
				continue;
			count = type_number(&range, DW_AT_count,
					    type_number(&range, DW_AT_upper_bound, -1UL) + 1);
			if (count && nr > UINT32_MAX / count)
				fail("%s: an array has no end", w->obj->path);
			nr *= count;
		} while (next_sibling(w, &range));
	}
	return add_array(w, add_type(w, &of, depth), nr);
}

struct field {
	const char *name;
	int type;
	uint64_t bit, bits;
};

/* Types of members first: libbpf adds fields to what was added last. */
static struct field *add_member_types(struct btf_writer *w, Dwarf_Die *type, size_t *nr,
				      unsigned int depth)
{
	struct field *fields = NULL, field;
	Dwarf_Die member, of;

	*nr = 0;
	if (dwarf_child(type, &member))
		return NULL;
	do {
		if (dwarf_tag(&member) != DW_TAG_member || !type_of(&member, &of))
			continue;
		field = (struct field){
			.name = dwarf_diename(&member), .type = add_type(w, &of, depth),
			.bit = member_bit(&member),
			.bits = type_number(&member, DW_AT_bit_size, 0),
		};
		PUSH(fields, *nr, field);
	} while (next_sibling(w, &member));
	return fields;
}

static int add_aggregate(struct btf_writer *w, Dwarf_Die *type, unsigned int depth)
{
	const char *name = dwarf_diename(type);
	uint32_t size = (uint32_t)(type_bits(type) / 8);
	struct field *f;
	size_t i, nr;
	int id;

	f = add_member_types(w, type, &nr, depth);
	id = must(w, dwarf_tag(type) == DW_TAG_union_type ?
		     btf__add_union(w->btf, name, size) : btf__add_struct(w->btf, name, size));
	for (i = 0; i < nr; i++) {
		if (f[i].bit > UINT32_MAX || f[i].bits > UINT8_MAX)
			fail("%s: a member of %s is nowhere", w->obj->path, name ?: "a type");
		must(w, btf__add_field(w->btf, f[i].name, f[i].type, (uint32_t)f[i].bit,
				       (uint32_t)f[i].bits));
	}
	free(f);
	return id;
}

static int add_new(struct btf_writer *w, Dwarf_Die *type, unsigned int depth)
{
	switch (dwarf_tag(type)) {
	case DW_TAG_base_type:
		return add_base(w, type);
	case DW_TAG_pointer_type:
		if (!w->pointer)
			w->pointer = must(w, btf__add_ptr(w->btf, 0));
		return w->pointer;
	case DW_TAG_enumeration_type:
		return add_enum(w, type);
	case DW_TAG_array_type:
		return add_elements(w, type, depth);
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return add_aggregate(w, type, depth);
	default:
		return add_bytes(w, type);
	}
}

/* Each place of the debug information once. */
static int add_type(struct btf_writer *w, const Dwarf_Die *type, unsigned int depth)
{
	struct written done;
	Dwarf_Die die = *type;
	const char *alias;
	size_t i;

	if (++depth > DEPTH_MAX)
		fail("%s: debug information refers to itself", w->obj->path);
	if (!type_peel(&die, &alias))
		return add_array(w, add_once(w, &w->byte, "unsigned char", 1), 0);
	done.offset = dwarf_dieoffset(&die);
	for (i = 0; i < w->nr; i++)
		if (w->list[i].offset == done.offset)
			return w->list[i].id;
	done.id = add_new(w, &die, depth);
	PUSH(w->list, w->nr, done);
	return done.id;
}

/* Made up by the changed source file? Headers are the kernel's. */
static bool is_new(const struct btf_writer *w, Dwarf_Die *die, const char *name)
{
	const char *file = dwarf_decl_file(die);
	size_t len = file ? strlen(file) : 0;

	return len > 2 && !strcmp(file + len - 2, ".c") && !layouts_have(w->before, name);
}

static void add_tagged(struct btf_writer *w, Dwarf_Die *die)
{
	char *name = aggregate_name(die, NULL);

	if (name && !dwarf_hasattr(die, DW_AT_declaration) && used_name(w->used, name) &&
	    !is_new(w, die, name))
		add_type(w, die, 0);
}

/* gcc's dump has "struct foo_t" if that is its only name. */
static bool typedef_is_used(const struct btf_writer *w, const char *name)
{
	return used_name(w->used, name) || used_name(w->used, xasprintf("struct %s", name)) ||
	       used_name(w->used, xasprintf("union %s", name));
}

/* The name of something that has no other, or another name of what has one. */
static void add_typedef(struct btf_writer *w, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die), *alias;
	Dwarf_Die type = *die;

	if (!name || !typedef_is_used(w, name) || !type_peel(&type, &alias) ||
	    !type_is_aggregate(&type) || dwarf_hasattr(&type, DW_AT_declaration))
		return;
	if (dwarf_diename(&type)) {
		add_type(w, &type, 0);
	} else if (!is_new(w, die, alias)) {
		/* In a chain of typedefs the last one is what this is. */
		must(w, btf__add_typedef(w->btf, alias, add_type(w, &type, 0)));
	}
}

/* New data of the payload need not be named in code. */
static bool is_included(const struct btf_writer *w, const char *name)
{
	const struct section *sec;
	size_t i, j, len = strlen(name);

	for (i = 1; i < w->obj->nr_secs; i++) {
		sec = &w->obj->secs[i];
		if (sec->kind != SEC_DATA || !sec->include)
			continue;
		for (j = 0; j < sec->nr_syms; j++)
			if (!strncmp(sec->syms[j]->name, name, len) &&
			    (!sec->syms[j]->name[len] || sec->syms[j]->name[len] == '.'))
				return true;
	}
	return false;
}

/* An object of the type itself, or an array of them. */
static void add_variable(struct btf_writer *w, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die), *alias;
	unsigned int depth = 0;
	Dwarf_Die type;

	if (!name || !(used_name(w->used, name) || is_included(w, name)) || !type_of(die, &type))
		return;
	while (type_peel(&type, &alias) && dwarf_tag(&type) == DW_TAG_array_type)
		if (++depth > DEPTH_MAX || !type_of(&type, &type))
			return;
	if (type_is_aggregate(&type) && dwarf_diename(&type))
		add_tagged(w, &type);
}

static void add_children(struct btf_writer *w, Dwarf_Die *parent, unsigned int depth)
{
	Dwarf_Die die;

	if (depth > DEPTH_MAX)
		fail("%s: debug information is nested too deeply", w->obj->path);
	if (dwarf_child(parent, &die))
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			/* A function's own types have no name outside of it. */
			if (!depth)
				add_tagged(w, &die);
			break;
		case DW_TAG_typedef:
			if (!depth)
				add_typedef(w, &die);
			break;
		case DW_TAG_variable:
			add_variable(w, &die);
			break;
		case DW_TAG_subprogram:
		case DW_TAG_lexical_block:
			add_children(w, &die, depth + 1);
			break;
		}
	} while (next_sibling(w, &die));
}

static void write_raw(const struct btf *btf, const char *path)
{
	uint32_t size;
	const void *data = btf__raw_data(btf, &size);
	FILE *f = file_create(path);

	if (!data || fwrite(data, 1, size, f) != size)
		fail("%s: cannot be written", path);
	file_written(f, path);
}

void types_btf_write(const struct object *after, const char *dump,
		     const struct layouts *before, const char *out)
{
	struct btf_writer w = { .obj = after, .before = before, .btf = btf__new_empty() };
	Dwarf *dwarf = debuginfo_open(after->path);
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	if (!w.btf)
		fail("out of memory");
	w.used = used_read(dump, after);
	while (!dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL))
		add_children(&w, &die, 0);
	write_raw(w.btf, out);
}

void types_btf_merge(char *const *paths, size_t nr, const char *out)
{
	struct btf *all = btf__new_empty(), *one;
	size_t i;

	libbpf_set_print(NULL);
	for (i = 0; all && i < nr; i++) {
		one = btf__parse_raw(paths[i]);
		if (!one || btf__add_btf(all, one) < 0)
			fail("%s: cannot be read as BTF", paths[i]);
		btf__free(one);
	}
	if (!all || btf__dedup(all, NULL))
		fail("%s: types cannot be brought together", out);
	write_raw(all, out);
	btf__free(all);
}
