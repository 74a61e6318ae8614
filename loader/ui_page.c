// SPDX-License-Identifier: MIT
/*
 * The page of "inspect" and "verify". Strings of a parsed manifest are printable ASCII, and
 * so are objects of a payload; those of an SBOM are anything.
 */
#include "ui_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cms.h"
#include "lib/contents.h"
#include "lib/json.h"
#include "lib/sbom.h"
#include "lib/utc.h"

/* Of an SBOM's parts, and of what it says was left out, so many are shown, */
#define LINES_MAX	50
/* and of each text so many bytes. */
#define TEXT_MAX	200

/* Of a digest, to tell it from others by eye; --json has it whole. */
#define DIGEST_SHOWN	16

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

/* A string from elsewhere, which may also be as long as it likes */
static void short_text(const char *s, size_t max)
{
	char text[TEXT_MAX + 1] = "";

	strncat(text, s, max);
	ui_text(stdout, text);
	if (strlen(s) > max)
		fputs("...", stdout);
}

static void part_field(const char *name, const struct sbom_part *p)
{
	printf("  %-12s", name);
	short_text(p->name, TEXT_MAX);
	if (p->version) {
		putchar(' ');
		short_text(p->version, TEXT_MAX);
	}
	if (p->checksum) {
		fputs(", ", stdout);
		short_text(p->algorithm, DIGEST_SHOWN);
		putchar(' ');
		short_text(p->checksum, DIGEST_SHOWN);
	}
	putchar('\n');
}

static void and_more(size_t nr)
{
	if (nr > LINES_MAX)
		ui_field("", "and %zu more; --json has all", nr - LINES_MAX);
}

static void print_sbom(struct bytes text)
{
	struct sbom s;
	struct err e;
	size_t i;

	if (sbom_read(&s, text, &e)) {
		printf("  %-12snot shown: ", "made from");
		ui_text(stdout, e.message);
		putchar('\n');
		return;
	}
	for (i = 0; i < s.nr_parts && i < LINES_MAX; i++)
		part_field(i ? "" : "made from", &s.parts[i]);
	and_more(s.nr_parts);
	for (i = 0; i < s.nr_left_out && i < LINES_MAX; i++) {
		printf("  %-12s", i ? "" : "left out");
		short_text(s.left_out[i], TEXT_MAX);
		putchar('\n');
	}
	and_more(s.nr_left_out);
	sbom_free(&s);
}

static void func_field(const char *name, const struct manifest_func *f, uint64_t size)
{
	printf("  %-12s%s:%s", name, f->object, f->symbol);
	if (f->sympos)
		printf(" (number %u of that name)", f->sympos);
	if (size)
		printf(", %ju byte%s", (uintmax_t)size, size == 1 ? "" : "s");
	putchar('\n');
}

static void refs_field(const struct refs *r)
{
	size_t i;

	printf("  %-12s", "refers to");
	for (i = 0; i < r->nr_refs; i++)
		printf("%s, %zu time%s; ", r->refs[i].object, r->refs[i].count,
		       r->refs[i].count == 1 ? "" : "s");
	printf("exported symbols, %zu time%s\n", r->exported, r->exported == 1 ? "" : "s");
}

static void objects_field(const struct payload *p)
{
	size_t i;

	printf("  %-12s", "objects");
	for (i = 0; i < p->nr_objects; i++)
		printf("%s%s", i ? ", " : "", p->objects[i]);
	putchar('\n');
}

static void print_contents(const struct manifest_payload *p, struct bytes ko)
{
	struct contents c;
	size_t i;

	contents_read(&c, ko, p);
	for (i = 0; i < p->nr_funcs; i++)
		func_field(i ? "" : "replaces", &p->funcs[i], contents_size(&c, &p->funcs[i]));
	if (c.differs)
		ui_field("", "but the payload itself says others: mend.ko will refuse it");
	if (c.payload.nr_objects)
		objects_field(&c.payload);
	if (c.has_refs)
		refs_field(&c.refs);
	if (!c.has_payload || !c.has_refs) {
		printf("  %-12s", "unreadable");
		ui_text(stdout, c.why.message);
		puts("; what is shown is the manifest's word");
	}
	contents_free(&c);
}

static void print_payload(const struct bundle *b, const struct manifest_payload *p,
			  const struct kernel *k)
{
	char hex[2 * MEND_DIGEST_LEN + 1];

	printf("\nPayload for %s%s\n", p->release, is_for(p, k) ? " (this kernel)" : "");
	hex_encode(hex, p->build_id, MEND_BUILD_ID_LEN);
	ui_field("build-id", "%s", hex);
	hex_encode(hex, p->sha256, MEND_DIGEST_LEN);
	ui_field("sha256", "%s", hex);
	ui_field("size", "%ju bytes", (uintmax_t)p->size);
	print_contents(p, bundle_payload(b, p));
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
	if (b->sbom.len)
		print_sbom(b->sbom);
	for (i = 0; i < m->nr_payloads; i++)
		print_payload(b, &m->payloads[i], kernel);
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
	json_object_set_new(doc, "contents", json_contents(b));
	json_object_set_new(doc, "sbom", json_sbom(b));
	return doc;
}
