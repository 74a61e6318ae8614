// SPDX-License-Identifier: MIT
/*
 * What is installed, in words.
 */
#include "ui_installed.h"

#include <stdio.h>

#include "lib/utc.h"
#include "ui.h"

static const char *at_boot(enum installed_fate fate)
{
	static const char *const words[] = {
		[INSTALLED_FITS] = "goes on", [INSTALLED_SUPERSEDED] = "superseded: ",
		[INSTALLED_UNFIT] = "skipped: ", [INSTALLED_HELD_BACK] = "held back: ",
		[INSTALLED_REFUSED] = "refused: ",
	};

	return words[fate];
}

static void row(const struct survey_installed *si)
{
	const struct prospect *p = &si->prospect;
	char when[UTC_LEN] = "?";

	utc_format(si->in.when, when);
	printf("%-24s %10ju  %-16s %-21s %s", si->in.name, (uintmax_t)si->in.generation,
	       si->on ? "on" : "not on", when, at_boot(p->fate));
	if (p->fate != INSTALLED_FITS)
		ui_text(stdout, p->why.message);
	else if (si->in.probation_ms && !p->proven)
		fputs(", on probation", stdout);
	putchar('\n');
}

void ui_installed_table(const struct survey *s)
{
	size_t i;

	if (s->nr_installed)
		printf("%-24s %10s  %-16s %-21s %s\n", "INSTALLED", "GENERATION", "NOW", "SINCE",
		       "AT BOOT");
	for (i = 0; i < s->nr_installed; i++)
		row(&s->installed[i]);
	if (s->damaged_installed)
		printf("%zu of the entries in " STORE_DIR "/installed cannot be read.\n",
		       s->damaged_installed);
}
