// SPDX-License-Identifier: MIT
/*
 * The manifest's values: what each key may hold. Pure.
 */
#include "manifest.h"

#include <string.h>

#define DIGITS	"0123456789"
#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALNUM	DIGITS LOWER UPPER

const char *const manifest_kinds[] = { "security", "bugfix", "feature", "test", NULL };
const char *const manifest_severities[] = {
	"critical", "important", "moderate", "low", "none", NULL
};
const char *const manifest_modes[] = { "none", "cumulative", NULL };

/* Only characters of @set, @min to @max of them. */
static bool made_of(const char *s, const char *set, size_t min, size_t max)
{
	size_t len = strlen(s);

	return len >= min && len <= max && strspn(s, set) == len;
}

bool manifest_is_word(const char *const *words, const char *s)
{
	for (; *words; words++)
		if (!strcmp(*words, s))
			return true;
	return false;
}

bool manifest_is_name(const char *s)
{
	return made_of(s, LOWER DIGITS "-", 1, MEND_NAME_LEN - 1) && strchr(LOWER, s[0]);
}

bool manifest_is_token(const char *s)
{
	return made_of(s, ALNUM "._:+-", 1, MEND_ID_LEN - 1);
}

bool manifest_is_release(const char *s)
{
	return made_of(s, ALNUM "._+~-", 1, MEND_RELEASE_LEN - 1) && strchr(ALNUM, s[0]);
}

bool manifest_is_cve(const char *s)
{
	return !strncmp(s, "CVE-", 4) && strspn(s + 4, DIGITS) == 4 && s[8] == '-' &&
	       made_of(s + 9, DIGITS, 4, 19);
}

bool manifest_is_object(const char *s)
{
	return made_of(s, ALNUM "_-", 1, MEND_OBJECT_LEN - 1);
}

bool manifest_is_symbol(const char *s)
{
	return made_of(s, ALNUM "_.$", 1, MEND_SYMBOL_LEN - 1);
}

bool manifest_number(const char *s, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;

	if (!made_of(s, DIGITS, 1, 20) || (s[0] == '0' && s[1]))
		return false;
	for (; *s; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return v >= min && v <= max;
}
