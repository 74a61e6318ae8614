/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/mend: the door. The protocol stands in uapi/linux/mend.h.
 */
#ifndef MEND_CTL_H
#define MEND_CTL_H

/** ctl_init() - open the door; the last thing that mend's init does */
int ctl_init(void);

/** ctl_exit() - close it; the first thing that mend's exit does */
void ctl_exit(void);

#endif /* MEND_CTL_H */
