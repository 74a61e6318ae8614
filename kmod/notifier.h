/* SPDX-License-Identifier: GPL-2.0-only */
/* The module notifier: payloads that arrive and leave. */
#ifndef MEND_NOTIFIER_H
#define MEND_NOTIFIER_H

int notifier_init(void);
void notifier_exit(void);

#endif /* MEND_NOTIFIER_H */
