/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a switch on a terminal: a live line, and Ctrl-C.
 */
#ifndef MEND_UI_WAIT_H
#define MEND_UI_WAIT_H

#include <signal.h>

#include "lib/waiting.h"
#include "ui.h"

#define UI_WAIT_SIGNALS	3	/* SIGINT, SIGTERM and SIGHUP */

/** struct ui_wait - between begin and end; @wait is for apply_bundle() and revert_patch() */
struct ui_wait {
	struct switch_wait wait;
	bool shown;
	struct sigaction old[UI_WAIT_SIGNALS];
};

/**
 * ui_wait_begin() - from here on these signals end the wait, not the program
 *
 * A program that is gone leaves payloads behind, loaded and off; a terminal that hangs up is
 * no reason for that. The line is shown only on a terminal and without --json. Where the caller
 * of mend ignores a signal, so does mend.
 */
void ui_wait_begin(struct ui_wait *w, const struct ui *ui, uint32_t timeout_ms);
void ui_wait_end(struct ui_wait *w);

#endif /* MEND_UI_WAIT_H */
