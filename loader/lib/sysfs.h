/* SPDX-License-Identifier: MIT */
/*
 * /sys/kernel/mend: which patches are there and in which state.
 */
#ifndef MEND_LIB_SYSFS_H
#define MEND_LIB_SYSFS_H

#include "bytes.h"
#include "err.h"
#include "machine.h"
#include "manifest.h"

/**
 * struct sysfs_object - vmlinux or a module
 * @loaded:	the module is there; always true for vmlinux
 */
struct sysfs_object {
	char name[MEND_OBJECT_LEN];
	bool patched, loaded;
	char **funcs;		/* "symbol,sympos" */
	size_t nr_funcs;
};

/**
 * struct sysfs_patch - one directory; what it does not have stays zero or ""
 * @forced:	it was switched although tasks were inside
 * @replace:	switched on, it supersedes all others, whatever their names
 * @probation_ms: until it is taken back unless it is confirmed; 0: it is not on probation
 * @reason:	enum mend_reason: why it is degraded or was taken back; 0: it is not
 * @reason_text: the same in English; may be empty
 * @manifest:	as it was signed; NULL: the patch was loaded unsigned
 */
struct sysfs_patch {
	char name[MEND_NAME_LEN];
	uint64_t generation;
	bool enabled, unloadable, forced, replace;
	uint64_t probation_ms;
	uint32_t reason;
	char reason_text[MEND_TEXT_LEN];
	char state[32];
	char digest[2 * MEND_DIGEST_LEN + 1];
	char signer[256];
	char module[MEND_NAME_LEN];
	uint64_t pause_ns, rendezvous_ns, wait_ns, attempts;
	int64_t switched_at;
	struct manifest *manifest;
	struct sysfs_object *objects;
	size_t nr_objects;
};

/** struct sysfs_patches - sorted by name, then generation */
struct sysfs_patches {
	struct sysfs_patch *patches;
	size_t nr_patches;
};

/** sysfs_read() - all patches; ERR_DEVICE if mend.ko is not there */
int sysfs_read(struct sysfs_patches *all, const struct machine *mc, struct err *e);

void sysfs_free(struct sysfs_patches *all);

/** sysfs_find() - by name and generation, or NULL */
const struct sysfs_patch *sysfs_find(const struct sysfs_patches *all, const char *name,
				     uint64_t generation);

/** sysfs_find_name() - its highest generation, or NULL */
const struct sysfs_patch *sysfs_find_name(const struct sysfs_patches *all, const char *name);

/** sysfs_rolled_back() - was it taken back by mend.ko, or is it to be? */
bool sysfs_rolled_back(const struct sysfs_patch *p);

/** sysfs_sound() - is it on, all of it, and to stay? */
bool sysfs_sound(const struct sysfs_patch *p);

/** sysfs_find_enabled() - the generation of @name that is on, or NULL */
const struct sysfs_patch *sysfs_find_enabled(const struct sysfs_patches *all, const char *name);

/**
 * sysfs_covers() - is that generation on, or something that has its fix?
 *
 * A higher one of its name, or a patch that supersedes all others and has superseded it.
 */
bool sysfs_covers(const struct sysfs_patches *all, const char *name, uint64_t generation);

/**
 * sysfs_owner() - who else redirects a function
 *
 * Looks for a kernel livepatch and for a kprobe. Writes a description into
 * @out and returns true, or returns false.
 */
bool sysfs_owner(const struct machine *mc, const char *object, const char *symbol, char *out,
		 size_t size);

/** sysfs_module_loaded() - is a module of that name there, not built in? */
bool sysfs_module_loaded(const struct machine *mc, const char *name);

/** sysfs_owner_livepatch() - as sysfs_owner(), of livepatches that are on only */
bool sysfs_owner_livepatch(const struct machine *mc, const char *object, const char *symbol,
			   char *out, size_t size);

#endif /* MEND_LIB_SYSFS_H */
