// SPDX-License-Identifier: MIT
/*
 * What is installed goes on, one after the other, each for itself. This runs before there
 * is anybody to ask, so it decides by what was written down.
 */
#include "ui_boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/apply.h"
#include "lib/installed.h"
#include "lib/json.h"
#include "lib/policy.h"
#include "ui_record.h"
#include "ui_switch.h"
#include "ui_wait.h"

/** struct boot - all that the patches have in common */
struct boot {
	struct ui *ui;
	const struct ui_boot *q;
	struct policy policy;
	struct trust trust;
	struct records history;
	struct installed_list installed;
	json_t *results;
	bool failed, refused, skipped;
};

/** struct one - one of them */
struct one {
	const struct installed *in;
	struct prospect prospect;
	struct bundle bundle;
	struct ui_record record;
	struct apply apply;
};

static const char *outcome_in_words(const struct record *r)
{
	switch (r->outcome) {
	case RECORD_DONE:
		return r->pause_ns ? "on" : "was on already";
	case RECORD_PROBATION:
		return "on, on probation";
	case RECORD_REFUSED:
		return r->reason == ERR_HELD_BACK ? "held back" : "refused";
	default:
		return record_outcome_name(r->outcome);
	}
}

/* One line: the unit's output goes to the journal. */
void ui_boot_tell(const struct ui *ui, json_t *results, const struct record *r)
{
	if (ui->json) {
		json_array_append_new(results, record_json(r));
		return;
	}
	printf("'%s' generation %ju: %s", r->patches[0].name, (uintmax_t)r->patches[0].generation,
	       outcome_in_words(r));
	if (r->text[0]) {
		fputs(": ", stdout);
		ui_text(stdout, r->text);
	}
	putchar('\n');
	fflush(stdout);
}

static void count(struct boot *boot, const struct record *r)
{
	boot->failed |= r->outcome == RECORD_FAILED || r->outcome == RECORD_ROLLED_BACK;
	boot->refused |= r->outcome == RECORD_REFUSED;
	boot->skipped |= r->outcome == RECORD_SKIPPED;
}

/* Not tried, or already so: one record, after the fact */
static void conclude(struct one *one, enum record_outcome outcome, const struct err *why)
{
	record_fail(&one->record.record, outcome, why);
	ui_record_note(&one->record);
}

static void fail(struct one *one, const struct err *e)
{
	if (one->record.stored)
		ui_record_failed(&one->record, e);
	else if (e->code == EXIT_CODE_NOTHING)
		one->record.record.outcome = RECORD_DONE;
	else
		conclude(one, e->code == EXIT_CODE_REFUSED ? RECORD_REFUSED : RECORD_FAILED, e);
}

/*
 * The attempt is on disk before anything is asked of mend.ko. If it cannot be, only what
 * was on before without harm goes on: nothing would hold it back if it brought us down.
 */
static int attempt(const struct apply *a, struct err *e)
{
	struct one *one = a->data;

	if (!ui_record_attempt(&one->record, e))
		return 0;
	if (!one->prospect.proven)
		return -1;
	fprintf(stderr, "mend boot: not recorded: %s\n", e->message);
	return 0;
}

static void switched(const struct boot *boot, struct one *one)
{
	ui_switch_slow(&one->apply.sw, boot->policy.max_pause_ns, &one->record.record);
	ui_record_outcome(&one->record, one->apply.probation_ms ? RECORD_PROBATION : RECORD_DONE,
			  &one->apply.sw);
}

static void switch_on(struct boot *boot, struct one *one, const char *path)
{
	struct apply_patch on = { .path = path, .bundle = &one->bundle };
	struct ui_wait wait;
	struct err e;

	one->apply = (struct apply){
		.on = &on, .nr_on = 1, .begin = attempt, .data = one,
		.probation_ms = one->prospect.proven ? 0 : one->in->probation_ms,
	};
	ui_wait_begin(&wait, boot->ui, boot->q->timeout_ms);
	one->apply.wait = &wait.wait;
	if (apply_run(&machine_real, &one->apply, &e))
		fail(one, &e);
	else
		switched(boot, one);
	ui_wait_end(&wait);
	apply_free(&one->apply);
}

/* A newer generation, or what has superseded it, may be on, if this is not run at boot. */
static bool is_covered(const struct installed *in)
{
	struct sysfs_patches all;
	struct err ignored;
	bool covered;

	if (sysfs_read(&all, &machine_real, &ignored))
		return false;
	covered = sysfs_covers(&all, in->name, in->generation);
	sysfs_free(&all);
	return covered;
}

static void boot_fitting(struct boot *boot, struct one *one, const char *path)
{
	struct err e;

	if (policy_check(&boot->policy, POLICY_APPLY, &one->bundle, &e))
		fail(one, &e);
	else if (is_covered(one->in))
		one->record.record.outcome = RECORD_DONE;
	else if (machine_probe_mend(&machine_real, &e))
		fail(one, &e);
	else
		switch_on(boot, one, path);
}

