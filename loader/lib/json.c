// SPDX-License-Identifier: MIT
/*
 * JSON documents. jansson's setters accept NULL values and then fail, so a
 * lack of memory inside shows as a missing member, never as a crash.
 */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "reason.h"
#include "utc.h"

json_t *json_text(const char *s)
{
	json_t *json = json_string(s);
	char *copy, *p;

	if (json)
		return json;
	copy = strdup(s);
	if (!copy)
		return NULL;
	for (p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	json = json_string(copy);
	free(copy);
	return json;
}

json_t *json_text_or_null(const char *s)
{
	return s && s[0] ? json_text(s) : json_null();
}

json_t *json_hex(const uint8_t *data, size_t len)
{
	char hex[129];

	if (2 * len >= sizeof(hex))
		return NULL;
	hex_encode(hex, data, len);
	return json_string(hex);
}

json_t *json_time(int64_t seconds)
{
	char text[UTC_LEN];

	return utc_format(seconds, text) ? json_string(text) : json_null();
}

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

json_t *json_err(const struct err *e)
{
	json_t *error = json_object(), *context = json_array();
	unsigned int i;

	for (i = e->nr_context; i; i--)
		json_array_append_new(context, json_text(e->context[i - 1]));
	json_object_set_new(error, "code", json_integer(e->code));
	json_object_set_new(error, "reason", json_string(reason_lookup(e->reason)->name));
	json_object_set_new(error, "number", number(e->reason));
	json_object_set_new(error, "errno", json_integer(e->errnum));
	json_object_set_new(error, "message", json_text(e->message));
	json_object_set_new(error, "hint", e->hint[0] ? json_text(e->hint) : json_null());
	json_object_set_new(error, "context", context);
	return error;
}

static json_t *member(const struct manifest_member *m)
{
	json_t *j;

	if (!m->size)
		return json_null();
	j = json_object();
	json_object_set_new(j, "sha256", json_hex(m->sha256, MEND_DIGEST_LEN));
	json_object_set_new(j, "size", number(m->size));
	return j;
}

json_t *json_func(const struct manifest_func *f)
{
	json_t *j = json_object();

	json_object_set_new(j, "object", json_text(f->object));
	json_object_set_new(j, "symbol", json_text(f->symbol));
	json_object_set_new(j, "sympos", number(f->sympos));
	return j;
}

static json_t *payload(const struct manifest_payload *p)
{
	json_t *j = json_object(), *funcs = json_array();
	size_t i;

	for (i = 0; i < p->nr_funcs; i++)
		json_array_append_new(funcs, json_func(&p->funcs[i]));
	json_object_set_new(j, "release", json_text(p->release));
	json_object_set_new(j, "build_id", json_hex(p->build_id, MEND_BUILD_ID_LEN));
	json_object_set_new(j, "sha256", json_hex(p->sha256, MEND_DIGEST_LEN));
	json_object_set_new(j, "size", number(p->size));
	json_object_set_new(j, "funcs", funcs);
	return j;
}

json_t *json_strings(const char *const *list, size_t n)
{
	json_t *j = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(j, json_text(list[i]));
	return j;
}

/* What a patch is for; null for one that was loaded unsigned */
static void purpose(json_t *j, const struct manifest *m)
{
	json_object_set_new(j, "id", m ? json_text(m->id) : json_null());
	json_object_set_new(j, "kind", m ? json_text(m->kind) : json_null());
	json_object_set_new(j, "severity", m ? json_text(m->severity) : json_null());
	json_object_set_new(j, "title", m ? json_text(m->title) : json_null());
	json_object_set_new(j, "cves", m ? json_strings(m->cves, m->nr_cves) : json_null());
}

json_t *json_manifest(const struct manifest *m)
{
	json_t *j = json_object(), *payloads = json_array();
	size_t i;

	for (i = 0; i < m->nr_payloads; i++)
		json_array_append_new(payloads, payload(&m->payloads[i]));
	json_object_set_new(j, "name", json_text(m->name));
	json_object_set_new(j, "generation", number(m->generation));
	json_object_set_new(j, "replaces", json_text(m->replaces));
	purpose(j, m);
	json_object_set_new(j, "created", json_time(m->created));
	json_object_set_new(j, "expires", m->has_expires ? json_time(m->expires) : json_null());
	json_object_set_new(j, "vex", member(&m->vex));
	json_object_set_new(j, "sbom", member(&m->sbom));
	json_object_set_new(j, "payloads", payloads);
	return j;
}

json_t *json_signer(const struct trust_cert *c)
{
	json_t *j;

	if (!c)
		return json_null();
	j = json_object();
	json_object_set_new(j, "subject", json_text(c->subject));
	json_object_set_new(j, "fingerprint", json_text(c->fingerprint));
	json_object_set_new(j, "not_before", json_time(c->not_before));
	json_object_set_new(j, "not_after", json_time(c->not_after));
	json_object_set_new(j, "file", json_text(c->path));
	return j;
}

static json_t *object(const struct sysfs_object *o)
{
	json_t *j = json_object(), *funcs = json_array();
	size_t i;

	for (i = 0; i < o->nr_funcs; i++)
		json_array_append_new(funcs, json_text(o->funcs[i]));
	json_object_set_new(j, "name", json_text(o->name));
	json_object_set_new(j, "patched", json_boolean(o->patched));
	json_object_set_new(j, "loaded", json_boolean(o->loaded));
	json_object_set_new(j, "funcs", funcs);
	return j;
}

json_t *json_patch(const struct sysfs_patch *p)
{
	json_t *j = json_object(), *objects = json_array();
	size_t i;

	for (i = 0; i < p->nr_objects; i++)
		json_array_append_new(objects, object(&p->objects[i]));
	json_object_set_new(j, "name", json_text(p->name));
	json_object_set_new(j, "generation", number(p->generation));
	json_object_set_new(j, "enabled", json_boolean(p->enabled));
	json_object_set_new(j, "state", json_text(p->state));
	json_object_set_new(j, "reason", p->reason ? json_text(reason_lookup(p->reason)->name) :
						     json_null());
	json_object_set_new(j, "reason_text", p->reason ? json_text(p->reason_text) : json_null());
	json_object_set_new(j, "probation_ms",
			    p->probation_ms ? number(p->probation_ms) : json_null());
	json_object_set_new(j, "forced", json_boolean(p->forced));
	json_object_set_new(j, "replace", json_boolean(p->replace));
	json_object_set_new(j, "unloadable", json_boolean(p->unloadable));
	json_object_set_new(j, "digest", json_text(p->digest));
	json_object_set_new(j, "signer", json_text(p->signer));
	json_object_set_new(j, "module", json_text(p->module));
	json_object_set_new(j, "pause_ns", number(p->pause_ns));
	json_object_set_new(j, "rendezvous_ns", number(p->rendezvous_ns));
	json_object_set_new(j, "wait_ns", number(p->wait_ns));
	json_object_set_new(j, "attempts", number(p->attempts));
	json_object_set_new(j, "switched_at",
			    p->switched_at ? json_time(p->switched_at) : json_null());
	json_object_set_new(j, "objects", objects);
	purpose(j, p->manifest);
	return j;
}

json_t *json_switch(const struct mend_switch *sw)
{
	json_t *j = json_object();

	json_object_set_new(j, "pause_ns", number(sw->pause_ns));
	json_object_set_new(j, "rendezvous_ns", number(sw->rendezvous_ns));
	json_object_set_new(j, "wait_ns", number(sw->wait_ns));
	json_object_set_new(j, "attempts", number(sw->attempts));
	json_object_set_new(j, "tasks", number(sw->tasks));
	return j;
}

json_t *json_waiting(const struct waiting *w)
{
	json_t *j = json_object();

	json_object_set_new(j, "ms", number(w->ms));
	json_object_set_new(j, "pid", json_integer(w->pid));
	json_object_set_new(j, "comm", json_text(w->comm));
	json_object_set_new(j, "object", json_text(w->object));
	json_object_set_new(j, "func", json_text(w->func));
	return j;
}

json_t *json_blocker(const struct mend_blocker *b)
{
	json_t *j = json_object(), *stack = json_array();
	char text[MEND_STACK_LEN + 1], comm[sizeof(b->comm) + 1] = "", *line, *save;
	char object_name[MEND_OBJECT_LEN + 1] = "", func[MEND_SYMBOL_LEN + 1] = "";

	memcpy(comm, b->comm, sizeof(b->comm));
	memcpy(object_name, b->object, sizeof(b->object));
	memcpy(func, b->func, sizeof(b->func));
	memcpy(text, b->stack, sizeof(b->stack));
	text[MEND_STACK_LEN] = '\0';
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		json_array_append_new(stack, json_text(line));
	json_object_set_new(j, "pid", json_integer(b->pid));
	json_object_set_new(j, "tgid", json_integer(b->tgid));
	json_object_set_new(j, "tasks", number(b->nr));
	json_object_set_new(j, "comm", json_text(comm));
	json_object_set_new(j, "object", json_text(object_name));
	json_object_set_new(j, "func", json_text(func));
	json_object_set_new(j, "stack", stack);
	return j;
}
