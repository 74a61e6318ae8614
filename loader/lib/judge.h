/* SPDX-License-Identifier: MIT */
/*
 * Probation with a health command: confirmed if it passes, taken back if not.
 */
#ifndef MEND_LIB_JUDGE_H
#define MEND_LIB_JUDGE_H

#include "apply.h"

/** judge_health_ms() - how much of the probation the health command may take */
uint32_t judge_health_ms(uint32_t probation_ms);

/**
 * judge_run() - run a health command, and confirm or take back
 * @a:	what apply_run() has switched on, on probation
 *
 * Returns 0 if it passed and all is confirmed. MEND_R_HEALTH with
 * EXIT_CODE_ROLLED_BACK if it failed and mend.ko has taken everything back, or is
 * about to; MEND_R_INTERRUPTED if a signal came: the probation goes on.
 */
int judge_run(const struct machine *mc, const struct apply *a, const char *command,
		    struct err *e);

/** judge_confirm() - confirm these; that somebody else was quicker is as good */
int judge_confirm(const struct machine *mc, const char *const *names, size_t nr_names,
		  struct err *e);

/**
 * judge_take_back() - have mend.ko take a patch back, with those of the same switch
 * @several:	there are such
 * @e:		how the health command failed; says then what became of the patch
 */
void judge_take_back(const struct machine *mc, const char *name, uint64_t generation, bool several,
		     struct err *e);

#endif /* MEND_LIB_JUDGE_H */
