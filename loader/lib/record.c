// SPDX-License-Identifier: MIT
/*
 * Records as JSON, and what can be found out later of one whose end nobody wrote down.
 */
#include "record.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "reason.h"
#include "utc.h"

#define NOBODY		UINT32_MAX	/* of /proc/self/loginuid */

static const char *const outcomes[RECORD_NR_OUTCOMES] = {
	[RECORD_ATTEMPTING] = "attempting", [RECORD_DONE] = "done",
	[RECORD_PROBATION] = "probation", [RECORD_CONFIRMED] = "confirmed",
	[RECORD_ROLLED_BACK] = "rolled-back", [RECORD_ENDED] = "ended",
	[RECORD_FAILED] = "failed", [RECORD_REFUSED] = "refused",
	[RECORD_SUPERSEDED] = "superseded", [RECORD_SKIPPED] = "skipped",
	[RECORD_INTERRUPTED] = "interrupted", [RECORD_DOWN] = "down",
};

const char *record_outcome_name(enum record_outcome outcome)
{
	return outcomes[outcome];
}

/* Field 22 of its stat; 0: there is no such process. The name before it may hold blanks. */
static uint64_t start_of(const struct machine *mc, int32_t pid)
{
	char path[64], line[1024], *at;
	uint64_t value;
	int field;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (machine_line(mc, path, line, sizeof(line)))
		return 0;
	at = strrchr(line, ')');
	for (field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return 0;
	at++;
	at[strcspn(at, " ")] = '\0';
	return manifest_number(at, 0, UINT64_MAX, &value) ? value : 0;
}

static void set_user(const struct machine *mc, struct record *r)
{
	const struct passwd *entry;
	uint64_t login = NOBODY;
	char line[16];

	r->uid = getuid();
	machine_line(mc, "/proc/self/loginuid", line, sizeof(line));
	if (!manifest_number(line, 0, UINT32_MAX, &login) || login == NOBODY)
		login = r->uid;
	entry = getpwuid((uid_t)login);
	if (entry)
		snprintf(r->user, sizeof(r->user), "%s", entry->pw_name);
	else
		snprintf(r->user, sizeof(r->user), "%ju", (uintmax_t)login);
}

static void read_boot_id(const struct machine *mc, char out[BOOT_ID_LEN])
{
	machine_line(mc, "/proc/sys/kernel/random/boot_id", out, BOOT_ID_LEN);
}

void record_begin(const struct machine *mc, struct record *r, const char *verb)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->verb, sizeof(r->verb), "%s", verb);
	r->when = time(NULL);
	set_user(mc, r);
	r->pid = getpid();
	r->started = start_of(mc, r->pid);
	read_boot_id(mc, r->boot_id);
	if (mc->uname(r->release))
		r->release[0] = '\0';
}

void record_add(struct record *r, const char *name, uint64_t generation, bool on)
{
	struct record_patch *p;

	if (r->nr_patches == MEND_SWITCH_OPS_MAX)
		return;
	p = &r->patches[r->nr_patches++];
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->generation = generation;
	p->on = on;
}

void record_fail(struct record *r, enum record_outcome outcome, const struct err *e)
{
	bool nameless = !r->nr_patches && e->nr_context;
	char text[ERR_CONTEXT_LEN + ERR_TEXT_LEN + 2];

	/* what it was about, where no patch's name tells it */
	snprintf(text, sizeof(text), "%s%s%s", nameless ? e->context[e->nr_context - 1] : "",
		 nameless ? ": " : "", e->message);
	r->outcome = outcome;
	r->reason = e->reason;
	snprintf(r->text, sizeof(r->text), "%.*s", (int)sizeof(r->text) - 1, text);
}

void record_subject(const struct record *r, struct buf *out)
{
	const struct record_patch *p;
	size_t i;

	if (r->signer.subject[0])
		buf_printf(out, "%s%s", r->signer.trusted ? "" : "--remove ", r->signer.subject);
	for (i = 0; i < r->nr_patches; i++) {
		p = &r->patches[i];
		buf_printf(out, "%s%s%s", i ? " " : "", !p->on && !strcmp(r->verb, "apply") ? "-" : "",
			   p->name);
		if (p->generation)
			buf_printf(out, ".%ju", (uintmax_t)p->generation);
	}
}

