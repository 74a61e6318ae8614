// SPDX-License-Identifier: MIT
/*
 * Which section is of which kind; see enum section_kind. Part of loading, for
 * objects that were compiled with a section for each function and variable.
 */
#include <string.h>

#include "object.h"
#include "tables.h"

static bool is_anonymous(const struct section *sec)
{
	return !section_symbol(sec);
}

/* Aliases stand at one address. A label inside of a function is none. */
static bool is_one_symbol(const struct section *sec, unsigned char type)
{
	const struct symbol *first = section_symbol(sec);
	size_t i;

	if (!first || first->type != type)
		return false;
	for (i = 0; i < sec->nr_syms; i++)
		if ((sec->syms[i]->type == STT_FUNC || sec->syms[i]->type == STT_OBJECT) &&
		    (sec->syms[i]->value != first->value || sec->syms[i]->type != type ||
		     sec->syms[i]->size != first->size))
			return false;
	return true;
}

/* Made anew for the payload by modpost, or of no use in it. */
static bool is_ignored(const struct section *sec)
{
	static const char *const names[] = {
		".comment", ".note", ".modinfo", ".discard.addressable", ".printk_index",
		"__ksymtab_strings", ".rela", ".symtab", ".strtab", ".shstrtab",
		/* of padding in front of functions, not of calls of ftrace */
		"__patchable_function_entries",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (has_prefix(sec->name, names[i]))
			return true;
	return false;
}

static enum section_kind kind_of(const struct section *sec)
{
	if (is_ignored(sec))
		return SEC_IGNORED;
	if (sec->table)
		return SEC_PIECES;
	if (!(sec->flags & SHF_ALLOC))
		return SEC_IGNORED;
	if (has_prefix(sec->name, ".mend."))
		return SEC_HOOK;
	if (section_is_code(sec))
		return has_prefix(sec->name, ".text.") && is_one_symbol(sec, STT_FUNC) ?
		       SEC_FUNC : SEC_TEXT;
	if (!strcmp(sec->name, ".data.once") || !strcmp(sec->name, ".data..once"))
		return SEC_ONCE;
	if (is_anonymous(sec) && !(sec->flags & SHF_WRITE) && has_prefix(sec->name, ".rodata"))
		return SEC_CONST;
	if ((has_prefix(sec->name, ".data.") || has_prefix(sec->name, ".bss.") ||
	     has_prefix(sec->name, ".rodata.")) && !has_prefix(sec->name, ".data..") &&
	    !has_prefix(sec->name, ".bss..") &&
	    is_one_symbol(sec, STT_OBJECT))
		return SEC_DATA;
	return SEC_SHARED;
}

void object_classify(struct object *obj)
{
	struct section *sec;
	size_t i;

	for (i = 1; i < obj->nr_secs; i++) {
		sec = &obj->secs[i];
		sec->table = table_find(sec->name);
		sec->kind = kind_of(sec);
	}
	tables_split(obj);
}
