// SPDX-License-Identifier: MIT
/*
 * Opening bundles. Pure: bytes in.
 */
#include "bundle.h"

#include <stdio.h>
#include <string.h>

#include "cms.h"
#include "fs.h"
#include "ustar.h"
#include "utc.h"

/* A clock this far behind the manifest's creation is taken for unset. */
#define CLOCK_SLACK	86400

/* "payload/", a release and ".ko"; fits because both are bounded */
static void member_name(char out[USTAR_NAME_MAX + 1], const char *release)
{
	_Static_assert(sizeof(MEND_MEMBER_PAYLOAD_DIR) + MEND_RELEASE_LEN +
		       sizeof(MEND_MEMBER_PAYLOAD_EXT) <= USTAR_NAME_MAX, "name fits");
	snprintf(out, USTAR_NAME_MAX + 1, "%s%s%s", MEND_MEMBER_PAYLOAD_DIR, release,
		 MEND_MEMBER_PAYLOAD_EXT);
}

int digest_sha256(struct bytes data, uint8_t out[MEND_DIGEST_LEN], struct err *e)
{
	static const uint8_t nothing[1];

	/* EVP_Digest() takes no NULL */
	if (EVP_Digest(data.len ? data.data : nothing, data.len, out, NULL, EVP_sha256(), NULL))
		return 0;
	return crypto_error(e, "cannot digest");
}

static int take(struct ustar_reader *r, const char *name, const uint8_t *sha256, uint64_t size,
		struct bytes *out, struct err *e)
{
	uint8_t digest[MEND_DIGEST_LEN];

	if (ustar_next(r, name, MEND_PAYLOAD_MAX, out, e))
		return -1;
	if (out->len != size)
		return err_set(e, MEND_R_DIGEST, "member '%s' has %zu bytes; the manifest says %ju",
			       name, out->len, (uintmax_t)size);
	if (digest_sha256(*out, digest, e))
		return -1;
	if (memcmp(digest, sha256, sizeof(digest)))
		return err_set(e, MEND_R_DIGEST,
			       "member '%s' is not what was signed: its SHA-256 is another one "
			       "than in the manifest",
			       name);
	return 0;
}

static int open_members(struct bundle *b, struct ustar_reader *r, struct err *e)
{
	const struct manifest *m = &b->manifest;
	char name[USTAR_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < m->nr_payloads; i++) {
		member_name(name, m->payloads[i].release);
		if (take(r, name, m->payloads[i].sha256, m->payloads[i].size, &b->payloads[i], e))
			return -1;
	}
	if (m->vex.size && take(r, MEND_MEMBER_VEX, m->vex.sha256, m->vex.size, &b->vex, e))
		return -1;
	if (m->sbom.size && take(r, MEND_MEMBER_SBOM, m->sbom.sha256, m->sbom.size, &b->sbom, e))
		return -1;
	return ustar_end(r, e);
}

int bundle_check_dates(const struct manifest *m, int64_t now, struct err *e)
{
	char when[UTC_LEN] = "?";

	if (m->created > now + CLOCK_SLACK) {
		utc_format(m->created, when);
		return err_set(e, MEND_R_CERT_NOT_YET_VALID,
			       "the bundle was created on %s, which is in the future", when);
	}
	if (m->has_expires && now >= m->expires) {
		utc_format(m->expires, when);
		return err_set(e, MEND_R_MANIFEST_EXPIRED, "the bundle has expired on %s", when);
	}
	return 0;
}

static int open_signature(struct bundle *b, struct ustar_reader *r, const struct trust *trust,
			  int64_t now, struct err *e)
{
	if (!ustar_at(r, MEND_MEMBER_SIGNATURE))
		return trust ? err_set(e, ERR_UNSIGNED, "the bundle is not signed") : 0;
	if (ustar_next(r, MEND_MEMBER_SIGNATURE, MEND_SIGNATURE_MAX, &b->signature, e))
		return -1;
	if (!b->signature.len)
		return err_set(e, ERR_CONTAINER, "member '%s' is empty", MEND_MEMBER_SIGNATURE);
	if (!trust)
		return 0;
	return cms_verify(b->manifest_text, b->signature, trust, now, &b->signer, e);
}

static int open_all(struct bundle *b, const struct trust *trust, int64_t now, struct err *e)
{
	struct ustar_reader r = { buf_bytes(&b->file), 0 };

	if (ustar_next(&r, MEND_MEMBER_MANIFEST, MEND_MANIFEST_MAX, &b->manifest_text, e) ||
	    open_signature(b, &r, trust, now, e) ||
	    manifest_parse(&b->manifest, b->manifest_text, e) ||
	    open_members(b, &r, e))
		return -1;
	return trust ? bundle_check_dates(&b->manifest, now, e) : 0;
}

int bundle_open(struct bundle *b, struct buf *file, const struct trust *trust, int64_t now,
		struct err *e)
{
	memset(b, 0, sizeof(*b));
	b->file = *file;
	memset(file, 0, sizeof(*file));
	if (b->file.len > MEND_BUNDLE_MAX)
		err_set(e, ERR_TOO_LARGE, "the bundle has %zu bytes; the limit is %u", b->file.len,
			MEND_BUNDLE_MAX);
	else if (!open_all(b, trust, now, e))
		return 0;
	bundle_free(b);
	return -1;
}

int bundle_read(struct bundle *b, const char *path, const struct trust *trust, int64_t now,
		struct err *e)
{
	struct buf file;

	if (fs_read(path, MEND_BUNDLE_MAX, &file, e))
		return -1;
	if (bundle_open(b, &file, trust, now, e))
		return err_context(e, "bundle '%s'", path);
	return 0;
}

struct bytes bundle_payload(const struct bundle *b, const struct manifest_payload *p)
{
	return b->payloads[p - b->manifest.payloads];
}

int bundle_write(const struct bundle *b, struct buf *out, struct err *e)
{
	char name[USTAR_NAME_MAX + 1];
	size_t i;

	memset(out, 0, sizeof(*out));
	ustar_add(out, MEND_MEMBER_MANIFEST, b->manifest_text);
	if (b->signature.len)
		ustar_add(out, MEND_MEMBER_SIGNATURE, b->signature);
	for (i = 0; i < b->manifest.nr_payloads; i++) {
		member_name(name, b->manifest.payloads[i].release);
		ustar_add(out, name, b->payloads[i]);
	}
	if (b->vex.len)
		ustar_add(out, MEND_MEMBER_VEX, b->vex);
	if (b->sbom.len)
		ustar_add(out, MEND_MEMBER_SBOM, b->sbom);
	ustar_finish(out);
	if (out->failed) {
		buf_free(out);
		return err_nomem(e);
	}
	if (out->len <= MEND_BUNDLE_MAX)
		return 0;
	err_set(e, ERR_TOO_LARGE, "the bundle would have %zu bytes; the limit is %u", out->len,
		MEND_BUNDLE_MAX);
	buf_free(out);
	return -1;
}

void bundle_free(struct bundle *b)
{
	manifest_free(&b->manifest);
	buf_free(&b->file);
	memset(b, 0, sizeof(*b));
}
