// SPDX-License-Identifier: MIT
/*
 * Times as people write them. No floating point: what is written is what is meant.
 */
#include "period.h"

#include <stddef.h>

/* "s" and so on, or nothing: milliseconds in one; 0: something else */
static uint64_t unit_ms(const char *s)
{
	if (*s && s[1])
		return 0;
	switch (*s) {
	case '\0':
	case 's':
		return 1000;
	case 'm':
		return 60000;
	case 'h':
		return 3600000;
	case 'd':
		return 86400000;
	default:
		return 0;
	}
}

/* Digits, which are needed; the value stays at @max once it is there. */
static const char *digits(const char *s, uint64_t max, uint64_t *value, uint64_t *scale)
{
	const char *begin = s;

	*value = 0;
	*scale = 1;
	for (; *s >= '0' && *s <= '9'; s++) {
		*value = *value * 10 + (uint64_t)(*s - '0');
		*scale *= 10;
		if (*value > max)
			*value = max;
	}
	return s == begin ? NULL : s;
}

bool period_parse(const char *s, uint32_t max_ms, uint32_t *ms)
{
	uint64_t whole, part = 0, scale = 1, unit, total;
	const char *point;

	s = digits(s, UINT32_MAX, &whole, &unit);
	if (s && *s == '.') {
		point = s + 1;
		s = digits(point, 999, &part, &scale);
		if (s && s - point > 3)
			return false;
	}
	unit = s ? unit_ms(s) : 0;
	if (!unit)
		return false;
	total = whole * unit + part * unit / scale;
	if (total > max_ms)
		return false;
	*ms = (uint32_t)total;
	return true;
}
