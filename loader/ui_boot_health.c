// SPDX-License-Identifier: MIT
/*
 * The health command of mend.conf, for what a boot has put on probation. It cannot run where
 * the patches go on: what it asks after is not up that early. So this is run once more when
 * the machine is up, by a unit of its own.
 */
#include "ui_boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/health.h"
#include "lib/json.h"
#include "lib/judge.h"
#include "lib/policy.h"
#include "ui_record.h"
#include "ui_wait.h"

/** struct health - @young: those of @patches that are to be judged */
struct health {
	struct ui *ui;
	struct policy policy;
	struct records history;
	struct sysfs_patches patches;
	const struct sysfs_patch **young;
	size_t nr_young;
	json_t *results;
	int code;
};

/* Whom somebody has put on probation by hand, that somebody confirms. */
static bool is_of_boot(const struct health *h, const struct sysfs_patch *p,
		       const struct record *now)
{
	const struct record *r = records_last(&h->history, p->name, p->generation, 0);

	return p->enabled && p->probation_ms && !sysfs_rolled_back(p) && r &&
	       r->outcome == RECORD_PROBATION && !strcmp(r->verb, now->verb) &&
	       !strcmp(r->boot_id, now->boot_id);
}

static int find_young(struct health *h, struct err *e)
{
	struct record now;
	size_t i;

	h->young = calloc(h->patches.nr_patches + 1, sizeof(*h->young));
	if (!h->young)
		return err_nomem(e);
	record_begin(&machine_real, &now, h->ui->cmd->name);
	for (i = 0; i < h->patches.nr_patches; i++)
		if (is_of_boot(h, &h->patches.patches[i], &now))
			h->young[h->nr_young++] = &h->patches.patches[i];
	return 0;
}

/* As long as "apply" would give it, before the first of them is taken back by itself */
static uint32_t time_left(const struct health *h)
{
	uint64_t ms = MEND_PROBATION_MAX_MS;
	size_t i;

	for (i = 0; i < h->nr_young; i++)
		if (h->young[i]->probation_ms < ms)
			ms = h->young[i]->probation_ms;
	return judge_health_ms((uint32_t)ms);
}

/* @why: how the health command failed, or NULL. Each is from a switch of its own. */
static void conclude(struct health *h, const struct sysfs_patch *p, const struct err *why)
{
	const char *name = p->name;
	struct ui_record rec;
	struct err e;
	int ret = -1;

	ui_record_begin(&rec, h->ui);
	record_add(&rec.record, p->name, p->generation, true);
	if (why) {
		e = *why;
		judge_take_back(&machine_real, p->name, p->generation, false, &e);
	} else {
		ret = judge_confirm(&machine_real, &name, 1, &e);
	}
	ui_record_once(&rec, RECORD_CONFIRMED, ret ? &e : NULL, NULL);
	ui_boot_tell(h->ui, h->results, &rec.record);
	if (ret && h->code != EXIT_CODE_ROLLED_BACK)
		h->code = (int)e.code;
}

static int judge(struct health *h, struct err *e)
{
	struct ui_wait wait;
	bool failed;
	size_t i;

	ui_wait_begin(&wait, h->ui, 0);
	failed = health_run(h->policy.health, time_left(h), wait.wait.stop, e);
	ui_wait_end(&wait);
	if (failed && e->reason != MEND_R_HEALTH) {
		err_append(e, "; mend.ko takes back at the deadline what is on probation");
		return err_hint(e, "'mend confirm' keeps it");
	}
	for (i = 0; i < h->nr_young; i++)
		conclude(h, h->young[i], failed ? e : NULL);
	return 0;
}

static int print(const struct health *h)
{
	json_t *doc;

	if (h->ui->json) {
		doc = json_object();
		json_object_set_new(doc, "records", json_incref(h->results));
		json_object_set_new(doc, "health_command", h->policy.health ?
				    json_text(h->policy.health) : json_null());
		return ui_json(doc) ? EXIT_CODE_ERROR : h->code;
	}
	if (!h->nr_young)
		puts("Nothing that this boot has switched on is on probation.");
	else if (!h->policy.health)
		puts("mend.conf has no health command: 'mend confirm' keeps what is on probation.");
	return h->code;
}

static int look_and_judge(struct health *h, struct err *e)
{
	/* Without mend.ko nothing is on. */
	if (sysfs_read(&h->patches, &machine_real, e))
		return e->reason == ERR_DEVICE ? 0 : -1;
	if (find_young(h, e))
		return -1;
	return h->nr_young && h->policy.health ? judge(h, e) : 0;
}

int ui_boot_health(struct ui *ui)
{
	struct health h = { .ui = ui, .results = json_array() };
	struct err e;
	int code;

	if (policy_load(&machine_real, &h.policy, &e) ||
	    store_read(&machine_real, &h.history, &e) || look_and_judge(&h, &e))
		code = ui_fail(ui, &e);
	else
		code = print(&h);
	free(h.young);
	sysfs_free(&h.patches);
	records_free(&h.history);
	policy_free(&h.policy);
	json_decref(h.results);
	return code;
}
