// SPDX-License-Identifier: MIT
/*
 * Times for people, and from them.
 */
#include <stdio.h>
#include <time.h>

#include "ui.h"

int64_t ui_now(void)
{
	return (int64_t)time(NULL);
}

const char *ui_duration(uint64_t ns, char *out)
{
	if (ns < 1000)
		snprintf(out, 32, "%ju ns", (uintmax_t)ns);
	else if (ns < 1000000)
		snprintf(out, 32, "%.1f us", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(out, 32, "%.1f ms", (double)ns / 1e6);
	else
		snprintf(out, 32, "%.2f s", (double)ns / 1e9);
	return out;
}

const char *ui_span(uint64_t ms, char *out)
{
	static const struct { const char *name; uint64_t ms; } units[] = {
		{ "d", 86400000 }, { "h", 3600000 }, { "min", 60000 }, { "s", 1000 },
	};
	uint64_t n, rest;
	size_t i = 0;

	if (ms < 10000 && ms % 1000) {
		snprintf(out, 32, "%.1f s", (double)ms / 1e3);
		return out;
	}
	while (i < 3 && ms < units[i].ms)
		i++;
	n = ms / units[i].ms;
	rest = i < 3 ? ms % units[i].ms / units[i + 1].ms : 0;
	if (rest)
		snprintf(out, 32, "%ju %s %ju %s", (uintmax_t)n, units[i].name, (uintmax_t)rest,
			 units[i + 1].name);
	else
		snprintf(out, 32, "%ju %s", (uintmax_t)n, units[i].name);
	return out;
}

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

bool ui_period(const char *s, uint32_t max_ms, uint32_t *ms)
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
