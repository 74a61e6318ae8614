// SPDX-License-Identifier: MIT
/*
 * Times for people.
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
