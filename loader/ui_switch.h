/* SPDX-License-Identifier: MIT */
/*
 * What "apply" and "revert" have in common: options of a switch, and its result.
 */
#ifndef MEND_UI_SWITCH_H
#define MEND_UI_SWITCH_H

#include "lib/record.h"
#include "lib/revert.h"
#include "ui.h"

/**
 * struct ui_switch - how to switch
 * @forced:	--force was given, with @word or without
 */
struct ui_switch {
	uint32_t timeout_ms;
	bool forced;
	const char *word;
};

#define UI_SWITCH_DEFAULT	((struct ui_switch){ .timeout_ms = 10000 })

/** ui_switch_timeout() - --timeout; 0, or -1 with @ui->exit set */
int ui_switch_timeout(struct ui *ui, struct ui_switch *s, const char *arg);

/** ui_switch_force() - tell the risk, and ask for consent; 0, or -1 with @ui->exit set */
int ui_switch_force(struct ui *ui, const struct ui_switch *s);

/** ui_switch_twice() - a name that is there twice, or NULL */
const char *ui_switch_twice(char *const *names, int nr);

/** ui_switch_names() - the patches that a command line names; 0, or the exit code */
int ui_switch_names(struct ui *ui, char *const *names, int nr);

/** ui_switch_result() - pause and what it took */
void ui_switch_result(const struct mend_switch *sw);

/** ui_switch_max_pause() - of mend.conf; 0: it has none, or is not understood */
uint64_t ui_switch_max_pause(void);

/** ui_switch_slow() - was the pause longer than @max_ns (0: any is good)? @r says so then */
bool ui_switch_slow(const struct mend_switch *sw, uint64_t max_ns, struct record *r);

/** ui_switch_warn() - and so does standard error */
bool ui_switch_warn(const struct ui *ui, const struct mend_switch *sw, uint64_t max_ns,
		    struct record *r);

/** ui_reverted() - one that is off now, or was before */
void ui_reverted(const struct revert_patch *p);

/** ui_switch_forced() - that tasks were inside */
void ui_switch_forced(void);

#endif /* MEND_UI_SWITCH_H */
