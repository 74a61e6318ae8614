/* SPDX-License-Identifier: MIT */
/*
 * Confirming patches that are on probation.
 */
#ifndef MEND_LIB_PROBATION_H
#define MEND_LIB_PROBATION_H

#include "sysfs.h"

/** struct probation_patch - one that was confirmed */
struct probation_patch {
	char name[MEND_NAME_LEN];
	uint64_t generation;
};

/**
 * struct confirm - what is to stay
 * @names:	of which patches
 * @nr_names:	0: all that are on probation
 * @patches:	out: those that were on probation and are not any more: also those
 *		that went on in the same switch as one of the names
 */
struct confirm {
	const char *const *names;
	size_t nr_names;
	struct probation_patch *patches;
	size_t nr_patches;
};

/**
 * probation_confirm() - end the probation
 *
 * MEND_R_NO_PATCH, nothing done, if a name is not known. ERR_NOTHING if none was on
 * probation. EXIT_CODE_ROLLED_BACK, with the reason, if one has been taken back
 * already; others may have been confirmed all the same. Ends with confirm_free(),
 * also on failure.
 */
int probation_confirm(const struct machine *mc, struct confirm *c, struct err *e);

void confirm_free(struct confirm *c);

#endif /* MEND_LIB_PROBATION_H */
