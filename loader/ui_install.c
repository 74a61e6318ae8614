// SPDX-License-Identifier: MIT
/*
 * Keeping bundles for every boot. The entry is what counts, and is written last: whoever
 * is killed before has installed nothing, and does it again.
 */
#include "ui_install.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/fs.h"
#include "lib/json.h"

bool ui_install_same(const struct installed *in, const struct bundle *b)
{
	char *path = installed_bundle(&machine_real, in);
	struct buf file;
	struct err ignored;
	bool same = false;

	if (path && !fs_read(path, MEND_BUNDLE_MAX, &file, &ignored)) {
		same = file.len == b->file.len && !memcmp(file.data, b->file.data, file.len);
		buf_free(&file);
	}
	free(path);
	return same;
}

static bool is_missing(const struct installed_list *all, const struct bundle *b)
{
	const struct installed *in = installed_find(all, b->manifest.name);

	return !in || in->generation != b->manifest.generation || !ui_install_same(in, b);
}

bool ui_install_missing(const struct ui_request *q, const struct bundle *bundles)
{
	struct installed_list all;
	struct err ignored;
	bool missing = false;
	int i;

	if (q->retry || installed_read(&machine_real, &all, &ignored))
		return true;
	for (i = 0; i < q->nr_paths; i++)
		missing |= is_missing(&all, &bundles[i]);
	installed_free(&all);
	return missing;
}

int ui_install_space(const struct ui_request *q, const struct bundle *bundles, struct err *e)
{
	uint64_t size = 0;
	int i;

	for (i = 0; i < q->nr_paths; i++)
		size += bundles[i].file.len;
	return check_disk_now(&machine_real, size, e);
}

/* What was forgiven once stays so: a new one is not asked for the same crash again. */
static uint64_t forgiven(const struct ui_record *rec, const struct ui_request *q,
			 const struct manifest *m)
{
	struct installed_list all;
	struct err ignored;
	uint64_t number;

	if (q->retry)
		return rec->record.number - 1;
	if (installed_read(&machine_real, &all, &ignored))
		return 0;
	number = installed_forgiven(&all, m->name, m->generation);
	installed_free(&all);
	return number;
}

static int keep(const struct ui_record *rec, const struct ui_request *q, const struct bundle *b,
		struct err *e)
{
	const struct manifest *m = &b->manifest;
	struct installed new = {
		.generation = m->generation, .probation_ms = q->probation_ms,
		.forgiven = forgiven(rec, q, m),
	};

	snprintf(new.name, sizeof(new.name), "%s", m->name);
	return store_stage(&rec->store, b, e) ||
	       installed_write(&machine_real, &rec->store, &new, e) ? -1 : 0;
}

int ui_install_keep(const struct ui_record *rec, const struct ui_request *q,
		    const struct bundle *bundles, struct err *e)
{
	int i;

	for (i = 0; i < q->nr_paths; i++)
		if (keep(rec, q, &bundles[i], e))
			return err_context(e, "bundle '%s'", q->paths[i]);
	return 0;
}

static int print_json(const struct ui_request *q, const struct bundle *bundles, bool are_on)
{
	json_t *doc = json_object(), *list = json_array(), *j;
	int i;

	for (i = 0; i < q->nr_paths; i++) {
		j = json_object();
		json_object_set_new(j, "name", json_text(bundles[i].manifest.name));
		json_object_set_new(j, "generation",
				    json_integer((json_int_t)bundles[i].manifest.generation));
		json_object_set_new(j, "was_on", json_boolean(are_on));
		json_array_append_new(list, j);
	}
	json_object_set_new(doc, "patches", list);
	json_object_set_new(doc, "installed", json_true());
	json_object_set_new(doc, "switch", json_null());
	return ui_json(doc);
}

int ui_install_print(const struct ui *ui, const struct ui_request *q,
		     const struct bundle *bundles, bool are_on)
{
	int i;

	if (ui->json)
		return print_json(q, bundles, are_on);
	for (i = 0; i < q->nr_paths; i++)
		printf("'%s' generation %ju is installed%s.\n", bundles[i].manifest.name,
		       (uintmax_t)bundles[i].manifest.generation,
		       are_on ? ", and was on already" : "; the next boot switches it on");
	if (q->by_policy)
		ui_field("not now", "mend.conf or the kernel command line says 'stage': a boot "
			 "switches nothing on either while it does");
	return EXIT_CODE_OK;
}
