// SPDX-License-Identifier: MIT
/*
 * Reading SPDX 2.x. Of the types, what is used is checked: a document in which a package
 * is no package is said to be none, and not shown in part.
 */
#include "sbom.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The strongest that is common, or else the first */
static void choose_checksum(const json_t *element, struct sbom_part *part)
{
	const json_t *one, *list = json_object_get(element, "checksums");
	const char *algorithm, *value;
	size_t i;

	json_array_foreach(list, i, one) {
		algorithm = text_of(one, "algorithm");
		value = text_of(one, "checksumValue");
		if (!algorithm || !value || (part->checksum && strcmp(algorithm, "SHA256")))
			continue;
		part->algorithm = algorithm;
		part->checksum = value;
	}
}

/* What the document is about, as keys of an object. Both ways to say it are in use. */
static json_t *described(const json_t *doc)
{
	json_t *ids = json_object();
	const char *from, *to, *type;
	const json_t *one, *list;
	size_t i;

	list = json_object_get(doc, "documentDescribes");
	json_array_foreach(list, i, one)
		if (json_is_string(one))
			json_object_set_new(ids, json_string_value(one), json_true());
	list = json_object_get(doc, "relationships");
	json_array_foreach(list, i, one) {
		from = text_of(one, "spdxElementId");
		to = text_of(one, "relatedSpdxElement");
		type = text_of(one, "relationshipType");
		if (from && to && type && !strcmp(from, "SPDXRef-DOCUMENT") &&
		    !strcmp(type, "DESCRIBES"))
			json_object_set_new(ids, to, json_true());
	}
	return ids;
}

static bool is_in(const json_t *ids, const char *id)
{
	return id && json_object_get(ids, id);
}

static int add_left_out(struct sbom *s, const json_t *annotation, struct err *e)
{
	const char *text = text_of(annotation, "comment");
	size_t len = strlen(SBOM_LEFT_OUT);
	const char **all;

	if (!text)
		return err_set(e, ERR_INPUT, "an annotation in it has no comment");
	if (strncmp(text, SBOM_LEFT_OUT, len))
		return 0;
	all = reallocarray(s->left_out, s->nr_left_out + 1, sizeof(*all));
	if (!all)
		return err_nomem(e);
	s->left_out = all;
	s->left_out[s->nr_left_out++] = text + len;
	return 0;
}

/* -1 with an error, unless @key of @object is an array or is missing */
static int array_of(const json_t *object, const char *key, const json_t **list, struct err *e)
{
	*list = json_object_get(object, key);
	if (!*list || json_is_array(*list))
		return 0;
	return err_set(e, ERR_INPUT, "it is no SPDX document: its \"%s\" is no list", key);
}

static int read_annotations(struct sbom *s, const json_t *element, struct err *e)
{
	const json_t *one, *list;
	size_t i;

	if (array_of(element, "annotations", &list, e))
		return -1;
	json_array_foreach(list, i, one)
		if (add_left_out(s, one, e))
			return -1;
	return 0;
}

static int add_part(struct sbom *s, const json_t *element, const char *name, struct err *e)
{
	struct sbom_part *parts;

	parts = reallocarray(s->parts, s->nr_parts + 1, sizeof(*parts));
	if (!parts)
		return err_nomem(e);
	s->parts = parts;
	parts[s->nr_parts] = (struct sbom_part){ .name = name,
						 .version = text_of(element, "versionInfo") };
	choose_checksum(element, &parts[s->nr_parts++]);
	return 0;
}

/* All elements that @key lists, but for those in @about. */
static int read_parts(struct sbom *s, const char *key, const char *name_key, const json_t *about,
		      struct err *e)
{
	const json_t *one, *list;
	const char *name;
	size_t i;

	if (array_of(s->doc, key, &list, e))
		return -1;
	json_array_foreach(list, i, one) {
		name = text_of(one, name_key);
		if (!name)
			return err_set(e, ERR_INPUT, "it is no SPDX document: one of its \"%s\" "
				       "has no \"%s\"", key, name_key);
		if (read_annotations(s, one, e) ||
		    (!is_in(about, text_of(one, "SPDXID")) && add_part(s, one, name, e)))
			return -1;
	}
	return 0;
}

static int read_document(struct sbom *s, struct err *e)
{
	json_t *about = described(s->doc);
	int ret = -1;

	if (!about)
		return err_nomem(e);
	if (!read_parts(s, "packages", "name", about, e) &&
	    !read_parts(s, "files", "fileName", about, e))
		ret = read_annotations(s, s->doc, e);
	json_decref(about);
	return ret;
}

static int check_kind(const struct sbom *s, struct err *e)
{
	const char *version = text_of(s->doc, "spdxVersion");

	if (version && !strncmp(version, "SPDX-2.", 7))
		return 0;
	if (json_object_get(s->doc, "bomFormat"))
		return err_set(e, ERR_INPUT, "it is CycloneDX: only SPDX is shown here");
	return err_set(e, ERR_INPUT, "it is no SPDX document of version 2");
}

int sbom_read(struct sbom *s, struct bytes text, struct err *e)
{
	json_error_t error;

	memset(s, 0, sizeof(*s));
	s->doc = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &error);
	if (!s->doc)
		return err_set(e, ERR_INPUT, "it is not JSON: line %d: %s", error.line, error.text);
	if (!check_kind(s, e) && !read_document(s, e))
		return 0;
	sbom_free(s);
	return -1;
}

void sbom_free(struct sbom *s)
{
	json_decref(s->doc);
	free(s->parts);
	free(s->left_out);
	memset(s, 0, sizeof(*s));
}
