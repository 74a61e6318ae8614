// SPDX-License-Identifier: MIT
/*
 * The documents of "status" and "check"; docs/json.md tells what is in them.
 */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "reason.h"

json_t *json_info(const struct mend_info *info)
{
	json_t *j = json_object();
	bool has_id = info->build_id_len == MEND_BUILD_ID_LEN;

	json_object_set_new(j, "version", json_text(info->version));
	json_object_set_new(j, "abi", json_integer(info->abi));
	json_object_set_new(j, "keys", json_integer(info->nr_keys));
	json_object_set_new(j, "release", json_text(info->release));
	json_object_set_new(j, "build_id",
			    has_id ? json_hex(info->build_id, MEND_BUILD_ID_LEN) : json_null());
	json_object_set_new(j, "require_signature",
			    json_boolean(info->flags & MEND_INFO_REQUIRE_SIGNATURE));
	json_object_set_new(j, "check_disabled",
			    json_boolean(info->flags & MEND_INFO_CHECK_DISABLED));
	return j;
}

json_t *json_checks(const struct checks *c)
{
	json_t *list = json_array(), *j;
	const struct check_item *item;
	size_t i;

	for (i = 0; i < c->nr_items; i++) {
		item = &c->items[i];
		j = json_object();
		json_object_set_new(j, "name", json_string(item->name));
		json_object_set_new(j, "state", json_string(check_state_name(item->state)));
		json_object_set_new(j, "reason", item->reason ?
				    json_string(reason_lookup(item->reason)->name) : json_null());
		json_object_set_new(j, "text", json_text(item->text));
		json_object_set_new(j, "remedy", json_text_or_null(item->remedy));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *kernel(const struct survey *s)
{
	static const uint8_t none[MEND_BUILD_ID_LEN];
	bool has_id = memcmp(s->kernel.build_id, none, sizeof(none));
	char *effective = survey_effective(s);
	json_t *j = json_object();

	json_object_set_new(j, "release", json_text_or_null(s->kernel.release));
	json_object_set_new(j, "build_id", has_id ? json_hex(s->kernel.build_id, sizeof(none)) :
						    json_null());
	json_object_set_new(j, "effective", effective ? json_text_or_null(effective) : json_null());
	json_object_set_new(j, "installed_newer", json_text_or_null(s->newer));
	json_object_set_new(j, "oopsed", json_boolean(s->oopsed));
	free(effective);
	return j;
}

static json_t *installed(const struct survey_installed *si)
{
	const struct prospect *p = &si->prospect;
	json_t *j = json_object();

	json_object_set_new(j, "name", json_text(si->in.name));
	json_object_set_new(j, "generation", json_integer((json_int_t)si->in.generation));
	json_object_set_new(j, "when", json_time(si->in.when));
	json_object_set_new(j, "on", json_boolean(si->on));
	json_object_set_new(j, "at_boot", json_string(installed_fate_name(p->fate)));
	json_object_set_new(j, "why", json_text_or_null(p->why.message));
	json_object_set_new(j, "probation_ms", json_integer(p->proven ? 0 : si->in.probation_ms));
	json_object_set_new(j, "last", json_text_or_null(si->last));
	return j;
}

json_t *json_installed(const struct survey *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->nr_installed; i++)
		json_array_append_new(list, installed(&s->installed[i]));
	return list;
}

json_t *json_standing(const struct standing *st, const struct survey *s)
{
	json_t *j = json_object();
	const char **cves;
	size_t n = survey_cves(s, &cves);

	json_object_set_new(j, "answer", json_string(standing_name(st->answer)));
	json_object_set_new(j, "text", json_text(st->text));
	json_object_set_new(j, "hint", json_text_or_null(st->hint));
	json_object_set_new(j, "exit_code", json_integer(st->exit));
	json_object_set_new(j, "kernel", kernel(s));
	json_object_set_new(j, "cves", json_strings(cves, n));
	json_object_set_new(j, "module", s->asked ? json_info(&s->info) : json_null());
	json_object_set_new(j, "waiting", s->waits ? json_waiting(&s->waiting) : json_null());
	json_object_set_new(j, "installed", json_installed(s));
	json_object_set_new(j, "brake", json_text_or_null(s->brake.message));
	json_object_set_new(j, "history_error", json_text_or_null(s->no_history.message));
	free(cves);
	return j;
}
