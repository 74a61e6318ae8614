/* SPDX-License-Identifier: MIT */
/*
 * What is installed, for people.
 */
#ifndef MEND_UI_INSTALLED_H
#define MEND_UI_INSTALLED_H

#include "lib/survey.h"

/** ui_installed_table() - a line each; nothing if there is none */
void ui_installed_table(const struct survey *s);

#endif /* MEND_UI_INSTALLED_H */
