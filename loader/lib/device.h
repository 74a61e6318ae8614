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
 * struct switch_request - one switch
 * @ops:	what goes on and off, 1 .. MEND_SWITCH_OPS_MAX
 * @flags:	MEND_SWITCH_*
 * @probation_ms: 0: none
 */
struct switch_request {
	const struct mend_op *ops;
	uint32_t nr_ops, flags, probation_ms;
	const struct switch_wait *wait;
};

/**
 * device_switch() - turn patches on and off at one instant
 * @result:	filled in also on failure; its blocker only with MEND_R_BUSY or
 *		MEND_R_UNRELIABLE in @e
 *
 * MEND_R_INTERRUPTED if a signal came, also if @request->wait->stop knew it before.
 */
int device_switch(struct device *d, const struct switch_request *request,
		  struct mend_switch *result, struct err *e);

/** device_stopped() - -1 with MEND_R_INTERRUPTED if @wait->stop says so, otherwise 0 */
int device_stopped(const struct switch_wait *wait, struct err *e);

/**
 * device_probation() - confirm a patch that is on probation, or have it taken back
 * @generation:	0: the one that is on
 * @action:	MEND_PROBATION_*
 * @reason:	why it is taken back; MEND_R_OK with MEND_PROBATION_CONFIRM
 */
int device_probation(struct device *d, const char *name, uint64_t generation, uint32_t action,
		     uint32_t reason, struct err *e);

/**
 * device_verify() - compare the running code with what was switched on
 * @v:	filled in also on failure
 *
 * MEND_R_INTEGRITY: it differs, and the message says where first.
 */
int device_verify(struct device *d, struct mend_verify *v, struct err *e);

/** device_op() - one operation; @name is valid */
struct mend_op device_op(const char *name, uint64_t generation, uint32_t action);

#endif /* MEND_LIB_DEVICE_H */
