// SPDX-License-Identifier: MIT
/*
 * The manifest's writer, and the choice of the payload for a kernel. Pure.
 */
#include "manifest.h"

#include <string.h>

#include "utc.h"

static void put_hex(struct buf *out, const char *key, const uint8_t *data, size_t len)
{
	char hex[2 * MEND_DIGEST_LEN + 1];

	hex_encode(hex, data, len);
	buf_printf(out, "%s %s", key, hex);
}

static void put_time(struct buf *out, const char *key, int64_t seconds)
{
	char text[UTC_LEN];

	if (!utc_format(seconds, text))
		out->failed = true;	/* callers only have times that were parsed */
	else
		buf_printf(out, "%s %s\n", key, text);
}

static void put_member(struct buf *out, const char *key, const struct manifest_member *member)
{
	if (!member->size)
		return;
	put_hex(out, key, member->sha256, MEND_DIGEST_LEN);
	buf_printf(out, " %ju\n", (uintmax_t)member->size);
}

static void put_payload(struct buf *out, const struct manifest_payload *b)
{
	size_t i;

	buf_printf(out, "payload %s\n", b->release);
	put_hex(out, "build-id", b->build_id, MEND_BUILD_ID_LEN);
	buf_printf(out, "\n");
	put_hex(out, "sha256", b->sha256, MEND_DIGEST_LEN);
	buf_printf(out, "\nsize %ju\n", (uintmax_t)b->size);
	for (i = 0; i < b->nr_funcs; i++)
		buf_printf(out, "func %s %s %u\n", b->funcs[i].object, b->funcs[i].symbol,
			   b->funcs[i].sympos);
}

void manifest_write(const struct manifest *m, struct buf *out)
{
	size_t i;

	buf_printf(out, "format %s\nid %s\nname %s\ngeneration %ju\nreplaces %s\nkind %s\n"
		   "severity %s\n", MEND_FORMAT, m->id, m->name, (uintmax_t)m->generation,
		   m->replaces, m->kind, m->severity);
	for (i = 0; i < m->nr_cves; i++)
		buf_printf(out, "cve %s\n", m->cves[i]);
	buf_printf(out, "title %s\n", m->title);
	put_time(out, "created", m->created);
	if (m->has_expires)
		put_time(out, "expires", m->expires);
	put_member(out, "vex", &m->vex);
	put_member(out, "sbom", &m->sbom);
	for (i = 0; i < m->nr_payloads; i++)
		put_payload(out, &m->payloads[i]);
}

static void list_releases(const struct manifest *m, struct err *e)
{
	size_t i;

	for (i = 0; i < m->nr_payloads; i++)
		err_append(e, "%s%s", i ? ", " : " ", m->payloads[i].release);
}

const struct manifest_payload *manifest_find(const struct manifest *m, const char *release,
					     const uint8_t build_id[MEND_BUILD_ID_LEN],
					     struct err *e)
{
	char have[2 * MEND_BUILD_ID_LEN + 1], want[2 * MEND_BUILD_ID_LEN + 1];
	size_t i;

	for (i = 0; i < m->nr_payloads; i++)
		if (!strcmp(m->payloads[i].release, release))
			break;
	if (i == m->nr_payloads) {
		err_set(e, MEND_R_RELEASE, "this kernel is %s; the bundle has payloads for",
			release);
		list_releases(m, e);
		return NULL;
	}
	if (memcmp(m->payloads[i].build_id, build_id, MEND_BUILD_ID_LEN)) {
		hex_encode(have, build_id, MEND_BUILD_ID_LEN);
		hex_encode(want, m->payloads[i].build_id, MEND_BUILD_ID_LEN);
		err_set(e, MEND_R_BUILD_ID, "the bundle's payload for %s was made for the kernel "
			"build %s; this one is %s: the same release, another build", release, want,
			have);
		return NULL;
	}
	return &m->payloads[i];
}
