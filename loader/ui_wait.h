/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a switch on a terminal: a live line, and Ctrl-C.
 */
#ifndef MEND_UI_WAIT_H
#define MEND_UI_WAIT_H

#include <signal.h>

#include "lib/waiting.h"
#include "ui.h"

/** struct ui_wait - between begin and end; @wait is for apply_bundle() and revert_patch() */
struct ui_wait {
	struct switch_wait wait;
	bool shown;
	struct sigaction old_int, old_term;
};

/**
 * ui_wait_begin() - from here on SIGINT and SIGTERM end the wait, not the program
 *
 * The line is shown only on a terminal and without --json. Where the caller of mend ignores a
 * signal, so does mend.
 */
void ui_wait_begin(struct ui_wait *w, const struct ui *ui, uint32_t timeout_ms);
void ui_wait_end(struct ui_wait *w);

#endif /* MEND_UI_WAIT_H */
