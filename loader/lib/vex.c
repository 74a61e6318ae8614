// SPDX-License-Identifier: MIT
/*
 * One statement for each CVE. The product is the running kernel, by the name that
 * scanners of packages know, and by the one that mend-build gives it in a bundle's own
 * document. The document's id is a digest of what it says: the same state has the same.
 */
#include "vex.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define CONTEXT	"https://openvex.dev/ns/v0.2.0"

/* As package URLs want it: whatever is not plain becomes %XX */
static void encode(struct buf *out, const char *s)
{
	for (; *s; s++)
		if (isalnum((unsigned char)*s) || strchr(".-_~", *s))
			buf_append(out, s, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
}

static json_t *take_product(struct buf *purl)
{
	json_t *product = json_object(), *ids = json_object();

	json_object_set_new(product, "@id",
			    json_stringn((const char *)purl->data, purl->len));
	json_object_set_new(ids, "purl", json_stringn((const char *)purl->data, purl->len));
	json_object_set_new(product, "identifiers", ids);
	buf_free(purl);
	return product;
}

static json_t *products(const struct cves *c)
{
	json_t *list = json_array();
	struct buf purl = { 0 };

	if (c->has_changelog) {
		buf_printf(&purl, "pkg:deb/debian/linux-image-");
		encode(&purl, c->kernel.release);
		buf_printf(&purl, "@");
		encode(&purl, c->changelog.version);
		buf_printf(&purl, "?arch=amd64");
		json_array_append_new(list, take_product(&purl));
	}
	memset(&purl, 0, sizeof(purl));
	buf_printf(&purl, "pkg:generic/linux@");
	encode(&purl, c->kernel.release);
	json_array_append_new(list, take_product(&purl));
	return list;
}

static const char *status_of(enum cve_standing standing)
{
	switch (standing) {
	case CVE_FIXED_LIVE:
	case CVE_FIXED_INSTALLED:
		return "fixed";
	case CVE_AFFECTED:
		return "affected";
	default:
		return "under_investigation";
	}
}

static json_t *statement(const struct cves *c, const char *id)
{
	json_t *json = json_object(), *vulnerability = json_object();
	char notes[ERR_TEXT_LEN + 40];
	struct cve_verdict v;

	cves_judge(c, id, &v);
	snprintf(notes, sizeof(notes), "%s: %s", cve_standing_words(v.standing), v.text);
	json_object_set_new(vulnerability, "name", json_text(id));
	json_object_set_new(json, "vulnerability", vulnerability);
	json_object_set_new(json, "products", products(c));
	json_object_set_new(json, "status", json_string(status_of(v.standing)));
	json_object_set_new(json, "status_notes", json_text(notes));
	if (v.standing == CVE_AFFECTED)
		json_object_set_new(json, "action_statement", json_text(v.hint));
	return json;
}

static json_t *statements(const struct cves *c, struct err *e)
{
	json_t *list = json_array();
	const char **ids;
	size_t i, nr = cves_named(c, &ids);

	if (!ids)
		err_nomem(e);
	else if (!nr)
		err_set(e, ERR_NOTHING, "no patch that is loaded, and no bundle in the store that is "
			"for this kernel, names a CVE: OpenVEX has no empty documents");
	for (i = 0; i < nr; i++)
		json_array_append_new(list, statement(c, ids[i]));
	free(ids);
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}

/* "urn:mend:vex:" and the digest of everything in it so far, which has no time in it */
static json_t *identity(const json_t *doc, struct err *e)
{
	char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS);
	char urn[2 * MEND_DIGEST_LEN + 32] = "urn:mend:vex:";
	uint8_t digest[MEND_DIGEST_LEN];
	int ret;

	if (!text) {
		err_nomem(e);
		return NULL;
	}
	ret = digest_sha256((struct bytes){ (uint8_t *)text, strlen(text) }, digest, e);
	free(text);
	if (ret)
		return NULL;
	hex_encode(urn + strlen(urn), digest, sizeof(digest));
	return json_string(urn);
}

json_t *vex_document(const struct cves *c, const char *author, int64_t now, struct err *e)
{
	json_t *doc, *list = statements(c, e), *id;

	if (!list)
		return NULL;
	doc = json_object();
	json_object_set_new(doc, "@context", json_string(CONTEXT));
	json_object_set_new(doc, "author", json_text(author));
	json_object_set_new(doc, "version", json_integer(1));
	json_object_set_new(doc, "tooling", json_string("mend " MEND_VERSION));
	json_object_set_new(doc, "statements", list);
	id = identity(doc, e);
	if (!id) {
		json_decref(doc);
		return NULL;
	}
	json_object_set_new(doc, "@id", id);
	json_object_set_new(doc, "timestamp", json_time(now));
	return doc;
}
