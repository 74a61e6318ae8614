/* SPDX-License-Identifier: MIT */
/*
 * This machine, and what is to be said of it.
 */
#ifndef MEND_UI_SURVEY_H
#define MEND_UI_SURVEY_H

#include "lib/standing.h"

/** ui_survey() - on success ends with survey_free() */
int ui_survey(struct survey *s, struct standing *st, struct err *e);

#endif /* MEND_UI_SURVEY_H */
