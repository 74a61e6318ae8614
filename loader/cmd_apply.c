// SPDX-License-Identifier: MIT
/*
 * mend apply
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/apply.h"
#include "lib/json.h"
#include "lib/judge.h"
#include "ui.h"
#include "ui_switch.h"
#include "ui_wait.h"

static const char help[] =
	"Usage: mend apply BUNDLE... [--revert NAME]... [--timeout TIME]\n"
	"                  [--probation TIME [--health COMMAND] | --force=inconsistent]\n"
	"                  [--keys DIR | --cert FILE] [--json]\n"
	"\n"
	"Verifies the bundles, takes their payloads for the running kernel, lets mend.ko verify\n"
	"and load them, and switches all their functions at one instant. If anything fails with\n"
	"any of them, nothing has changed. A lower generation that is on is replaced in the same\n"
	"instant. Needs root and mend.ko, which checks everything again with its own keys.\n"
	"While it waits, a terminal shows for which task; Ctrl-C ends that, nothing has changed.\n"
	"\n"
	"  --revert NAME      switch the patch NAME off in the same instant; may be repeated\n"
	"  --timeout TIME     how long to wait for tasks that are inside a function that would\n"
	"                     change (10 s); 0: one attempt\n"
	"  --probation TIME   mend.ko takes everything back by itself unless it is confirmed in\n"
	"                     that time, and before that if the patch oopses, warns or hangs\n"
	"  --health COMMAND   then run sh -c COMMAND, for nine tenths of that time at most: if it\n"
	"                     exits with 0 the patches are confirmed, otherwise taken back\n"
	"  --force=inconsistent\n"
	"                     after the timeout, switch although tasks are inside: DANGEROUS, see\n"
	"                     mend(8). --force alone asks first, on a terminal\n"
	"  --keys DIR         directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE        trust the certificates of this file only\n"
	"\n"
	"A TIME is a number of seconds, or ends in s, m, h or d; decimals are allowed.\n"
	"\n"
	"Examples:\n"
	"  mend apply fix.mend\n"
	"  mend apply one.mend two.mend --revert workaround --timeout 1m --json\n"
	"  mend apply fix.mend --probation 10m --health 'curl -fsS http://localhost/alive'\n"
	"\n"
	"Exit codes: 0 they are on, 2 they were on already, 3 not for this kernel or a function\n"
	"belongs to somebody else, 4 refused, 5 busy (the task is named), 6 switched and taken\n"
	"back, 1 error.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT, OPT_TIMEOUT, OPT_REVERT, OPT_PROBATION, OPT_HEALTH,
       OPT_FORCE };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "revert", required_argument, NULL, OPT_REVERT },
	{ "probation", required_argument, NULL, OPT_PROBATION },
	{ "health", required_argument, NULL, OPT_HEALTH },
	{ "force", optional_argument, NULL, OPT_FORCE },
	UI_OPTIONS
};

/* The command line */
struct request {
	struct ui_trust trust;
	struct ui_switch how;
	uint32_t probation_ms;
	const char *health;
	char *off[MEND_SWITCH_OPS_MAX];
	char **paths;
	int nr_off, nr_paths;
};

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

static json_t *probation_json(const struct request *q)
{
	json_t *doc;

	if (!q->probation_ms)
		return json_null();
	doc = json_object();
	json_object_set_new(doc, "ms", json_integer(q->probation_ms));
	json_object_set_new(doc, "confirmed", json_boolean(q->health));
	return doc;
}

/* The members of a patch stand at the top as well if there is only one. */
static int print_json(const struct request *q, const struct apply *a)
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
	json_object_set_new(doc, "probation", probation_json(q));
	json_object_set_new(doc, "switch", json_switch(&a->sw));
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

static void print(const struct apply *a)
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

static const char *first_on(const struct apply *a)
{
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		if (!a->on[i].was_on)
			return a->on[i].bundle->manifest.name;
	return NULL;
}

static void print_probation(const struct request *q, const struct apply *a)
{
	const char *name = first_on(a);
	char span[32];

	if (!name)
		ui_field("probation", "none: no patch has gone on");
	else if (q->health)
		ui_field("probation", "passed by the health command: confirmed");
	else
		ui_field("probation", "taken back after %s, unless 'mend confirm %s' comes first",
			 ui_span(q->probation_ms, span), name);
}

/* It is switched. With a health command that is not the end of it. */
static int after(struct ui *ui, const struct request *q, const struct apply *a)
{
	struct err e;

	if (!ui->json) {
		print(a);
		fflush(stdout);
	}
	if (q->health && first_on(a) && judge_run(&machine_real, a, q->health, &e))
		return ui_fail(ui, &e);
	if (ui->json)
		return print_json(q, a);
	if (q->probation_ms)
		print_probation(q, a);
	return EXIT_CODE_OK;
}

