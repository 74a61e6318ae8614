// SPDX-License-Identifier: MIT
/*
 * What "apply" has done, for people and as JSON.
 */
#include "ui_apply.h"

#include <stdio.h>

#include "lib/json.h"
#include "ui.h"
#include "ui_switch.h"

static json_t *generation_or_null(uint64_t generation)
{
	return generation ? json_integer((json_int_t)generation) : json_null();
}

static json_t *patch_json(const struct apply_patch *p)
{
	const struct manifest *m = &p->bundle->manifest;
	json_t *doc = json_object();

	json_object_set_new(doc, "name", json_text(m->name));
	json_object_set_new(doc, "generation", json_integer((json_int_t)m->generation));
	json_object_set_new(doc, "release", json_text(p->payload->release));
	json_object_set_new(doc, "loaded", json_boolean(p->loaded));
	json_object_set_new(doc, "replaced", generation_or_null(p->replaced));
	json_object_set_new(doc, "signer", json_signer(p->bundle->signer));
	json_object_set_new(doc, "was_on", json_boolean(p->was_on));
	json_object_set_new(doc, "forced", json_boolean(p->forced));
	return doc;
}

static json_t *reverted_json(const struct revert_patch *p)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "name", json_text(p->name));
	json_object_set_new(doc, "generation", generation_or_null(p->generation));
	json_object_set_new(doc, "forced", json_boolean(p->forced));
	return doc;
}

static json_t *superseded_json(const struct apply_superseded *p)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "name", json_text(p->name));
	json_object_set_new(doc, "generation", json_integer((json_int_t)p->generation));
	return doc;
}

static json_t *probation_json(const struct apply *a, bool confirmed)
{
	json_t *doc;

	if (!a->probation_ms)
		return json_null();
	doc = json_object();
	json_object_set_new(doc, "ms", json_integer(a->probation_ms));
	json_object_set_new(doc, "confirmed", json_boolean(confirmed));
	return doc;
}

/* The members of a patch stand at the top as well if there is only one. */
int ui_apply_json(const struct apply *a, bool confirmed, bool too_long, bool installed)
{
	json_t *doc = patch_json(&a->on[0]), *on = json_array(), *off = json_array();
	json_t *superseded = json_array();
	const char *name;
	json_t *value;
	void *next;
	size_t i;

	if (a->nr_on > 1)
		json_object_foreach_safe(doc, next, name, value)
			json_object_set_new(doc, name, json_null());
	for (i = 0; i < a->nr_on; i++)
		json_array_append_new(on, patch_json(&a->on[i]));
	for (i = 0; i < a->nr_off; i++)
		json_array_append_new(off, reverted_json(&a->off[i]));
	for (i = 0; i < a->nr_superseded; i++)
		json_array_append_new(superseded, superseded_json(&a->superseded[i]));
	json_object_set_new(doc, "patches", on);
	json_object_set_new(doc, "reverted", off);
	json_object_set_new(doc, "superseded", superseded);
	json_object_set_new(doc, "probation", probation_json(a, confirmed));
	json_object_set_new(doc, "switch", json_switch(&a->sw));
	json_object_set_new(doc, "pause_exceeded", json_boolean(too_long));
	json_object_set_new(doc, "installed", json_boolean(installed));
	return ui_json(doc);
}

static void print_patch(const struct apply_patch *p)
{
	const struct manifest *m = &p->bundle->manifest;

	printf("'%s' generation %ju %s.\n", m->name, (uintmax_t)m->generation,
	       p->was_on ? "was on already" : "is on");
	if (p->replaced)
		ui_field("replaced", "generation %ju", (uintmax_t)p->replaced);
}

void ui_apply(const struct apply *a)
{
	bool forced = false;
	size_t i;

	for (i = 0; i < a->nr_on; i++) {
		print_patch(&a->on[i]);
		forced |= a->on[i].forced;
	}
	for (i = 0; i < a->nr_off; i++) {
		ui_reverted(&a->off[i]);
		forced |= a->off[i].forced;
	}
	for (i = 0; i < a->nr_superseded; i++)
		printf("'%s' generation %ju is off: superseded.\n", a->superseded[i].name,
		       (uintmax_t)a->superseded[i].generation);
	ui_switch_result(&a->sw);
	if (forced)
		ui_switch_forced();
}

const char *ui_apply_first(const struct apply *a)
{
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		if (!a->on[i].was_on)
			return a->on[i].bundle->manifest.name;
	return NULL;
}

void ui_apply_probation(const struct apply *a, bool confirmed)
{
	const char *name = ui_apply_first(a);
	char span[32];

	if (!name)
		ui_field("probation", "none: no patch has gone on");
	else if (confirmed)
		ui_field("probation", "passed by the health command: confirmed");
	else
		ui_field("probation", "taken back after %s, unless 'mend confirm %s' comes first",
			 ui_span(a->probation_ms, span), name);
}
