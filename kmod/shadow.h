/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow variables; what payloads use of them is in mend/shadow.h.
 */
#ifndef MEND_SHADOW_INTERNAL_H
#define MEND_SHADOW_INTERNAL_H

/** shadow_exit() - free what payloads have left behind; no payload is loaded */
void shadow_exit(void);

#endif /* MEND_SHADOW_INTERNAL_H */
