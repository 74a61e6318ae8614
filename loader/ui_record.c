// SPDX-License-Identifier: MIT
/*
 * Records of commands. The attempt is on disk before mend.ko is asked for anything, the
 * outcome after; whoever reads the first without the second knows that something went
 * wrong in between.
 */
#include "ui_record.h"

#include <stdio.h>
#include <string.h>

#include "lib/check.h"
#include "lib/journal.h"

void ui_record_begin(struct ui_record *rec, const struct ui *ui)
{
	/* After this command sysfs may not tell any more what became of earlier ones. */
	store_settle(&machine_real);
	memset(rec, 0, sizeof(*rec));
	rec->ui = ui;
	record_begin(&machine_real, &rec->record, ui->cmd->name);
}

/*
 * An attempt that has room, and whose outcome has none, would be taken for a crash after the
 * next boot: so both must have it.
 */
int ui_record_attempt(struct ui_record *rec, struct err *e)
{
	if (rec->stored)
		return store_write(&rec->store, &rec->record, e);
	if (check_disk_now(&machine_real, 0, e))
		return err_hint(e, "what is done must be recorded first: free some space, or make "
				"it writable; 'mend apply --unrecorded' does without");
	if (store_open(&machine_real, &rec->store, e))
		return -1;
	if (store_write(&rec->store, &rec->record, e)) {
		store_close(&rec->store);
		return -1;
	}
	rec->stored = true;
	return 0;
}

static void write_down(struct ui_record *rec)
{
	struct err e;

	journal_record(&machine_real, &rec->record);
	if (!rec->stored || !store_write(&rec->store, &rec->record, &e))
		return;
	if (!rec->ui->json)
		fprintf(stderr, "mend %s: it could not be recorded how it went: %s\n",
			rec->ui->cmd->name, e.message);
}

void ui_record_outcome(struct ui_record *rec, enum record_outcome outcome,
		       const struct mend_switch *sw)
{
	rec->record.outcome = outcome;
	if (sw)
		rec->record.pause_ns = sw->pause_ns;
	write_down(rec);
}

/* None is begun for what needs none. */
static void open_if_there(struct ui_record *rec)
{
	struct err ignored;

	if (!rec->stored && store_exists(&machine_real) &&
	    !store_open(&machine_real, &rec->store, &ignored))
		rec->stored = true;
}

void ui_record_open(struct ui_record *rec)
{
	struct err e;

	rec->stored = !store_open(&machine_real, &rec->store, &e);
	if (!rec->stored && !rec->ui->json)
		fprintf(stderr, "mend %s: warning: it will not be recorded: %s\n",
			rec->ui->cmd->name, e.message);
}

void ui_record_note(struct ui_record *rec)
{
	open_if_there(rec);
	write_down(rec);
}

void ui_record_failed(struct ui_record *rec, const struct err *e)
{
	enum record_outcome outcome = RECORD_FAILED;

	if (e->code == EXIT_CODE_NOTHING && !rec->stored)
		return;
	if (e->code == EXIT_CODE_NOTHING)
		outcome = RECORD_DONE;
	else if (e->code == EXIT_CODE_ROLLED_BACK)
		outcome = RECORD_ROLLED_BACK;
	else if (e->code == EXIT_CODE_REFUSED)
		outcome = RECORD_REFUSED;
	if (outcome == RECORD_REFUSED)
		open_if_there(rec);
	record_fail(&rec->record, outcome, e);
	write_down(rec);
}

void ui_record_once(struct ui_record *rec, enum record_outcome outcome, const struct err *e,
		    const struct mend_switch *sw)
{
	if (e && e->code == EXIT_CODE_NOTHING)
		return;
	open_if_there(rec);
	if (e)
		ui_record_failed(rec, e);
	else
		ui_record_outcome(rec, outcome, sw);
	ui_record_end(rec);
}

void ui_record_end(struct ui_record *rec)
{
	if (!rec->stored)
		return;
	store_settle(&machine_real);
	store_close(&rec->store);
}
