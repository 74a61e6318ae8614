/* SPDX-License-Identifier: GPL-2.0-only */
/* Load-time parameters; set once, before anything else runs. */
#ifndef MEND_MAIN_H
#define MEND_MAIN_H

#include <linux/types.h>

#define MEND_VERSION	"0.1.0"

/** mend_require_signature - refuse payloads that were not authorized */
extern bool mend_require_signature;

#endif /* MEND_MAIN_H */
