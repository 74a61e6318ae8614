/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The manifest: what was signed. The format stands in mend/bundle.h.
 *
 * Strict and bounded: one pass validates every line, nothing is allocated,
 * and whatever follows the first violation is not looked at. The parser runs
 * only on bytes whose signature has been verified, and is written as if it
 * did not.
 *
 * Pure: also compiled in userspace for the unit tests and the fuzzer.
 */
#ifndef MEND_MANIFEST_H
#define MEND_MANIFEST_H

#include <mend/bundle.h>
#include <uapi/linux/mend.h>
#include "pure.h"

/**
 * struct manifest_payload - one payload block
 * @release: as uname -r
 * @build_id: GNU build-id of that kernel
 * @sha256: of the payload's bytes
 * @size: of the payload, in bytes
 * @nr_funcs: its func lines
 * @funcs: offset of the first func line in the manifest
 * @end: offset behind the last
 */
struct manifest_payload {
	char release[MEND_RELEASE_LEN];
	u8 build_id[MEND_BUILD_ID_LEN];
	u8 sha256[MEND_DIGEST_LEN];
	u32 size;
	u32 nr_funcs;
	u32 funcs;
	u32 end;
};

/**
 * struct manifest - the head, and the payload block that was selected
 * @id: the vendor's name for it
 * @name: the patch's name
 * @generation: 1 .. S64_MAX
 * @cumulative: replaces all lower generations of @name
 * @has_expires: there is an expires line
 * @created: seconds since the epoch
 * @expires: seconds since the epoch; from then on the manifest is refused
 * @title: offset of the title's text in the manifest
 * @title_len: its length
 * @nr_cves: its cve lines
 * @nr_payloads: its payload blocks, at least one
 * @payloads: offset of the first payload line
 * @payload: filled in by manifest_select()
 */
struct manifest {
	char id[MEND_ID_LEN];
	char name[MEND_NAME_LEN];
	u64 generation;
	bool cumulative;
	bool has_expires;
	time64_t created;
	time64_t expires;
	u32 title;
	u32 title_len;
	u32 nr_cves;
	u32 nr_payloads;
	u32 payloads;
	struct manifest_payload payload;
};

/** struct manifest_func - one function that the payload replaces */
struct manifest_func {
	char object[MEND_OBJECT_LEN];
	char symbol[MEND_SYMBOL_LEN];
	u32 sympos;
};

/** struct manifest_funcs - walks over a payload's func lines; private */
struct manifest_funcs {
	const char *pos;
	const char *end;
};

/**
 * manifest_parse() - validate all of it, keep the head
 * @m: filled in on success; @m->payload is empty until manifest_select()
 * @buf: the manifest; not kept
 * @len: its length
 * @report: may be NULL; names the line and the rule
 *
 * Return: 0; -EBADMSG with MEND_R_MANIFEST_SYNTAX or MEND_R_MANIFEST_VERSION.
 */
int manifest_parse(struct manifest *m, const char *buf, size_t len, struct mend_report *report);

/**
 * manifest_select() - choose the payload block
 * @m: a parsed manifest; @m->payload is filled in on success
 * @buf: the bytes it was parsed from
 * @len: their length
 * @sha256: wanted digest; NULL: any
 * @release: wanted release; NULL: any
 *
 * Return: 0: the first block that has both; -ENOENT: none has.
 */
int manifest_select(struct manifest *m, const char *buf, size_t len, const u8 *sha256,
		    const char *release);

/** manifest_funcs_begin() - begin a walk over the selected payload's funcs */
void manifest_funcs_begin(struct manifest_funcs *iter, const struct manifest *m,
			  const char *buf);

/** manifest_func_next() - false: there is no other one and @func is unchanged */
bool manifest_func_next(struct manifest_funcs *iter, struct manifest_func *func);

/* "YYYY-MM-DDTHH:MM:SSZ" with NUL */
#define MANIFEST_TIME_LEN	21

/**
 * manifest_time_parse() - "YYYY-MM-DDTHH:MM:SSZ", years 1970 to 9999
 *
 * Return: whether these @len bytes are exactly one valid time.
 */
bool manifest_time_parse(const char *text, size_t len, time64_t *seconds);

/** manifest_time_format() - the reverse; times it cannot express are clamped */
void manifest_time_format(time64_t seconds, char text[MANIFEST_TIME_LEN]);

#endif /* MEND_MANIFEST_H */
