/* SPDX-License-Identifier: MIT */
/*
 * A command's record: in the store and in the journal.
 */
#ifndef MEND_UI_RECORD_H
#define MEND_UI_RECORD_H

#include "lib/revert.h"
#include "lib/store.h"
#include "ui.h"

/**
 * struct ui_record - what the command is about to do, and did
 * @stored:	in the store, where it is to be kept up to date
 */
struct ui_record {
	const struct ui *ui;
	struct record record;
	struct store store;
	bool stored;
};

/** ui_record_begin() - nothing is written of it yet; ends with ui_record_end() */
void ui_record_begin(struct ui_record *rec, const struct ui *ui);

/**
 * ui_record_attempt() - on disk when it returns: from here on a crash leaves a trace
 *
 * A second time it tells of what is attempted instead.
 */
int ui_record_attempt(struct ui_record *rec, struct err *e);

/**
 * ui_record_outcome() - how it went so far; @sw may be NULL
 *
 * If it cannot be written, a warning says so: it has happened all the same.
 */
void ui_record_outcome(struct ui_record *rec, enum record_outcome outcome,
		       const struct mend_switch *sw);

/** ui_record_failed() - as ui_record_outcome(): it did not work, or was refused before that */
void ui_record_failed(struct ui_record *rec, const struct err *e);

/**
 * ui_record_once() - instead of all that, for what needs no trace before it is done
 * @e:		NULL: it worked, and this is the @outcome
 *
 * Where nothing was ever recorded it stays so: no disk must keep anybody from going back.
 */
void ui_record_once(struct ui_record *rec, enum record_outcome outcome, const struct err *e,
		    const struct mend_switch *sw);

/** ui_record_open() - from here on it is in the store, which is made; a warning if it cannot be */
void ui_record_open(struct ui_record *rec);

/** ui_record_note() - the record as it is, of what was not even begun */
void ui_record_note(struct ui_record *rec);

/** ui_record_end() - what others have left unfinished is written down as well */
void ui_record_end(struct ui_record *rec);

#endif /* MEND_UI_RECORD_H */
