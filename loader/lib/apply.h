/* SPDX-License-Identifier: MIT */
/*
 * Switching a bundle's patch on, and off again.
 */
#ifndef MEND_LIB_APPLY_H
#define MEND_LIB_APPLY_H

#include "bundle.h"
#include "device.h"

/**
 * struct apply_result - what was done
 * @payload:	the one for this kernel
 * @loaded:	it was not there before
 * @unloaded:	the switch failed and it is gone again
 * @replaced:	generation that was on until then; 0: none
 * @sw:		what mend.ko measured; its blocker if the switch was busy
 */
struct apply_result {
	const struct manifest_payload *payload;
	bool loaded, unloaded;
	uint64_t replaced;
	struct mend_switch sw;
};

/**
 * apply_bundle() - load the payload for this kernel and switch it on
 * @b:	verified
 *
 * If it fails, nothing has changed: a payload that it loaded is unloaded.
 * ERR_NOTHING if the patch is on already.
 */
int apply_bundle(const struct machine *mc, const struct bundle *b, const struct switch_wait *wait,
		 struct apply_result *r, struct err *e);

/**
 * struct revert_result - what was done
 * @generation:	the one that was on; 0: none was
 * @unloaded:	payloads removed
 */
struct revert_result {
	uint64_t generation;
	unsigned int unloaded;
	struct mend_switch sw;
};

/**
 * revert_patch() - switch off the generation of @name that is on
 * @unload:	also unload its payloads that are off
 *
 * ERR_NOTHING if none is on and none was unloaded.
 */
int revert_patch(const struct machine *mc, const char *name, const struct switch_wait *wait,
		 bool unload, struct revert_result *r, struct err *e);

#endif /* MEND_LIB_APPLY_H */
