/* SPDX-License-Identifier: GPL-2.0-only */
/* Suspend and hibernation: no switch meanwhile. */
#ifndef MEND_SUSPEND_H
#define MEND_SUSPEND_H

int suspend_init(void);
void suspend_exit(void);

#endif /* MEND_SUSPEND_H */
