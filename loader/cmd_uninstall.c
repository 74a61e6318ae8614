// SPDX-License-Identifier: MIT
/*
 * mend uninstall
 */
#include <stdio.h>
#include <string.h>

#include "lib/installed.h"
#include "lib/json.h"
#include "lib/revert.h"
#include "ui.h"
#include "ui_record.h"
#include "ui_switch.h"
#include "ui_wait.h"

static const char help[] =
	"Usage: mend uninstall NAME... [--revert [--timeout TIME]] [--keep] [--json]\n"
	"\n"
	"The patches are not switched on at boot any more, and their bundles are removed from the\n"
	"store, with older ones of the same names. What is on stays on until the next boot. Needs\n"
	"no bundle and no signature. Needs root.\n"
	"\n"
	"  --revert        then switch them off as well, as 'mend revert' does\n"
	"  --timeout TIME  how long to wait for that (10 s)\n"
	"  --keep          keep the bundles in the store\n"
	"\n"
	"Examples:\n"
	"  mend uninstall timens-nsec\n"
	"  mend uninstall timens-nsec --revert\n"
	"\n"
	"Exit codes: 0 none of them is installed any more, 2 none was, 5 --revert: busy (the task\n"
	"is named), 1 error.\n";

enum { OPT_REVERT = OPT_FIRST, OPT_TIMEOUT, OPT_KEEP };

static const struct option options[] = {
	{ "revert", no_argument, NULL, OPT_REVERT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "keep", no_argument, NULL, OPT_KEEP },
	UI_OPTIONS
};

/** struct was - one of those that are named: @generation 0 if its entry was damaged */
struct was {
	bool installed;
	uint64_t generation;
};

struct request {
	struct ui_switch how;
	bool revert, keep;
	char **names;
	size_t nr_names;
	struct was was[MEND_SWITCH_OPS_MAX];
};

static int drop(const char *name, uint64_t generation, struct err *e)
{
	if (!store_drop(&machine_real, name, generation, e))
		return 0;
	err_append(e, "; '%s' is not installed any more, its bundle is still there", name);
	return err_hint(e, "the same command removes it, once that is settled");
}

/* The entry first: without it a bundle is only one that is kept for later. */
static int remove_one(const struct request *q, const char *name, struct was *was, struct err *e)
{
	if (installed_retire(&machine_real, name, &was->generation, e))
		return e->reason == ERR_NOTHING ? 0 : -1;
	was->installed = true;
	if (!q->keep && drop(name, was->generation, e))
		return -1;
	return installed_forget(&machine_real, name, e);
}

static int remove_all(struct request *q, struct record *r, bool *any, struct err *e)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < q->nr_names && !ret; i++) {
		ret = remove_one(q, q->names[i], &q->was[i], e);
		record_add(r, q->names[i], q->was[i].generation, false);
		*any |= q->was[i].installed;
	}
	return ret;
}

/* Those that are on; without mend.ko none is. */
static int find_on(const struct request *q, struct revert *r, struct err *e)
{
	struct sysfs_patches all;
	size_t i;

	if (sysfs_read(&all, &machine_real, e))
		return e->reason == ERR_DEVICE ? 0 : -1;
	for (i = 0; i < q->nr_names; i++)
		if (sysfs_find_enabled(&all, q->names[i]))
			r->off[r->nr_off++].name = q->names[i];
	sysfs_free(&all);
	return 0;
}

static int take_back(struct ui *ui, const struct request *q, struct revert *r, struct err *e)
{
	struct ui_wait wait;
	int ret;

	if (find_on(q, r, e))
		return -1;
	if (!r->nr_off)
		return 0;
	ui_wait_begin(&wait, ui, q->how.timeout_ms);
	r->wait = &wait.wait;
	ret = revert_run(&machine_real, r, e);
	ui_wait_end(&wait);
	return ret ? err_append(e, "; none of them is installed any more") : 0;
}

static bool was_reverted(const struct revert *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nr_off; i++)
		if (!strcmp(r->off[i].name, name))
			return r->off[i].generation;
	return false;
}

static int print_json(const struct request *q, const struct revert *r)
{
	json_t *doc = json_object(), *list = json_array(), *j;
	size_t i;

	for (i = 0; i < q->nr_names; i++) {
		j = json_object();
		json_object_set_new(j, "name", json_text(q->names[i]));
		json_object_set_new(j, "generation", q->was[i].generation ?
				    json_integer((json_int_t)q->was[i].generation) : json_null());
		json_object_set_new(j, "was_installed", json_boolean(q->was[i].installed));
		json_object_set_new(j, "reverted", json_boolean(was_reverted(r, q->names[i])));
		json_array_append_new(list, j);
	}
	json_object_set_new(doc, "patches", list);
	return ui_json(doc);
}

static void print_one(const char *name, const struct was *was)
{
	printf("'%s' %s.\n", name, was->installed ? "is not installed any more" :
						    "was not installed");
	if (was->installed && !was->generation)
		ui_field("note", "its entry was damaged: bundles of it are still in " STORE_DIR
			 "/bundles, if any");
}

static int print(const struct ui *ui, const struct request *q, const struct revert *r)
{
	size_t i;

	if (ui->json)
		return print_json(q, r);
	for (i = 0; i < q->nr_names; i++)
		print_one(q->names[i], &q->was[i]);
	for (i = 0; i < r->nr_off; i++)
		ui_reverted(&r->off[i]);
	if (revert_any(r->off, r->nr_off))
		ui_switch_result(&r->sw);
	return EXIT_CODE_OK;
}

static int uninstall(struct ui *ui, struct request *q)
{
	struct revert_patch off[MEND_SWITCH_OPS_MAX] = { 0 };
	struct revert r = { .off = off };
	struct ui_record rec;
	bool any = false;
	struct err e;
	int ret;

	ui_record_begin(&rec, ui);
	ret = remove_all(q, &rec.record, &any, &e);
	if (!ret && q->revert)
		ret = take_back(ui, q, &r, &e);
	if (!ret && !any && !revert_any(off, r.nr_off))
		ret = err_set(&e, ERR_NOTHING, "%s", q->nr_names > 1 ? "none of them is installed" :
								       "it is not installed");
	ui_switch_warn(ui, &r.sw, ui_switch_max_pause(), &rec.record);
	ui_record_once(&rec, RECORD_DONE, ret ? &e : NULL, &r.sw);
	return ret ? ui_fail_blocked(ui, &e, &r.sw.blocker) : print(ui, q, &r);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct request q = { .how = UI_SWITCH_DEFAULT };
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		if (c == OPT_TIMEOUT && ui_switch_timeout(ui, &q.how, optarg))
			return ui->exit;
		q.revert |= c == OPT_REVERT;
		q.keep |= c == OPT_KEEP;
	}
	q.names = argv + optind;
	q.nr_names = (size_t)(argc - optind);
	c = ui_switch_names(ui, argv + optind, argc - optind);
	return c ? c : uninstall(ui, &q);
}

const struct cmd cmd_uninstall = {
	"uninstall", "do not switch patches on at boot any more", help, run
};
