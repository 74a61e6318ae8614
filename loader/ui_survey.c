// SPDX-License-Identifier: MIT
/*
 * Looking at this machine.
 */
#include "ui_survey.h"

#include "ui.h"

int ui_survey(struct survey *s, struct standing *st, struct err *e)
{
	if (survey_read(&machine_real, ui_now(), s, e))
		return -1;
	standing_judge(s, st);
	return 0;
}
