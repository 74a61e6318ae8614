/* SPDX-License-Identifier: MIT */
/*
 * /dev/mend: the protocol of linux/mend.h as functions.
 */
#ifndef MEND_LIB_DEVICE_H
#define MEND_LIB_DEVICE_H

#include "bytes.h"
#include "machine.h"
#include "waiting.h"

struct device {
	const struct machine *mc;
	int fd;
};

int device_open(struct device *d, const struct machine *mc, struct err *e);
void device_close(struct device *d);

int device_info(struct device *d, struct mend_info *info, struct err *e);

/** device_authorize() - a descriptor for device_load(), or -1 */
int device_authorize(struct device *d, struct bytes manifest, struct bytes signature,
		     struct bytes payload, struct err *e);

/**
 * device_load() - the kernel's module loader reads the authorized payload
 *
 * By the thread that authorized it. On failure @e tells mend.ko's reason, or
 * the module loader's.
 */
int device_load(struct device *d, int fd, struct err *e);

/**
 * device_switch() - turn patches on and off at one instant
 * @result:	filled in also on failure; its blocker only with MEND_R_BUSY or
 *		MEND_R_UNRELIABLE in @e
 *
 * MEND_R_INTERRUPTED if a signal came, also if @wait->stop knew it before.
 */
int device_switch(struct device *d, const struct mend_op *ops, uint32_t nr_ops,
		  const struct switch_wait *wait, struct mend_switch *result, struct err *e);

/** device_op() - one operation; @name is valid */
struct mend_op device_op(const char *name, uint64_t generation, uint32_t action);

#endif /* MEND_LIB_DEVICE_H */
