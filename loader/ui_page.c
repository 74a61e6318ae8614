// SPDX-License-Identifier: MIT
/*
 * The page of "inspect" and "verify". All strings come from a parsed
 * manifest: printable ASCII.
 */
#include "ui_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cms.h"
#include "lib/json.h"
#include "lib/utc.h"

static bool is_for(const struct manifest_payload *p, const struct kernel *k)
{
	return k && !strcmp(p->release, k->release) &&
	       !memcmp(p->build_id, k->build_id, MEND_BUILD_ID_LEN);
}

static void time_field(const char *name, int64_t seconds)
{
	char text[UTC_LEN] = "?";

	utc_format(seconds, text);
	ui_field(name, "%s", text);
}

static void signer_field(const struct bundle *b)
{
	char *claim;

	if (b->signer) {
		ui_field("signed by", "%s", b->signer->subject);
		return;
	}
	if (!b->signature.len) {
		ui_field("signed by", "nobody");
		return;
	}
	claim = cms_describe(b->signature);
	printf("  %-12s", "signed by");
	ui_text(stdout, claim ? claim : "an unreadable signature");
	puts(" (claimed)");
	free(claim);
}

static void member_field(const char *name, const struct manifest_member *m)
{
	if (m->size)
		ui_field(name, "%ju bytes", (uintmax_t)m->size);
}

static void print_payload(const struct manifest_payload *p, const struct kernel *k)
{
	char hex[2 * MEND_DIGEST_LEN + 1];
	size_t i;

	printf("\nPayload for %s%s\n", p->release, is_for(p, k) ? " (this kernel)" : "");
	hex_encode(hex, p->build_id, MEND_BUILD_ID_LEN);
	ui_field("build-id", "%s", hex);
	hex_encode(hex, p->sha256, MEND_DIGEST_LEN);
	ui_field("sha256", "%s", hex);
	ui_field("size", "%ju bytes", (uintmax_t)p->size);
	for (i = 0; i < p->nr_funcs; i++) {
		const struct manifest_func *f = &p->funcs[i];

		if (f->sympos)
			ui_field(i ? "" : "replaces", "%s:%s (number %u of that name)", f->object,
				 f->symbol, f->sympos);
		else
			ui_field(i ? "" : "replaces", "%s:%s", f->object, f->symbol);
	}
}

void ui_page(const struct bundle *b, const struct kernel *kernel)
{
	const struct manifest *m = &b->manifest;
	size_t i;

	printf("%s, generation %ju: %s\n", m->name, (uintmax_t)m->generation, m->title);
	ui_field("id", "%s", m->id);
	ui_field("kind", "%s, %s", m->kind, m->severity);
	for (i = 0; i < m->nr_cves; i++)
		ui_field(i ? "" : "fixes", "%s", m->cves[i]);
	if (!strcmp(m->replaces, "cumulative"))
		ui_field("replaces", "all lower generations");
	time_field("created", m->created);
	if (m->has_expires)
		time_field("expires", m->expires);
	signer_field(b);
	member_field("OpenVEX", &m->vex);
	member_field("SBOM", &m->sbom);
	for (i = 0; i < m->nr_payloads; i++)
		print_payload(&m->payloads[i], kernel);
}

json_t *ui_page_json(const struct bundle *b, const struct kernel *kernel)
{
	json_t *doc = json_object();
	bool fits = false;
	size_t i;

	for (i = 0; i < b->manifest.nr_payloads; i++)
		fits |= is_for(&b->manifest.payloads[i], kernel);
	json_object_set_new(doc, "verified", json_boolean(b->signer));
	json_object_set_new(doc, "signed", json_boolean(b->signature.len));
	json_object_set_new(doc, "signer", json_signer(b->signer));
	json_object_set_new(doc, "fits_this_kernel", json_boolean(fits));
	json_object_set_new(doc, "manifest", json_manifest(&b->manifest));
	return doc;
}
