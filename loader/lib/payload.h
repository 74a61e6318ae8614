/* SPDX-License-Identifier: MIT */
/*
 * What a payload's ELF file says about itself, and a kernel's build-id. The file
 * may be a stranger's: "inspect" reads it, too.
 */
#ifndef MEND_LIB_PAYLOAD_H
#define MEND_LIB_PAYLOAD_H

#include <linux/mend.h>

#include "bytes.h"
#include "err.h"
#include "manifest.h"

/** struct payload_code - a new function: section and offset in it; @size 0: not known */
struct payload_code {
	size_t section;
	uint64_t offset, size;
};

/**
 * struct payload - a payload's own account
 * @release:	from its vermagic
 * @module:	its module name
 * @name:	patch name, "" if it leaves it to the module's name
 * @generation:	0: whatever the manifest says
 * @unloadable:	as in struct mend_patch
 * @has_patch:	a struct mend_patch was found; otherwise the funcs, name,
 *		generation and unloadable are not known
 * @funcs:	what it replaces; strings point into @strings
 * @codes:	with what: one for each of @funcs
 * @objects:	with functions or callbacks, as the patch lists them
 */
struct payload {
	char release[MEND_RELEASE_LEN];
	char module[MEND_NAME_LEN];
	char name[MEND_NAME_LEN];
	uint64_t generation;
	bool unloadable;
	bool has_patch;
	struct manifest_func *funcs;
	struct payload_code *codes;
	size_t nr_funcs;
	const char **objects;
	size_t nr_objects;
	char **strings;
	size_t nr_strings;
};

/** payload_read() - on success ends with payload_free() */
int payload_read(struct payload *p, struct bytes ko, struct err *e);

void payload_free(struct payload *p);

/** build_id_from_notes() - from a note section's bytes, as in /sys/kernel/notes */
bool build_id_from_notes(struct bytes notes, uint8_t out[MEND_BUILD_ID_LEN]);

/** build_id_from_elf() - from an ELF file's note segments or sections */
bool build_id_from_elf(struct bytes elf, uint8_t out[MEND_BUILD_ID_LEN]);

#endif /* MEND_LIB_PAYLOAD_H */
