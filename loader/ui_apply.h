/* SPDX-License-Identifier: MIT */
/*
 * The result of "apply".
 */
#ifndef MEND_UI_APPLY_H
#define MEND_UI_APPLY_H

#include "lib/apply.h"

/** ui_apply() - what went on and off, and what it took */
void ui_apply(const struct apply *a);

/** ui_apply_probation() - what becomes of it; @confirmed: the health command has passed */
void ui_apply_probation(const struct apply *a, bool confirmed);

/**
 * ui_apply_json() - all of that
 * @too_long:	the pause was longer than mend.conf wants
 * @installed:	they are for every boot
 */
int ui_apply_json(const struct apply *a, bool confirmed, bool too_long, bool installed);

/** ui_apply_first() - a patch that went on and was not on before, or NULL */
const char *ui_apply_first(const struct apply *a);

#endif /* MEND_UI_APPLY_H */
