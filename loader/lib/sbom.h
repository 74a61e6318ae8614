/* SPDX-License-Identifier: MIT */
/*
 * What a bundle's SBOM says that the patch was made from, and what was left out. Any
 * SPDX document in JSON is read; mend-build writes one.
 */
#ifndef MEND_LIB_SBOM_H
#define MEND_LIB_SBOM_H

#include <jansson.h>

#include "bytes.h"
#include "err.h"

/* What mend-build's annotations of something that it has left out begin with */
#define SBOM_LEFT_OUT	"left out: "

/**
 * struct sbom_part - a package or file
 * @version, @algorithm, @checksum: NULL: not told
 * @algorithm:	of @checksum, as SPDX names it: SHA256
 */
struct sbom_part {
	const char *name, *version, *algorithm, *checksum;
};

/**
 * struct sbom - a document that has been read
 * @doc:	owns all strings
 * @parts:	packages, then files; not what the document is about
 * @left_out:	texts "what: why"
 *
 * Nobody has looked at the strings: they are valid UTF-8, and no more.
 */
struct sbom {
	json_t *doc;
	struct sbom_part *parts;
	size_t nr_parts;
	const char **left_out;
	size_t nr_left_out;
};

/** sbom_read() - pure; on success ends with sbom_free() */
int sbom_read(struct sbom *s, struct bytes text, struct err *e);

void sbom_free(struct sbom *s);

#endif /* MEND_LIB_SBOM_H */
