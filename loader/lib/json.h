/* SPDX-License-Identifier: MIT */
/*
 * libmend's structs as JSON, for --json. New references; NULL: out of memory.
 */
#ifndef MEND_LIB_JSON_H
#define MEND_LIB_JSON_H

#include <jansson.h>

#include "bundle.h"
#include "check.h"
#include "contents.h"
#include "sbom.h"
#include "standing.h"
#include "sysfs.h"
#include "waiting.h"

/** json_text() - a string from anywhere: what is not UTF-8 becomes '?' */
json_t *json_text(const char *s);

/** json_text_or_null() - null for NULL and for "" */
json_t *json_text_or_null(const char *s);

json_t *json_strings(const char *const *list, size_t n);
json_t *json_hex(const uint8_t *data, size_t len);
json_t *json_time(int64_t seconds);
json_t *json_err(const struct err *e);
json_t *json_func(const struct manifest_func *f);
json_t *json_manifest(const struct manifest *m);

/** json_contents() - what each payload's ELF file says */
json_t *json_contents(const struct bundle *b);

/** json_sbom() - what the SBOM says; null: there is none */
json_t *json_sbom(const struct bundle *b);

json_t *json_signer(const struct trust_cert *c);
json_t *json_patch(const struct sysfs_patch *p);
json_t *json_switch(const struct mend_switch *sw);
json_t *json_waiting(const struct waiting *w);
json_t *json_info(const struct mend_info *info);
json_t *json_checks(const struct checks *c);
json_t *json_installed(const struct survey *s);
json_t *json_standing(const struct standing *st, const struct survey *s);
json_t *json_blocker(const struct mend_blocker *b);

#endif /* MEND_LIB_JSON_H */
