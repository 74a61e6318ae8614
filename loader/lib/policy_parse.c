// SPDX-License-Identifier: MIT
/*
 * Reading mend.conf. What cannot be understood is an error and no default: a typing mistake
 * must not open what was to be closed. So libinih is given nothing that it would bend: it
 * cuts lines that are too long for it, takes one that begins with a blank for more of the
 * setting before, and passes over what stands behind a section's name.
 */
#include "policy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "period.h"

#define SEPARATORS	" \t,"
#define BOM		"\xEF\xBB\xBF"

/**
 * struct reader - how far it has come, and whether there was a mistake
 * @text:	what is still to be read
 * @line:	number of the last line that was
 * @given:	what has been set so far, a bit for each of settings[]
 */
struct reader {
	struct policy *policy;
	struct bytes text;
	int line;
	unsigned int given;
	struct err *e;
	bool failed;
};

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

static int set_signers(struct policy *p, const char *key, const char *value, struct err *e)
{
	return set_list(&p->signers, key, value, is_fingerprint,
			"SHA-256 fingerprints of certificates, 64 lower-case hex digits each", e);
}

static int set_kinds(struct policy *p, const char *key, const char *value, struct err *e)
{
	return set_list(&p->kinds, key, value, is_kind, "security, bugfix, feature or test", e);
}

static int set_hold(struct policy *p, const char *key, const char *value, struct err *e)
{
	return set_list(&p->hold, key, value, is_held,
			"names of patches, each alone or as NAME.GENERATION", e);
}

static int set_mode(struct policy *p, const char *key, const char *value, struct err *e)
{
	int i = policy_word(policy_modes, value);

	if (i < 0)
		return wrong(e, key, value, "apply, stage or off");
	p->mode = (enum policy_mode)i;
	return 0;
}

static int set_severity(struct policy *p, const char *key, const char *value, struct err *e)
{
	int i = policy_word(manifest_severities, value);

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
	p->health = strdup(value);
	return p->health ? 0 : err_nomem(e);
}

static const struct setting {
	const char *name;
	int (*set)(struct policy *p, const char *key, const char *value, struct err *e);
	bool repeats;
} settings[] = {
	{ "mode", set_mode, false }, { "signers", set_signers, true },
	{ "kinds", set_kinds, true }, { "severity", set_severity, false },
	{ "hold", set_hold, true }, { "probation", set_probation, false },
	{ "health", set_health, false }, { "max-pause", set_pause, false },
};

static int set(struct reader *r, const char *key, const char *value)
{
	unsigned int i, n = sizeof(settings) / sizeof(settings[0]);

	for (i = 0; i < n && strcmp(settings[i].name, key); i++)
		;
	if (i == n)
		return err_set(r->e, ERR_POLICY, "there is no setting '%s'", key);
	if (!settings[i].repeats && r->given & 1U << i) {
		err_set(r->e, ERR_POLICY, "'%s' is set a second time", key);
		return err_hint(r->e, "take one of the two out");
	}
	r->given |= 1U << i;
	return settings[i].set(r->policy, key, value, r->e);
}

/* libinih's: 1: all is well */
static int on_setting(void *data, const char *section, const char *key, const char *value)
{
	struct reader *r = data;

	if (strcmp(section, "policy"))
		r->failed = err_set(r->e, ERR_POLICY, "'%s' stands in section '%s': all settings "
				    "belong into [policy]", key, section);
	else
		r->failed = set(r, key, value);
	return !r->failed;
}

static struct bytes skip(struct bytes b, size_t len)
{
	return (struct bytes){ b.data + len, b.len - len };
}

static struct bytes skip_blanks(struct bytes b)
{
	while (b.len && isspace(b.data[0]))
		b = skip(b, 1);
	return b;
}

/* Nothing, or a comment */
static bool says_nothing(struct bytes b)
{
	b = skip_blanks(b);
	return !b.len || b.data[0] == '#' || b.data[0] == ';';
}

static bool is_section_and_more(struct bytes line)
{
	const uint8_t *end = line.data[0] == '[' ? memchr(line.data, ']', line.len) : NULL;

	return end && !says_nothing(skip(line, (size_t)(end + 1 - line.data)));
}

/* What hides the rest of a line from whoever reads it, or from libinih. */
static int check_bytes(struct bytes line, struct err *e)
{
	size_t i;

	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	for (i = 0; i < line.len; i++) {
		if (!iscntrl(line.data[i]) || line.data[i] == '\t')
			continue;
		err_set(e, ERR_POLICY, "it has a byte 0x%02x, which is no text", line.data[i]);
		return err_hint(e, "the file is damaged, or comes from a system that ends lines in "
				"another way: write it anew");
	}
	return 0;
}

/* Of a line that says something */
static int check_line(struct bytes line, size_t max, struct err *e)
{
	if (isspace(line.data[0])) {
		err_set(e, ERR_POLICY, "it begins with a blank");
		return err_hint(e, "a setting begins at the margin and ends with its line; 'signers', "
				"'kinds' and 'hold' may be repeated");
	}
	if (line.len > max) {
		err_set(e, ERR_POLICY, "it has %zu bytes, and %zu are the most", line.len, max);
		return err_hint(e, "repeat 'signers =', 'kinds =' or 'hold =' for what does not fit; "
				"put a long command into a script");
	}
	if (is_section_and_more(line))
		return err_set(e, ERR_POLICY, "something stands behind the name of the section");
	return 0;
}

/* The next line, without its end */
static struct bytes take_line(struct reader *r)
{
	const uint8_t *end = memchr(r->text.data, '\n', r->text.len);
	struct bytes line = { r->text.data, end ? (size_t)(end - r->text.data) : r->text.len };

	r->text = skip(r->text, line.len + (end ? 1 : 0));
	if (!r->line++ && line.len >= strlen(BOM) && !memcmp(line.data, BOM, strlen(BOM)))
		line = skip(line, strlen(BOM));
	return line;
}

/*
 * libinih's: the next line as a string, NULL: there is none. It never sees comments, so
 * that they may be of any length.
 */
static char *read_line(char *out, int size, void *data)
{
	struct reader *r = data;
	struct bytes line;

	if (r->failed || !r->text.len)
		return NULL;
	line = take_line(r);
	r->failed = check_bytes(line, r->e);
	if (says_nothing(line))
		line.len = 0;
	else if (!r->failed)	/* a line feed and a NUL come behind it */
		r->failed = check_line(line, (size_t)size - 2, r->e);
	if (r->failed)
		return NULL;
	memcpy(out, line.data, line.len);
	memcpy(out + line.len, "\n", 2);
	return out;
}

static void name_line(struct err *e, int line)
{
	char text[ERR_TEXT_LEN];

	snprintf(text, sizeof(text), "%s", e->message);
	snprintf(e->message, sizeof(e->message), "line %d: %.*s", line, ERR_TEXT_LEN - 20, text);
}

int policy_parse(struct policy *p, struct bytes text, struct err *e)
{
	struct reader r = { .policy = p, .text = text, .e = e };
	int line;

	memset(p, 0, sizeof(*p));
	p->severity = SIZE_MAX;
	/* the first line that libinih does not understand; it goes on behind that */
	line = ini_parse_stream(read_line, &r, on_setting, &r);
	if (line < 0)
		err_nomem(e);
	else if (line && (!r.failed || line < r.line))
		err_set(e, ERR_POLICY, "line %d is no setting", line);
	else if (r.failed)
		name_line(e, r.line);
	else if (p->health && !p->probation_ms)
		err_set(e, ERR_POLICY, "health needs probation");
	else
		return 0;
	policy_free(p);
	return -1;
}