static int apply(struct ui *ui, const struct request *q, const struct bundle *bundles)
{
	struct apply_patch on[MEND_SWITCH_OPS_MAX] = { 0 };
	struct revert_patch off[MEND_SWITCH_OPS_MAX] = { 0 };
	struct apply a = {
		.on = on, .off = off, .probation_ms = q->probation_ms, .force = q->how.forced,
	};
	struct ui_wait wait;
	struct err e;
	int code;

	for (; a.nr_on < (size_t)q->nr_paths; a.nr_on++) {
		on[a.nr_on].path = q->paths[a.nr_on];
		on[a.nr_on].bundle = &bundles[a.nr_on];
	}
	for (; a.nr_off < (size_t)q->nr_off; a.nr_off++)
		off[a.nr_off].name = q->off[a.nr_off];
	ui_wait_begin(&wait, ui, q->how.timeout_ms);
	a.wait = &wait.wait;
	if (apply_run(&machine_real, &a, &e))
		code = ui_fail_blocked(ui, &e, &a.sw.blocker);
	else
		code = after(ui, q, &a);
	ui_wait_end(&wait);
	apply_free(&a);
	return code;
}

/* All are verified before the kernel is asked for anything. */
static int read_and_apply(struct ui *ui, const struct request *q)
{
	struct bundle *bundles = calloc((size_t)q->nr_paths, sizeof(*bundles));
	struct trust t;
	struct err e;
	int n, code = EXIT_CODE_OK;

	if (!bundles) {
		err_nomem(&e);
		return ui_fail(ui, &e);
	}
	if (ui_trust_load(&q->trust, &t, &e)) {
		free(bundles);
		return ui_fail(ui, &e);
	}
	for (n = 0; n < q->nr_paths; n++) {
		if (bundle_read(&bundles[n], q->paths[n], &t, ui_now(), &e)) {
			code = ui_fail(ui, &e);
			break;
		}
	}
	if (n == q->nr_paths)
		code = apply(ui, q, bundles);
	while (n)
		bundle_free(&bundles[--n]);
	trust_free(&t);
	free(bundles);
	return code;
}

static int add_off(struct ui *ui, struct request *q, char *name)
{
	if (!manifest_is_name(name))
		ui->exit = ui_usage(ui, "'%s' cannot be a patch's name; 'mend status' lists them",
				    name);
	else if (q->nr_off == (int)MEND_SWITCH_OPS_MAX)
		ui->exit = ui_usage(ui, "at most %u patches can be switched at once",
				    MEND_SWITCH_OPS_MAX);
	else
		q->off[q->nr_off++] = name;
	return ui->exit;
}

static int set_probation(struct ui *ui, struct request *q, const char *arg)
{
	char span[32];

	if (!ui_period(arg, MEND_PROBATION_MAX_MS, &q->probation_ms) || !q->probation_ms)
		ui->exit = ui_usage(ui, "'%s' is not a time of more than 0 and up to %s", arg,
				    ui_span(MEND_PROBATION_MAX_MS, span));
	return ui->exit;
}

/* 0, or the exit code */
static int set(struct ui *ui, struct request *q, int option)
{
	switch (option) {
	case OPT_KEYS:
		q->trust.keys = optarg;
		return 0;
	case OPT_CERT:
		q->trust.cert = optarg;
		return 0;
	case OPT_TIMEOUT:
		return ui_switch_timeout(ui, &q->how, optarg) ? ui->exit : 0;
	case OPT_REVERT:
		return add_off(ui, q, optarg);
	case OPT_PROBATION:
		return set_probation(ui, q, optarg);
	case OPT_HEALTH:
		q->health = optarg;
		return 0;
	case OPT_FORCE:
		q->how.forced = true;
		q->how.word = optarg;
		return 0;
	default:
		return EXIT_CODE_USAGE;
	}
}

/* What does not go together? NULL: nothing */
static const char *conflict(const struct request *q)
{
	if (q->nr_paths < 1)
		return "a bundle is needed";
	if (q->nr_paths + q->nr_off > (int)MEND_SWITCH_OPS_MAX)
		return "too many patches for one switch: at most 64";
	if (q->trust.keys && q->trust.cert)
		return "at most one of --keys and --cert";
	if (q->health && !q->probation_ms)
		return "--health needs --probation";
	if (q->how.forced && q->probation_ms)
		return "a switch that is forced cannot be on probation: leave out --force or "
		       "--probation";
	return NULL;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct request q = { .how = UI_SWITCH_DEFAULT };
	const char *text;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		c = set(ui, &q, c);
		if (c)
			return c;
	}
	q.paths = argv + optind;
	q.nr_paths = argc - optind;
	text = conflict(&q);
	if (text)
		return ui_usage(ui, "%s", text);
	text = ui_switch_twice(q.off, q.nr_off);
	if (text)
		return ui_usage(ui, "'%s' is to be reverted twice", text);
	return ui_switch_force(ui, &q.how) ? ui->exit : read_and_apply(ui, &q);
}

const struct cmd cmd_apply = {
	"apply", "switch the patches of bundles on", help, run
};
