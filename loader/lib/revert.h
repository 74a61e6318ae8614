/* SPDX-License-Identifier: MIT */
/*
 * Switching patches off: any number of them, at one instant.
 */
#ifndef MEND_LIB_REVERT_H
#define MEND_LIB_REVERT_H

#include "device.h"
#include "sysfs.h"

/**
 * struct revert_patch - one name of those to switch off
 * @generation:	out: the one that was on; 0: none was
 * @forced:	out: it was switched off although tasks were inside
 */
struct revert_patch {
	const char *name;
	uint64_t generation;
	bool forced;
};

/**
 * struct revert - one switch that only takes back
 * @off:	no name twice, 1 .. MEND_SWITCH_OPS_MAX
 * @force:	even if tasks are inside, see MEND_SWITCH_FORCE
 * @unload:	also unload the payloads of these names that are off
 * @unloaded:	out: how many
 * @sw:		out: what mend.ko measured; its blocker if the switch was busy
 */
struct revert {
	struct revert_patch *off;
	size_t nr_off;
	bool force, unload;
	const struct switch_wait *wait;
	unsigned int unloaded;
	struct mend_switch sw;
};

/**
 * revert_run() - switch off the generations that are on, all or none
 *
 * ERR_NOTHING if none is on and none was unloaded.
 */
int revert_run(const struct machine *mc, struct revert *r, struct err *e);

/** revert_find() - fill in the generation that is on; MEND_R_NO_PATCH: the name is not known */
int revert_find(const struct sysfs_patches *all, struct revert_patch *off, struct err *e);

/** revert_any() - is any of them on? */
bool revert_any(const struct revert_patch *off, size_t nr_off);

/** revert_note_forced() - after a forced switch */
void revert_note_forced(const struct sysfs_patches *all, struct revert_patch *off, size_t nr_off);

#endif /* MEND_LIB_REVERT_H */
