// SPDX-License-Identifier: MIT
/*
 * The policy. What cannot be understood is an error and no default: a typing mistake
 * must not open what was to be closed.
 */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "fs.h"
#include "period.h"

#define CONF_MAX	(64U << 10)
#define SEPARATORS	" \t,"

/** struct reader - where the first mistake was */
struct reader {
	struct policy *policy;
	struct err *e;
	bool failed;
};

static const char *const modes[] = { "apply", "stage", "off", NULL };

/* Index in a NULL-terminated list, or -1 */
static int index_of(const char *const *words, const char *s)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], s))
			return i;
	return -1;
}

static int add_word(struct policy_list *list, const char *word, struct err *e)
{
	char **words = reallocarray(list->words, list->nr_words + 1, sizeof(*words));

	if (!words)
		return err_nomem(e);
	list->words = words;
	words[list->nr_words] = strdup(word);
	return words[list->nr_words++] ? 0 : err_nomem(e);
}

static int wrong(struct err *e, const char *key, const char *value, const char *wanted)
{
	return err_set(e, ERR_POLICY, "%s = %s: it must be %s", key, value, wanted);
}

static bool is_fingerprint(const char *s)
{
	uint8_t digest[MEND_DIGEST_LEN];

	return hex_decode(digest, sizeof(digest), s);
}

static bool is_kind(const char *s)
{
	return manifest_is_word(manifest_kinds, s);
}

/* NAME or NAME.GENERATION */
static bool is_held(const char *s)
{
	const char *dot = strchr(s, '.');
	char name[MEND_NAME_LEN];
	uint64_t generation;
	size_t len = dot ? (size_t)(dot - s) : strlen(s);

	if (len >= sizeof(name))
		return false;
	memcpy(name, s, len);
	name[len] = '\0';
	return manifest_is_name(name) &&
	       (!dot || manifest_number(dot + 1, 1, INT64_MAX, &generation));
}

static int set_list(struct policy_list *list, const char *key, const char *value,
		    bool (*valid)(const char *s), const char *wanted, struct err *e)
{
	char *copy = strdup(value), *word, *save;
	int ret = copy ? 0 : err_nomem(e);

	for (word = ret ? NULL : strtok_r(copy, SEPARATORS, &save); word && !ret;
	     word = strtok_r(NULL, SEPARATORS, &save))
		ret = valid(word) ? add_word(list, word, e) : wrong(e, key, word, wanted);
	if (!ret && !list->nr_words)
		ret = wrong(e, key, value, wanted);
	free(copy);
	return ret;
}

static int set_mode(struct policy *p, const char *key, const char *value, struct err *e)
{
	int i = index_of(modes, value);

	if (i < 0)
		return wrong(e, key, value, "apply, stage or off");
	p->mode = (enum policy_mode)i;
	return 0;
}

static int set_severity(struct policy *p, const char *key, const char *value, struct err *e)
{
	int i = index_of(manifest_severities, value);

	if (i < 0)
		return wrong(e, key, value, "critical, important, moderate, low or none");
	p->severity = (size_t)i;
	return 0;
}

static int set_probation(struct policy *p, const char *key, const char *value, struct err *e)
{
	if (!period_parse(value, MEND_PROBATION_MAX_MS, &p->probation_ms))
		return wrong(e, key, value, "a time of at most seven days, such as 10m; 0: none");
	return 0;
}

static int set_pause(struct policy *p, const char *key, const char *value, struct err *e)
{
	uint64_t us;

	if (!manifest_number(value, 1, UINT32_MAX, &us))
		return wrong(e, key, value, "a number of microseconds");
	p->max_pause_ns = us * 1000;
	return 0;
}

static int set_health(struct policy *p, const char *key, const char *value, struct err *e)
{
	if (!*value)
		return wrong(e, key, value, "a command");
	free(p->health);
	p->health = strdup(value);
	return p->health ? 0 : err_nomem(e);
}

static int set(struct policy *p, const char *key, const char *value, struct err *e)
{
	if (!strcmp(key, "mode"))
		return set_mode(p, key, value, e);
	if (!strcmp(key, "signers"))
		return set_list(&p->signers, key, value, is_fingerprint, "SHA-256 fingerprints of "
				"certificates, 64 lower-case hex digits each", e);
	if (!strcmp(key, "kinds"))
		return set_list(&p->kinds, key, value, is_kind,
				"security, bugfix, feature or test", e);
	if (!strcmp(key, "severity"))
		return set_severity(p, key, value, e);
	if (!strcmp(key, "hold"))
		return set_list(&p->hold, key, value, is_held, "names of patches, each alone or as "
				"NAME.GENERATION", e);
	if (!strcmp(key, "probation"))
		return set_probation(p, key, value, e);
	if (!strcmp(key, "health"))
		return set_health(p, key, value, e);
	if (!strcmp(key, "max-pause"))
		return set_pause(p, key, value, e);
	return err_set(e, ERR_POLICY, "there is no setting '%s'", key);
}

/* libinih's: 1 goes on, 0 stops with the number of this line */
static int on_setting(void *data, const char *section, const char *key, const char *value)
{
	struct reader *r = data;

	if (r->failed)
		return 0;
	if (strcmp(section, "policy"))
		r->failed = err_set(r->e, ERR_POLICY, "'%s' stands in section '%s': all settings "
				    "belong into [policy]", key, section);
	else
		r->failed = set(r->policy, key, value, r->e);
	return !r->failed;
}

