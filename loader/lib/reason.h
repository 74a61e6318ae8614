/* SPDX-License-Identifier: MIT */
/*
 * Reasons by number: the name that --json prints, the exit code, the hint.
 */
#ifndef MEND_LIB_REASON_H
#define MEND_LIB_REASON_H

#include <stddef.h>

#include "err.h"

/**
 * struct reason_info - one reason
 * @number:	enum mend_reason or enum local_reason
 * @name:	the constant's name without its prefix
 * @code:	exit code
 * @hint:	what to do, or NULL
 */
struct reason_info {
	uint32_t number;
	const char *name;
	enum exit_code code;
	const char *hint;
};

/** reason_lookup() - never NULL: a number from a newer kernel gives "UNKNOWN" */
const struct reason_info *reason_lookup(uint32_t number);

/** reason_at() - the table's @i-th entry, or NULL behind the last */
const struct reason_info *reason_at(size_t i);

#endif /* MEND_LIB_REASON_H */