static void boot_verified(struct boot *boot, struct one *one, const char *path)
{
	struct prospect *p = &one->prospect;

	installed_judge(&machine_real, one->in, &one->bundle, &boot->history, p);
	switch (p->fate) {
	case INSTALLED_FITS:
		boot_fitting(boot, one, path);
		break;
	case INSTALLED_SUPERSEDED:
		conclude(one, RECORD_SUPERSEDED, &p->why);
		break;
	case INSTALLED_UNFIT:
		conclude(one, RECORD_SKIPPED, &p->why);
		break;
	case INSTALLED_HELD_BACK:
	case INSTALLED_REFUSED:
		conclude(one, RECORD_REFUSED, &p->why);
		break;
	}
}

static int check_bundle(const struct one *one, struct err *e)
{
	const struct manifest *m = &one->bundle.manifest;

	if (strcmp(m->name, one->in->name) || m->generation != one->in->generation)
		return err_set(e, ERR_INPUT, "the bundle in the store is '%s' generation %ju",
			       m->name, (uintmax_t)m->generation);
	return 0;
}

static void boot_one(struct boot *boot, const struct installed *in)
{
	char *path = installed_bundle(&machine_real, in);
	struct one one = { .in = in };
	struct err e;

	ui_record_begin(&one.record, boot->ui);
	record_add(&one.record.record, in->name, in->generation, true);
	if (!path) {
		err_nomem(&e);
		fail(&one, &e);
	} else if (bundle_read(&one.bundle, path, &boot->trust, ui_now(), &e)) {
		fail(&one, &e);
	} else {
		if (check_bundle(&one, &e))
			fail(&one, &e);
		else
			boot_verified(boot, &one, path);
		bundle_free(&one.bundle);
	}
	count(boot, &one.record.record);
	ui_boot_tell(boot->ui, boot->results, &one.record.record);
	ui_record_end(&one.record);
	free(path);
}

static int finish(struct boot *boot, const char *mode)
{
	int code = EXIT_CODE_OK;
	json_t *doc;

	if (boot->failed || boot->installed.damaged)
		code = EXIT_CODE_ERROR;
	else if (boot->refused)
		code = EXIT_CODE_REFUSED;
	else if (boot->skipped)
		code = EXIT_CODE_INCOMPATIBLE;
	if (!boot->ui->json) {
		if (boot->installed.damaged)
			fprintf(stderr, "mend boot: %zu of the entries in " STORE_DIR "/installed "
				"cannot be read: install their bundles again\n",
				boot->installed.damaged);
		else if (!boot->installed.nr)
			puts("Nothing is installed.");
		else if (mode)
			printf("Nothing is switched on: %s.\n", mode);
		return code;
	}
	doc = json_object();
	json_object_set_new(doc, "records", json_incref(boot->results));
	json_object_set_new(doc, "damaged", json_integer((json_int_t)boot->installed.damaged));
	json_object_set_new(doc, "not_wanted", mode ? json_string(mode) : json_null());
	return ui_json(doc) ? EXIT_CODE_ERROR : code;
}

/* One record for all of them. It holds nothing back: nothing was tried. */
static void record_brake(const struct boot *boot, const char *mode)
{
	struct ui_record rec;
	struct err e;
	size_t i;

	ui_record_begin(&rec, boot->ui);
	for (i = 0; i < boot->installed.nr; i++)
		record_add(&rec.record, boot->installed.list[i].name,
			   boot->installed.list[i].generation, true);
	err_set(&e, ERR_POLICY_MODE, "nothing is switched on: %s", mode);
	ui_record_failed(&rec, &e);
	ui_record_end(&rec);
}

/* What is not wanted needs no certificates. */
static int boot_all(struct boot *boot, struct err *e)
{
	const char *mode = policy_brake(&boot->policy);
	size_t i;

	if (mode && boot->installed.nr)
		record_brake(boot, mode);
	if (!mode && boot->installed.nr) {
		if (ui_trust_load(&boot->q->trust, &boot->trust, e))
			return -1;
		for (i = 0; i < boot->installed.nr; i++)
			boot_one(boot, &boot->installed.list[i]);
		trust_free(&boot->trust);
	}
	return finish(boot, mode);
}

static int boot_run(struct boot *boot, struct err *e)
{
	int code = -1;

	if (policy_load(&machine_real, &boot->policy, e))
		return -1;
	if (!store_read(&machine_real, &boot->history, e) &&
	    !installed_read(&machine_real, &boot->installed, e))
		code = boot_all(boot, e);
	installed_free(&boot->installed);
	records_free(&boot->history);
	policy_free(&boot->policy);
	return code;
}

int ui_boot_run(struct ui *ui, const struct ui_boot *q)
{
	struct boot boot = { .ui = ui, .q = q, .results = json_array() };
	struct ui_record rec;
	struct err e;
	int code = boot_run(&boot, &e);

	json_decref(boot.results);
	if (code >= 0)
		return code;
	ui_record_begin(&rec, ui);
	ui_record_failed(&rec, &e);
	ui_record_end(&rec);
	return ui_fail(ui, &e);
}
