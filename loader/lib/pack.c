// SPDX-License-Identifier: MIT
/*
 * Packing and signing.
 */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cms.h"
#include "fs.h"
#include "machine.h"

/* What the payload says of itself must be what the manifest says. */
static int check_agreement(const struct payload *pl, const struct manifest *m, struct err *e)
{
	if (pl->name[0] && strcmp(pl->name, m->name))
		return err_set(e, ERR_INPUT, "the payload calls its patch '%s', not '%s'", pl->name,
			       m->name);
	if (pl->generation && pl->generation != m->generation)
		return err_set(e, ERR_INPUT, "the payload is generation %ju, not %ju",
			       (uintmax_t)pl->generation, (uintmax_t)m->generation);
	return 0;
}

static int running_build_id(const char *release, uint8_t *out, struct err *e)
{
	struct kernel k;

	if (machine_kernel(&machine_real, &k, e))
		return -1;
	if (strcmp(k.release, release)) {
		err_set(e, ERR_INPUT,
			"it is for the kernel %s, which is not running: its build-id is not known",
			release);
		return err_hint(e, "add the kernel's image or build-id: --payload FILE.ko@"
				"/boot/vmlinuz-%s", release);
	}
	memcpy(out, k.build_id, MEND_BUILD_ID_LEN);
	return 0;
}

static int choose_funcs(struct manifest_payload *mp, const struct payload *pl,
			const struct pack_funcs *given, struct err *e)
{
	if (pl->has_patch && given->nr_funcs)
		return err_set(e, ERR_INPUT, "it tells its functions itself: leave out --func");
	if (!pl->has_patch && !given->nr_funcs) {
		err_set(e, ERR_INPUT,
			"no struct mend_patch was found in it, so its functions are not known");
		return err_hint(e, "name each of them: --func OBJECT:SYMBOL:SYMPOS");
	}
	if (pl->has_patch && !pl->nr_funcs)
		return err_set(e, ERR_INPUT, "it has callbacks only: a bundle's payload replaces at "
			       "least one function");
	mp->funcs = pl->has_patch ? pl->funcs : given->funcs;
	mp->nr_funcs = pl->has_patch ? pl->nr_funcs : given->nr_funcs;
	return 0;
}

static int describe(struct pack *p, size_t i, const uint8_t *build_id,
		    const struct pack_funcs *given, struct err *e)
{
	struct manifest *m = &p->bundle.manifest;
	struct manifest_payload *mp = &m->payloads[i];
	struct payload *pl = &p->payloads[i];
	size_t j;

	if (payload_read(pl, buf_bytes(&p->files[i]), e) || check_agreement(pl, m, e) ||
	    choose_funcs(mp, pl, given, e))
		return -1;
	for (j = 0; j < i; j++)
		if (!strcmp(p->payloads[j].release, pl->release))
			return err_set(e, ERR_INPUT, "there is a payload for the kernel %s already",
				       pl->release);
	mp->release = pl->release;
	mp->size = p->files[i].len;
	p->bundle.payloads[i] = buf_bytes(&p->files[i]);
	if (build_id)
		memcpy(mp->build_id, build_id, MEND_BUILD_ID_LEN);
	else if (running_build_id(pl->release, mp->build_id, e))
		return -1;
	return digest_sha256(p->bundle.payloads[i], mp->sha256, e);
}

int pack_add_payload(struct pack *p, const char *path, const uint8_t *build_id,
		     const struct pack_funcs *given, struct err *e)
{
	size_t i = p->bundle.manifest.nr_payloads;

	if (i == MEND_PAYLOADS_MAX)
		return err_set(e, ERR_INPUT, "a bundle holds at most %d payloads",
			       MEND_PAYLOADS_MAX);
	if (fs_read(path, MEND_PAYLOAD_MAX, &p->files[i], e))
		return -1;
	p->bundle.manifest.nr_payloads++;
	if (describe(p, i, build_id, given, e))
		return err_context(e, "payload '%s'", path);
	return 0;
}

