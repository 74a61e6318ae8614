/* SPDX-License-Identifier: MIT */
/*
 * The manifest: its parser and its writer. The format stands in
 * mend/bundle.h; this is a reading of that text, apart from mend.ko's.
 */
#ifndef MEND_LIB_MANIFEST_H
#define MEND_LIB_MANIFEST_H

#include <linux/mend.h>
#include <mend/bundle.h>

#include "bytes.h"
#include "err.h"

struct manifest_func {
	const char *object;
	const char *symbol;
	uint32_t sympos;
};

struct manifest_payload {
	const char *release;
	uint8_t build_id[MEND_BUILD_ID_LEN];
	uint8_t sha256[MEND_DIGEST_LEN];
	uint64_t size;
	struct manifest_func *funcs;
	size_t nr_funcs;
};

/** struct manifest_member - vex or sbom; @size 0: there is none */
struct manifest_member {
	uint8_t sha256[MEND_DIGEST_LEN];
	uint64_t size;
};

/**
 * struct manifest - a parsed manifest
 * @text:	owns what all strings point into
 * @expires:	only with @has_expires; without it: never
 */
struct manifest {
	char *text;
	const char *id, *name, *replaces, *kind, *severity, *title;
	uint64_t generation;
	const char *cves[MEND_CVES_MAX];
	size_t nr_cves;
	int64_t created, expires;
	bool has_expires;
	struct manifest_member vex, sbom;
	struct manifest_payload payloads[MEND_PAYLOADS_MAX];
	size_t nr_payloads;
};

/** manifest_parse() - pure; on success ends with manifest_free() */
int manifest_parse(struct manifest *m, struct bytes text, struct err *e);

void manifest_free(struct manifest *m);

/** manifest_write() - the text of @m; not checked: parse the result */
void manifest_write(const struct manifest *m, struct buf *out);

/** manifest_find() - the payload for exactly this kernel, or why there is none */
const struct manifest_payload *manifest_find(const struct manifest *m, const char *release,
					     const uint8_t build_id[MEND_BUILD_ID_LEN],
					     struct err *e);

/* Whether a value has the form that its key wants; also for command lines. */
bool manifest_is_name(const char *s);
bool manifest_is_token(const char *s);
bool manifest_is_release(const char *s);
bool manifest_is_cve(const char *s);
bool manifest_is_object(const char *s);
bool manifest_is_symbol(const char *s);
bool manifest_number(const char *s, uint64_t min, uint64_t max, uint64_t *value);

/* NULL-terminated lists of the words that a key takes. */
extern const char *const manifest_kinds[], *const manifest_severities[], *const manifest_modes[];
bool manifest_is_word(const char *const *words, const char *s);

#endif /* MEND_LIB_MANIFEST_H */
