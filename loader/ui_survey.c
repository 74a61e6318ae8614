// SPDX-License-Identifier: MIT
/*
 * Looking at this machine.
 */
#include "ui_survey.h"

#include <stdio.h>

#include "lib/check.h"
#include "ui.h"

/* Why this kernel cannot be patched, into @text; NULL: it can be, as far as is known */
static const char *unfit(const struct survey *s, char *text, size_t size)
{
	struct checks c = { 0 };
	bool bad = false;
	struct err e;

	if (!s->loaded) {
		check_kernel(&machine_real, &c);
		bad = checks_error(&c, &e);
		checks_free(&c);
	}
	if (bad)
		snprintf(text, size, "%s", e.message);
	return bad ? text : NULL;
}

int ui_survey(struct survey *s, struct standing *st, struct err *e)
{
	char text[ERR_TEXT_LEN];

	if (survey_read(&machine_real, ui_now(), s, e))
		return -1;
	standing_judge(s, unfit(s, text, sizeof(text)), st);
	return 0;
}