static json_t *patches_json(const struct record *r)
{
	json_t *list = json_array(), *j;
	size_t i;

	for (i = 0; i < r->nr_patches; i++) {
		j = json_object();
		json_object_set_new(j, "name", json_text(r->patches[i].name));
		json_object_set_new(j, "generation",
				    json_integer((json_int_t)r->patches[i].generation));
		json_object_set_new(j, "on", json_boolean(r->patches[i].on));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *signer_json(const struct record_signer *s)
{
	json_t *j;

	if (!s->subject[0])
		return json_null();
	j = json_object();
	json_object_set_new(j, "subject", json_text(s->subject));
	json_object_set_new(j, "fingerprint", s->fingerprint[0] ? json_text(s->fingerprint) :
								  json_null());
	json_object_set_new(j, "trusted", json_boolean(s->trusted));
	return j;
}

json_t *record_json(const struct record *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "number", json_integer((json_int_t)r->number));
	json_object_set_new(j, "verb", json_text(r->verb));
	json_object_set_new(j, "when", json_time(r->when));
	json_object_set_new(j, "user", json_text(r->user));
	json_object_set_new(j, "uid", json_integer(r->uid));
	json_object_set_new(j, "pid", json_integer(r->pid));
	json_object_set_new(j, "started", json_integer((json_int_t)r->started));
	json_object_set_new(j, "boot_id", json_text(r->boot_id));
	json_object_set_new(j, "release", json_text(r->release));
	json_object_set_new(j, "patches", patches_json(r));
	json_object_set_new(j, "signer", signer_json(&r->signer));
	json_object_set_new(j, "outcome", json_string(outcomes[r->outcome]));
	json_object_set_new(j, "reason", r->reason ?
			    json_string(reason_lookup(r->reason)->name) : json_null());
	json_object_set_new(j, "reason_number", json_integer(r->reason));
	json_object_set_new(j, "text", json_text(r->text));
	json_object_set_new(j, "pause_ns", json_integer((json_int_t)r->pause_ns));
	return j;
}

static bool get_text(json_t *j, const char *name, char *out, size_t size)
{
	const char *s = json_string_value(json_object_get(j, name));

	if (!s || strlen(s) >= size)
		return false;
	memcpy(out, s, strlen(s) + 1);
	return true;
}

static bool get_number(json_t *j, const char *name, uint64_t max, uint64_t *out)
{
	json_t *value = json_object_get(j, name);
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || (uint64_t)n > max)
		return false;
	*out = (uint64_t)n;
	return true;
}

static bool get_patch(json_t *j, struct record *r)
{
	struct record_patch *p = &r->patches[r->nr_patches];

	if (r->nr_patches == MEND_SWITCH_OPS_MAX ||
	    !get_text(j, "name", p->name, sizeof(p->name)) || !manifest_is_name(p->name) ||
	    !get_number(j, "generation", INT64_MAX, &p->generation) ||
	    !json_is_boolean(json_object_get(j, "on")))
		return false;
	p->on = json_is_true(json_object_get(j, "on"));
	r->nr_patches++;
	return true;
}

static bool get_patches(json_t *list, struct record *r)
{
	json_t *j;
	size_t i;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, j)
		if (!get_patch(j, r))
			return false;
	return true;
}

/* Records of the first versions have none. */
static bool get_signer(json_t *j, struct record_signer *s)
{
	json_t *print = json_object_get(j, "fingerprint"), *trusted = json_object_get(j, "trusted");

	if (!j || json_is_null(j))
		return true;
	s->trusted = json_is_true(trusted);
	return json_is_boolean(trusted) && get_text(j, "subject", s->subject, sizeof(s->subject)) &&
	       (json_is_null(print) ||
		get_text(j, "fingerprint", s->fingerprint, sizeof(s->fingerprint)));
}

static bool get_outcome(json_t *j, struct record *r)
{
	const char *s = json_string_value(json_object_get(j, "outcome"));
	unsigned int i;

	for (i = 0; s && i < RECORD_NR_OUTCOMES; i++)
		if (!strcmp(s, outcomes[i])) {
			r->outcome = (enum record_outcome)i;
			return true;
		}
	return false;
}

