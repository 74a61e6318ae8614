// SPDX-License-Identifier: MIT
/*
 * What is in a bundle, for "inspect" and "verify".
 */
#include "json.h"

static json_t *funcs(const struct payload *p)
{
	json_t *list = json_array(), *j;
	size_t i;

	for (i = 0; i < p->nr_funcs; i++) {
		j = json_func(&p->funcs[i]);
		json_object_set_new(j, "size", p->codes[i].size ?
				    json_integer((json_int_t)p->codes[i].size) : json_null());
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *references(const struct refs *r)
{
	json_t *list = json_array(), *j = json_object(), *one;
	size_t i;

	for (i = 0; i < r->nr_refs; i++) {
		one = json_object();
		json_object_set_new(one, "object", json_text(r->refs[i].object));
		json_object_set_new(one, "count", json_integer((json_int_t)r->refs[i].count));
		json_array_append_new(list, one);
	}
	json_object_set_new(j, "objects", list);
	json_object_set_new(j, "exported", json_integer((json_int_t)r->exported));
	return j;
}

static json_t *payload(const struct bundle *b, const struct manifest_payload *says)
{
	json_t *j = json_object();
	struct contents c;

	contents_read(&c, bundle_payload(b, says), says);
	json_object_set_new(j, "release", json_text(says->release));
	json_object_set_new(j, "error", c.has_payload && c.has_refs ? json_null() :
							      json_text(c.why.message));
	json_object_set_new(j, "differs", json_boolean(c.differs));
	json_object_set_new(j, "objects", c.has_payload ?
			    json_strings(c.payload.objects, c.payload.nr_objects) : json_null());
	json_object_set_new(j, "funcs", c.has_payload ? funcs(&c.payload) : json_null());
	json_object_set_new(j, "references", c.has_refs ? references(&c.refs) : json_null());
	contents_free(&c);
	return j;
}

json_t *json_contents(const struct bundle *b)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < b->manifest.nr_payloads; i++)
		json_array_append_new(list, payload(b, &b->manifest.payloads[i]));
	return list;
}

static json_t *part(const struct sbom_part *p)
{
	json_t *j = json_object();

	json_object_set_new(j, "name", json_text(p->name));
	json_object_set_new(j, "version", json_text_or_null(p->version));
	json_object_set_new(j, "algorithm", json_text_or_null(p->algorithm));
	json_object_set_new(j, "checksum", json_text_or_null(p->checksum));
	return j;
}

json_t *json_sbom(const struct bundle *b)
{
	json_t *j, *parts;
	struct sbom s;
	struct err e;
	size_t i;
	bool read;

	if (!b->sbom.len)
		return json_null();
	read = !sbom_read(&s, b->sbom, &e);
	parts = json_array();
	for (i = 0; read && i < s.nr_parts; i++)
		json_array_append_new(parts, part(&s.parts[i]));
	j = json_object();
	json_object_set_new(j, "error", read ? json_null() : json_text(e.message));
	json_object_set_new(j, "made_from", parts);
	json_object_set_new(j, "left_out",
			    json_strings(read ? s.left_out : NULL, read ? s.nr_left_out : 0));
	if (read)
		sbom_free(&s);
	return j;
}