static int check_json(const char *path, const struct buf *file, struct err *e)
{
	json_error_t error;
	json_t *json;

	if (!file->len)
		return err_set(e, ERR_INPUT, "'%s' is empty", path);
	json = json_loadb((const char *)file->data, file->len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return err_set(e, ERR_INPUT, "'%s' is not JSON: line %d: %s", path, error.line,
			       error.text);
	json_decref(json);
	return 0;
}

int pack_add_metadata(struct pack *p, const char *path, bool vex, struct err *e)
{
	struct manifest_member *mm = vex ? &p->bundle.manifest.vex : &p->bundle.manifest.sbom;
	struct buf *file = vex ? &p->vex : &p->sbom;

	if (fs_read(path, MEND_METADATA_MAX, file, e) || check_json(path, file, e) ||
	    digest_sha256(buf_bytes(file), mm->sha256, e))
		return -1;
	mm->size = file->len;
	*(vex ? &p->bundle.vex : &p->bundle.sbom) = buf_bytes(file);
	return 0;
}

/* The signature as a user will check it, at a time when the certificate is valid. */
static int check_signature(const struct bundle *b, X509 *cert, struct err *e)
{
	const struct trust_cert *signer;
	struct trust trust = { 0 };
	int ret;

	ret = trust_add(&trust, cert, "the signer's certificate", e);
	if (!ret)
		ret = cms_verify(b->manifest_text, b->signature, &trust,
				 trust.certs[0].not_before, &signer, e);
	trust_free(&trust);
	return ret;
}

/* The bundle as its users will see it, or not at all. */
static int reopen(const struct buf *file, X509 *cert, struct err *e)
{
	struct buf copy = { 0 };
	struct bundle b;
	int ret = 0;

	buf_append(&copy, file->data, file->len);
	if (copy.failed) {
		buf_free(&copy);
		return err_nomem(e);
	}
	if (bundle_open(&b, &copy, NULL, 0, e))
		return -1;
	if (cert)
		ret = check_signature(&b, cert, e);
	bundle_free(&b);
	return ret;
}

/* Sign if there is a key, write, and look at the result. */
static int produce(struct bundle *b, struct buf *signature, EVP_PKEY *key, X509 *cert,
		   struct buf *out, struct err *e)
{
	if (key) {
		if (cms_sign(b->manifest_text, key, cert, signature, e))
			return -1;
		b->signature = buf_bytes(signature);
	}
	if (bundle_write(b, out, e))
		return -1;
	if (!reopen(out, key ? cert : NULL, e))
		return 0;
	buf_free(out);
	return -1;
}

int pack_finish(struct pack *p, EVP_PKEY *key, X509 *cert, struct buf *out, struct err *e)
{
	const struct manifest *m = &p->bundle.manifest;

	if (m->has_expires && m->expires <= m->created)
		return err_set(e, ERR_INPUT, "the bundle would expire before it is created");
	manifest_write(m, &p->text);
	if (p->text.failed)
		return err_nomem(e);
	p->bundle.manifest_text = buf_bytes(&p->text);
	return produce(&p->bundle, &p->signature, key, cert, out, e);
}

int pack_sign(struct bundle *b, EVP_PKEY *key, X509 *cert, struct buf *out, struct err *e)
{
	struct buf signature = { 0 };
	int ret = produce(b, &signature, key, cert, out, e);

	b->signature = (struct bytes){ NULL, 0 };
	buf_free(&signature);
	return ret;
}

void pack_free(struct pack *p)
{
	size_t i;

	for (i = 0; i < MEND_PAYLOADS_MAX; i++) {
		payload_free(&p->payloads[i]);
		buf_free(&p->files[i]);
	}
	buf_free(&p->vex);
	buf_free(&p->sbom);
	buf_free(&p->text);
	buf_free(&p->signature);
	memset(p, 0, sizeof(*p));
}
