// SPDX-License-Identifier: MIT
/* Names as the compiler makes them; see passes.h. Pure. */
#include <string.h>

#include "passes.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t base_name_len(const char *name)
{
	size_t len = strlen(name), n = len;

	while (n && is_digit(name[n - 1]))
		n--;
	return n > 1 && n < len && name[n - 1] == '.' ? n - 1 : len;
}

bool same_base_name(const char *a, const char *b)
{
	size_t len = base_name_len(a);

	return len == base_name_len(b) && !strncmp(a, b, len);
}

bool is_throwaway(const struct symbol *sym)
{
	static const char *const names[] = {
		"__key", "__warned", "__already_done", "__func__", "__FUNCTION__",
		"__PRETTY_FUNCTION__", "_rs", "CSWTCH", "_entry", "_entry_ptr", "descriptor",
		"__msg", "__print_once", "C",
	};
	size_t i, len = base_name_len(sym->name);

	if (sym->bind != STB_LOCAL || sym->type != STT_OBJECT || !sym->name[len])
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (len == strlen(names[i]) && !strncmp(sym->name, names[i], len))
			return true;
	return false;
}

size_t cold_parent_len(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot && !strcmp(dot, ".cold"))
		return (size_t)(dot - name);
	return 0;
}
