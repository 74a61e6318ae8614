/* SPDX-License-Identifier: MIT */
/*
 * Switching the patches of bundles on, and others off: all at one instant.
 */
#ifndef MEND_LIB_APPLY_H
#define MEND_LIB_APPLY_H

#include "bundle.h"
#include "device.h"
#include "revert.h"

/**
 * struct apply_patch - one bundle of those to switch on
 * @path:	what to call it in errors
 * @bundle:	verified
 * @payload:	out: the one for this kernel
 * @module:	out: the payload's module name, if @loaded
 * @was_on:	out: it was on before
 * @loaded:	out: it was not there before
 * @unloaded:	out: the switch failed and it is gone again
 * @forced:	out: it was switched on although tasks were inside
 * @replaced:	out: generation that was on until then; 0: none
 * @supersedes:	out: it supersedes patches of other names as well
 */
struct apply_patch {
	const char *path;
	const struct bundle *bundle;
	const struct manifest_payload *payload;
	char module[MEND_NAME_LEN];
	bool was_on, loaded, unloaded, forced, supersedes;
	uint64_t replaced;
};

/** struct apply_superseded - one of another name that has gone off for them */
struct apply_superseded {
	char name[MEND_NAME_LEN];
	uint64_t generation;
};

/**
 * struct apply - one switch
 * @on, @off:	@on at least one, together at most MEND_SWITCH_OPS_MAX
 * @probation_ms: 0: none
 * @force:	even if tasks are inside, see MEND_SWITCH_FORCE
 * @begin:	NULL, or called when all has been looked at and nothing is loaded yet; it
 *		may still refuse
 * @data:	for @begin
 * @sw:		out: what mend.ko measured; its blocker if the switch was busy
 * @superseded:	out: freed by apply_free()
 */
struct apply {
	struct apply_patch *on;
	size_t nr_on;
	struct revert_patch *off;
	size_t nr_off;
	uint32_t probation_ms;
	bool force;
	const struct switch_wait *wait;
	int (*begin)(const struct apply *a, struct err *e);
	void *data;
	struct mend_switch sw;
	struct apply_superseded *superseded;
	size_t nr_superseded;
};

/**
 * apply_run() - load the payloads for this kernel and switch, all or nothing
 *
 * Everything that can be known before is checked before anything is loaded. If
 * it fails, nothing has changed: payloads that it loaded are unloaded.
 * ERR_NOTHING if everything is as it is to be; MEND_R_DUPLICATE if a name is
 * there twice. Ends with apply_free(), also on failure.
 */
int apply_run(const struct machine *mc, struct apply *a, struct err *e);

void apply_free(struct apply *a);

#endif /* MEND_LIB_APPLY_H */
