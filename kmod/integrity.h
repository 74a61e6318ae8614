/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is what runs what was switched on?
 */
#ifndef MEND_INTEGRITY_H
#define MEND_INTEGRITY_H

#include <uapi/linux/mend.h>

/**
 * integrity_verify() - compare all patches that are on; see MEND_IOC_VERIFY
 * @out: its "out" fields are filled in
 *
 * A patch that differs is degraded. Takes registry_mutex; sleeps.
 *
 * Return: 0; -EUCLEAN with MEND_R_INTEGRITY.
 */
int integrity_verify(struct mend_verify *out);

/** integrity_seconds - the time between two looks of the worker; 0: it does not look */
extern unsigned int integrity_seconds;

/** integrity_changed() - after a change of integrity_seconds */
void integrity_changed(void);

/** integrity_init(), integrity_exit() - start and end the worker */
void integrity_init(void);
void integrity_exit(void);

#endif /* MEND_INTEGRITY_H */