static bool get_all(json_t *j, struct record *r)
{
	const char *when = json_string_value(json_object_get(j, "when"));
	uint64_t uid, pid, reason;

	if (!when || !utc_parse(when, &r->when) ||
	    !get_number(j, "number", INT64_MAX, &r->number) ||
	    !get_text(j, "verb", r->verb, sizeof(r->verb)) ||
	    !get_text(j, "user", r->user, sizeof(r->user)) ||
	    !get_number(j, "uid", UINT32_MAX, &uid) || !get_number(j, "pid", INT32_MAX, &pid) ||
	    !get_number(j, "started", INT64_MAX, &r->started) ||
	    !get_text(j, "boot_id", r->boot_id, sizeof(r->boot_id)) ||
	    !get_text(j, "release", r->release, sizeof(r->release)) ||
	    !get_patches(json_object_get(j, "patches"), r) ||
	    !get_signer(json_object_get(j, "signer"), &r->signer) || !get_outcome(j, r) ||
	    !get_number(j, "reason_number", UINT32_MAX, &reason) ||
	    !get_text(j, "text", r->text, sizeof(r->text)) ||
	    !get_number(j, "pause_ns", INT64_MAX, &r->pause_ns))
		return false;
	r->uid = (uint32_t)uid;
	r->pid = (int32_t)pid;
	r->reason = (uint32_t)reason;
	return true;
}

bool record_parse(struct record *r, struct bytes text)
{
	json_t *j = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	bool ok;

	memset(r, 0, sizeof(*r));
	ok = j && get_all(j, r);
	json_decref(j);
	return ok;
}

static void settle(struct record *r, enum record_outcome outcome, const char *text)
{
	r->outcome = outcome;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

/**
 * struct fate - one of each kind of those that were to go on, or NULL
 * @gone:	some are not loaded any more
 *
 * The patches of one switch share their fate, until somebody does something to one of them.
 */
struct fate {
	const struct sysfs_patch *young, *on, *off, *back;
	bool gone;
};

static void look_at(struct fate *f, const struct sysfs_patch *p)
{
	if (!p)
		f->gone = true;
	else if (sysfs_rolled_back(p))
		f->back = p;
	else if (!p->enabled)
		f->off = p;
	else if (p->probation_ms)
		f->young = p;
	else
		f->on = p;
}

static struct fate look_at_all(const struct record *r, const struct sysfs_patches *all)
{
	struct fate f = { 0 };
	size_t i;

	for (i = 0; i < r->nr_patches; i++)
		if (r->patches[i].on)
			look_at(&f, sysfs_find(all, r->patches[i].name, r->patches[i].generation));
	return f;
}

/* As long as one of them is on probation, the machine can still go down with it. */
static void settle_probation(struct record *r, struct fate f)
{
	if (f.young)
		return;
	if (f.back) {
		settle(r, RECORD_ROLLED_BACK, f.back->reason_text);
		r->reason = f.back->reason;
	} else if (f.off || f.gone) {
		settle(r, RECORD_ENDED, "it was switched off before it was confirmed");
	} else if (f.on) {
		r->outcome = RECORD_CONFIRMED;
	}
}

/* What is on was switched by it: whoever switches something later settles this before. */
static void settle_attempt(struct record *r, struct fate f)
{
	if (f.young || f.on)
		r->pause_ns = f.young ? f.young->pause_ns : f.on->pause_ns;
	if (f.young)
		r->outcome = RECORD_PROBATION;
	else if (f.on)
		settle(r, RECORD_INTERRUPTED, "the program ended before it could say so: it is on");
	else
		settle(r, RECORD_INTERRUPTED, "the program ended before it was done");
}

void record_end(struct record *r)
{
	if (r->outcome == RECORD_PROBATION)
		settle(r, RECORD_ENDED,
		       "the machine was shut down in order before it was confirmed");
}

void record_settle(const struct machine *mc, struct record *r, const struct sysfs_patches *all)
{
	char boot_id[BOOT_ID_LEN];

	if (r->outcome != RECORD_ATTEMPTING && r->outcome != RECORD_PROBATION)
		return;
	read_boot_id(mc, boot_id);
	if (!boot_id[0])
		return;		/* without /proc nothing can be told */
	if (strcmp(boot_id, r->boot_id))
		settle(r, RECORD_DOWN, r->outcome == RECORD_ATTEMPTING ?
		       "the machine went down while it was done" :
		       "the machine went down before it was confirmed");
	else if (!all)
		return;
	else if (r->outcome == RECORD_PROBATION)
		settle_probation(r, look_at_all(r, all));
	else if (start_of(mc, r->pid) != r->started || !r->started)
		settle_attempt(r, look_at_all(r, all));
}