int policy_parse(struct policy *p, const char *text, struct err *e)
{
	struct reader r = { .policy = p, .e = e };
	int line;

	memset(p, 0, sizeof(*p));
	p->severity = SIZE_MAX;
	line = ini_parse_string(text, on_setting, &r);
	if (!line && p->health && !p->probation_ms) {
		r.failed = err_set(e, ERR_POLICY, "health needs probation");
	} else if (line > 0 && !r.failed) {
		r.failed = err_set(e, ERR_POLICY, "line %d is no setting", line);
	} else if (line > 0) {
		err_context(e, "line %d", line);
	} else if (line < 0) {
		r.failed = err_nomem(e);
	}
	if (r.failed)
		policy_free(p);
	return r.failed ? -1 : 0;
}

/* mend.mode=off or stage: stricter than the file, never laxer */
static void brake(const struct machine *mc, struct policy *p)
{
	char line[4096], *word, *save;
	int mode;

	machine_line(mc, "/proc/cmdline", line, sizeof(line));
	for (word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (strncmp(word, "mend.mode=", 10))
			continue;
		mode = index_of(modes, word + 10);
		if (mode > (int)p->mode) {
			p->mode = (enum policy_mode)mode;
			p->from_command_line = true;
		}
	}
}

int policy_load(const struct machine *mc, struct policy *p, struct err *e)
{
	char *path = machine_path(mc, POLICY_FILE);
	struct buf text = { 0 };
	int ret;

	if (!path)
		return err_nomem(e);
	ret = fs_read(path, CONF_MAX, &text, e);
	if (ret && e->errnum == ENOENT)
		ret = 0;
	buf_append(&text, "", 1);
	if (!ret)
		ret = text.failed ? err_nomem(e) : policy_parse(p, (const char *)text.data, e);
	if (!ret)
		brake(mc, p);
	else
		err_context(e, "'%s'", path);
	buf_free(&text);
	free(path);
	return ret;
}

const char *policy_brake(const struct policy *p)
{
	if (p->mode == POLICY_APPLY)
		return NULL;
	if (p->from_command_line)
		return p->mode == POLICY_OFF ? "mend.mode=off on the kernel command line" :
					       "mend.mode=stage on the kernel command line";
	return p->mode == POLICY_OFF ? "mode = off in mend.conf" : "mode = stage in mend.conf";
}

static bool has_word(const struct policy_list *list, const char *word)
{
	size_t i;

	for (i = 0; i < list->nr_words; i++)
		if (!strcmp(list->words[i], word))
			return true;
	return false;
}

static int check_mode(const struct policy *p, enum policy_mode mode, struct err *e)
{
	const char *where = p->from_command_line ? "the kernel command line (mend.mode)" :
						   "mend.conf";

	if (p->mode <= mode)
		return 0;
	err_set(e, ERR_POLICY_MODE, "%s says that %s", where, p->mode == POLICY_OFF ?
		"nothing is to be done" : "bundles are kept for later and not applied");
	if (p->mode == POLICY_STAGE)
		err_hint(e, "'mend stage' keeps it for later");
	return -1;
}

/* By its name, or only in this generation? The remedies differ. */
static int check_hold(const struct policy *p, const struct manifest *m, struct err *e)
{
	bool all = has_word(&p->hold, m->name);
	char word[MEND_NAME_LEN + 24];

	snprintf(word, sizeof(word), "%s.%ju", m->name, (uintmax_t)m->generation);
	if (!all && !has_word(&p->hold, word))
		return 0;
	err_set(e, ERR_POLICY_HOLD, "mend.conf holds '%s' generation %ju back", m->name,
		(uintmax_t)m->generation);
	return err_hint(e, "%stake '%s' off 'hold' in " POLICY_FILE " once what it is there for is "
			"settled", all ? "" : "get another generation, or ", all ? m->name : word);
}

int policy_check(const struct policy *p, enum policy_mode mode, const struct bundle *b,
		 struct err *e)
{
	const struct manifest *m = &b->manifest;

	if (check_mode(p, mode, e))
		return -1;
	if (p->signers.nr_words && !has_word(&p->signers, b->signer->fingerprint))
		return err_set(e, ERR_POLICY_SIGNER, "its signer (%s) is trusted, and not among "
			       "those that mend.conf allows", b->signer->subject);
	if (p->kinds.nr_words && !has_word(&p->kinds, m->kind))
		return err_set(e, ERR_POLICY_KIND, "mend.conf does not allow patches of kind '%s'",
			       m->kind);
	if (p->severity != SIZE_MAX &&
	    index_of(manifest_severities, m->severity) > (int)p->severity)
		return err_set(e, ERR_POLICY_SEVERITY, "its severity is '%s', and mend.conf wants "
			       "'%s' or more", m->severity, manifest_severities[p->severity]);
	return check_hold(p, m, e);
}

static void list_free(struct policy_list *list)
{
	while (list->nr_words)
		free(list->words[--list->nr_words]);
	free(list->words);
}

void policy_free(struct policy *p)
{
	list_free(&p->signers);
	list_free(&p->kinds);
	list_free(&p->hold);
	free(p->health);
	memset(p, 0, sizeof(*p));
}
