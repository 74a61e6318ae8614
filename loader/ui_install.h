/* SPDX-License-Identifier: MIT */
/*
 * Bundles that are to be there in every boot.
 */
#ifndef MEND_UI_INSTALL_H
#define MEND_UI_INSTALL_H

#include "lib/installed.h"
#include "ui_job.h"
#include "ui_record.h"

/** ui_install_same() - is that, byte by byte, what the store has for that entry? */
bool ui_install_same(const struct installed *in, const struct bundle *b);

/** ui_install_missing() - is any of them not installed yet, or with another bundle? */
bool ui_install_missing(const struct ui_request *q, const struct bundle *bundles);

/** ui_install_space() - is there room for them? */
int ui_install_space(const struct ui_request *q, const struct bundle *bundles, struct err *e);

/** ui_install_keep() - bundle first, entry then; each on disk. @rec has its number */
int ui_install_keep(const struct ui_record *rec, const struct ui_request *q,
		    const struct bundle *bundles, struct err *e);

/** ui_install_print() - that they are installed, and nothing was switched; the exit code */
int ui_install_print(const struct ui *ui, const struct ui_request *q,
		     const struct bundle *bundles, bool are_on);

#endif /* MEND_UI_INSTALL_H */
