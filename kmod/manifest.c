// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manifest parser; see manifest.h and the format in mend/bundle.h. Pure.
 *
 * A lexer yields one "key value" line at a time and enforces what holds for
 * every line; above it, one function per kind of block takes the keys in the
 * one order that is allowed. The second walks, over blocks and over funcs,
 * read only what the first has validated.
 */
#include "manifest.h"
#include "report.h"

/* Not a string: not terminated. */
struct span {
	const char *at;
	size_t len;
};

/**
 * struct lexer - one pass over the lines
 * @buf: the manifest
 * @len: its length
 * @pos: offset of the line behind the current one
 * @start: offset of the current line
 * @line: its number, from 1
 * @at_end: there is no current line
 * @key: of the current line
 * @value: of the current line
 * @report: may be NULL
 */
struct lexer {
	const char *buf;
	size_t len;
	size_t pos;
	size_t start;
	u32 line;
	bool at_end;
	struct span key;
	struct span value;
	struct mend_report *report;
};

#define lexer_fail(lexer, fmt, ...)						\
	report_fail((lexer)->report, -EBADMSG, MEND_R_MANIFEST_SYNTAX,		\
		    "manifest, line %u: " fmt, (lexer)->line, ##__VA_ARGS__)

/* For printing at most so much of what is there instead of what should be. */
#define FOUND_MAX	32
#define found(span)	(int)((span).len < FOUND_MAX ? (span).len : FOUND_MAX), (span).at

static bool span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.at, text, span.len);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The line at @lexer->pos ends at a LF and holds nothing that does not print. */
static int lexer_line(struct lexer *lexer, struct span *line)
{
	const char *at = lexer->buf + lexer->pos;
	size_t left = lexer->len - lexer->pos, n;

	for (n = 0; n < left && at[n] != '\n'; n++) {
		if (n == MEND_LINE_MAX)
			return lexer_fail(lexer, "longer than %u bytes", MEND_LINE_MAX);
		if (at[n] < 0x20 || at[n] > 0x7e)
			return lexer_fail(lexer, "byte 0x%02x at column %u; only printable ASCII is allowed",
					  (unsigned char)at[n], (u32)n + 1);
	}
	if (n == left)
		return lexer_fail(lexer, "does not end with a line feed; is the manifest truncated?");
	line->at = at;
	line->len = n;
	return 0;
}

/* Go on to the next line; at the end of the manifest that is none. */
static int lexer_next(struct lexer *lexer)
{
	struct span line;
	size_t n;
	int err;

	lexer->start = lexer->pos;
	lexer->line++;
	lexer->at_end = lexer->pos == lexer->len;
	if (lexer->at_end)
		return 0;

	err = lexer_line(lexer, &line);
	if (err)
		return err;
	for (n = 0; n < line.len && line.at[n] != ' '; n++)
		;
	if (!n || line.len - n < 2 || line.at[n + 1] == ' ' || line.at[line.len - 1] == ' ')
		return lexer_fail(lexer, "not \"key value\" with one space between and none around");

	lexer->key.at = line.at;
	lexer->key.len = n;
	lexer->value.at = line.at + n + 1;
	lexer->value.len = line.len - n - 1;
	lexer->pos += line.len + 1;
	return 0;
}

static bool lexer_has(const struct lexer *lexer, const char *key)
{
	return !lexer->at_end && span_is(lexer->key, key);
}

/* The current line must be @key: yield its value. */
static int lexer_take(struct lexer *lexer, const char *key, struct span *value)
{
	if (lexer->at_end)
		return lexer_fail(lexer, "the manifest ends where a \"%s\" line should be", key);
	if (!lexer_has(lexer, key))
		return lexer_fail(lexer, "\"%.*s\" where a \"%s\" line should be", found(lexer->key),
				  key);
	*value = lexer->value;
	return 0;
}

/* The next word of @rest, which ends at a space or with @rest. */
static struct span word_next(struct span *rest)
{
	struct span word = { rest->at, 0 };

	while (word.len < rest->len && word.at[word.len] != ' ')
		word.len++;
	rest->at += word.len;
	rest->len -= word.len;
	if (rest->len) {
		rest->at++;
		rest->len--;
	}
	return word;
}

/* Exactly @nr words with one space between each. */
static bool words_split(struct span value, struct span *words, u32 nr)
{
	u32 i, spaces = 0;
	size_t n;

	for (n = 0; n < value.len; n++)
		spaces += value.at[n] == ' ';
	if (spaces != nr - 1)
		return false;
	for (i = 0; i < nr; i++) {
		words[i] = word_next(&value);
		if (!words[i].len)
			return false;
	}
	return true;
}

/* Decimal without sign or leading zero, at most @max. */
static bool number_parse(struct span text, u64 max, u64 *value)
{
	u64 v = 0;
	size_t n;

	/* 19 digits always fit 64 bits, and 2^63-1 has 19. */
	if (!text.len || text.len > 19 || (text.len > 1 && text.at[0] == '0'))
		return false;
	for (n = 0; n < text.len; n++) {
		if (!is_digit(text.at[n]))
			return false;
		v = v * 10 + (text.at[n] - '0');
	}
	*value = v;
	return v <= max;
}

static bool hex_parse(struct span text, u8 *bytes, size_t nr)
{
	size_t n;

	if (text.len != 2 * nr)
		return false;
	for (n = 0; n < nr; n++) {
		int high = hex_value(text.at[2 * n]), low = hex_value(text.at[2 * n + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[n] = high << 4 | low;
	}
	return true;
}

/* Only letters, digits and @others. */
static bool span_of(struct span text, const char *others)
{
	size_t n;

	for (n = 0; n < text.len; n++)
		if (!is_alnum(text.at[n]) && !is_one_of(text.at[n], others))
			return false;
	return true;
}

/* @room includes the NUL. */
static bool span_copy(struct span text, char *string, size_t room)
{
	if (!text.len || text.len >= room)
		return false;
	memcpy(string, text.at, text.len);
	string[text.len] = '\0';
	return true;
}

static int take_format(struct lexer *lexer)
{
	struct span value;
	int err = lexer_take(lexer, "format", &value);

	if (err)
		return err;
	if (!span_is(value, MEND_FORMAT))
		return report_fail(lexer->report, -EBADMSG, MEND_R_MANIFEST_VERSION,
				   "manifest format \"%.*s\"; this mend.ko reads only " MEND_FORMAT ": update mend",
				   found(value));
	return lexer_next(lexer);
}

static int take_id(struct lexer *lexer, struct manifest *m)
{
	struct span value;
	int err = lexer_take(lexer, "id", &value);

	if (err)
		return err;
	if (!span_of(value, "._:+-"))
		return lexer_fail(lexer, "an id holds only [A-Za-z0-9._:+-]");
	if (!span_copy(value, m->id, sizeof(m->id)))
		return lexer_fail(lexer, "an id has at most %u characters", MEND_ID_LEN - 1);
	return lexer_next(lexer);
}

static int take_name(struct lexer *lexer, struct manifest *m)
{
	struct span value;
	size_t n;
	int err = lexer_take(lexer, "name", &value);

	if (err)
		return err;
	for (n = 0; n < value.len; n++)
		if (!is_lower(value.at[n]) &&
		    (!n || !(is_digit(value.at[n]) || value.at[n] == '-')))
			return lexer_fail(lexer, "a name holds only [a-z0-9-] and begins with a letter");
	if (!span_copy(value, m->name, sizeof(m->name)))
		return lexer_fail(lexer, "a name has at most %u characters", MEND_NAME_LEN - 1);
	return lexer_next(lexer);
}

static int take_generation(struct lexer *lexer, struct manifest *m)
{
	struct span value;
	int err = lexer_take(lexer, "generation", &value);

	if (err)
		return err;
	if (!number_parse(value, S64_MAX, &m->generation) || !m->generation)
		return lexer_fail(lexer, "a generation is a decimal number from 1 to 2^63-1 without leading zero");
	return lexer_next(lexer);
}

/* One of a fixed set of words. */
static int take_choice(struct lexer *lexer, const char *key, const char *const *choices,
		       u32 nr, u32 *choice)
{
	struct span value;
	int err = lexer_take(lexer, key, &value);
	u32 i;

	if (err)
		return err;
	for (i = 0; i < nr; i++) {
		if (span_is(value, choices[i])) {
			*choice = i;
			return lexer_next(lexer);
		}
	}
	return lexer_fail(lexer, "\"%.*s\" is no value of \"%s\"", found(value), key);
}

static int take_choices(struct lexer *lexer, struct manifest *m)
{
	static const char *const replaces[] = { "none", "cumulative" };
	static const char *const kinds[] = { "security", "bugfix", "feature", "test" };
	static const char *const severities[] = {
		"critical", "important", "moderate", "low", "none"
	};
	u32 choice;
	int err;

	err = take_choice(lexer, "replaces", replaces, ARRAY_SIZE(replaces), &choice);
	if (err)
		return err;
	m->cumulative = choice == 1;
	err = take_choice(lexer, "kind", kinds, ARRAY_SIZE(kinds), &choice);
	if (err)
		return err;
	return take_choice(lexer, "severity", severities, ARRAY_SIZE(severities), &choice);
}

/* CVE-YYYY-N with 4 to 19 digits in N */
static bool is_cve(struct span value)
{
	size_t n;

	if (value.len < 13 || value.len > 28 || memcmp(value.at, "CVE-", 4) || value.at[8] != '-')
		return false;
	for (n = 4; n < value.len; n++)
		if (n != 8 && !is_digit(value.at[n]))
			return false;
	return true;
}

static int take_cves(struct lexer *lexer, struct manifest *m)
{
	int err = 0;

	while (!err && lexer_has(lexer, "cve")) {
		if (m->nr_cves == MEND_CVES_MAX)
			return lexer_fail(lexer, "more than %u cve lines", MEND_CVES_MAX);
		if (!is_cve(lexer->value))
			return lexer_fail(lexer, "a cve is written CVE-YYYY-N, N of 4 to 19 digits");
		m->nr_cves++;
		err = lexer_next(lexer);
	}
	return err;
}

static int take_title(struct lexer *lexer, struct manifest *m)
{
	struct span value;
	int err = lexer_take(lexer, "title", &value);

	if (err)
		return err;
	m->title = value.at - lexer->buf;
	m->title_len = value.len;
	return lexer_next(lexer);
}

static int take_time(struct lexer *lexer, const char *key, time64_t *seconds)
{
	struct span value;
	int err = lexer_take(lexer, key, &value);

	if (err)
		return err;
	if (!manifest_time_parse(value.at, value.len, seconds))
		return lexer_fail(lexer, "\"%s\" is a UTC time written YYYY-MM-DDTHH:MM:SSZ", key);
	return lexer_next(lexer);
}

static int take_times(struct lexer *lexer, struct manifest *m)
{
	int err = take_time(lexer, "created", &m->created);

	if (err || !lexer_has(lexer, "expires"))
		return err;
	m->has_expires = true;
	return take_time(lexer, "expires", &m->expires);
}

/* vex and sbom: the kernel has no use for them, but one format has one rule. */
static int take_member(struct lexer *lexer, const char *key)
{
	struct span words[2];
	u8 digest[MEND_DIGEST_LEN];
	u64 size;

	if (!lexer_has(lexer, key))
		return 0;
	if (!words_split(lexer->value, words, 2) ||
	    !hex_parse(words[0], digest, sizeof(digest)))
		return lexer_fail(lexer, "\"%s\" has a SHA-256 of 64 lower-case hex digits and a size",
				  key);
	if (!number_parse(words[1], MEND_METADATA_MAX, &size) || !size)
		return lexer_fail(lexer, "the size of \"%s\" is not in 1 .. %u", key,
				  MEND_METADATA_MAX);
	return lexer_next(lexer);
}

static int take_release(struct lexer *lexer, struct manifest_payload *payload)
{
	struct span value;
	int err = lexer_take(lexer, "payload", &value);

	if (err)
		return err;
	if (!span_of(value, "._+~-") || !is_alnum(value.at[0]))
		return lexer_fail(lexer, "a release holds only [A-Za-z0-9._+~-] and begins with a letter or digit");
	if (!span_copy(value, payload->release, sizeof(payload->release)))
		return lexer_fail(lexer, "a release has at most %u characters",
				  MEND_RELEASE_LEN - 1);
	return lexer_next(lexer);
}

static int take_hex(struct lexer *lexer, const char *key, u8 *bytes, size_t nr)
{
	struct span value;
	int err = lexer_take(lexer, key, &value);

	if (err)
		return err;
	if (!hex_parse(value, bytes, nr))
		return lexer_fail(lexer, "\"%s\" has %u lower-case hex digits", key, 2 * (u32)nr);
	return lexer_next(lexer);
}

static int take_size(struct lexer *lexer, struct manifest_payload *payload)
{
	struct span value;
	u64 size;
	int err = lexer_take(lexer, "size", &value);

	if (err)
		return err;
	if (!number_parse(value, MEND_PAYLOAD_MAX, &size) || !size)
		return lexer_fail(lexer, "the size of a payload is not in 1 .. %u", MEND_PAYLOAD_MAX);
	payload->size = size;
	return lexer_next(lexer);
}

static bool func_parse(struct span value, struct manifest_func *func)
{
	struct span words[3];
	u64 sympos;

	if (!words_split(value, words, 3) ||
	    !span_of(words[0], "_-") ||
	    !span_copy(words[0], func->object, sizeof(func->object)) ||
	    !span_of(words[1], "_.$") ||
	    !span_copy(words[1], func->symbol, sizeof(func->symbol)) ||
	    !number_parse(words[2], U32_MAX, &sympos))
		return false;
	func->sympos = sympos;
	return true;
}

static int take_funcs(struct lexer *lexer, struct manifest_payload *payload)
{
	struct manifest_func func;
	struct span value;
	int err = lexer_take(lexer, "func", &value);

	if (err)
		return err;
	payload->funcs = lexer->start;
	while (lexer_has(lexer, "func")) {
		if (payload->nr_funcs == MEND_FUNCS_MAX)
			return lexer_fail(lexer, "more than %u func lines in one payload",
					  MEND_FUNCS_MAX);
		if (!func_parse(lexer->value, &func))
			return lexer_fail(lexer, "\"func\" has an object of [A-Za-z0-9_-], a symbol of [A-Za-z0-9_.$] and a sympos");
		payload->nr_funcs++;
		err = lexer_next(lexer);
		if (err)
			return err;
	}
	payload->end = lexer->start;
	return 0;
}

static int take_payload(struct lexer *lexer, struct manifest_payload *payload)
{
	int err;

	memset(payload, 0, sizeof(*payload));
	err = take_release(lexer, payload);
	if (err)
		return err;
	err = take_hex(lexer, "build-id", payload->build_id, sizeof(payload->build_id));
	if (err)
		return err;
	err = take_hex(lexer, "sha256", payload->sha256, sizeof(payload->sha256));
	if (err)
		return err;
	err = take_size(lexer, payload);
	if (err)
		return err;
	return take_funcs(lexer, payload);
}

/* Is @release in one of the blocks from @m->payloads to @end? */
static bool release_is_taken(const struct manifest *m, const char *buf, size_t end,
			     const char *release)
{
	struct manifest before = *m;

	return !manifest_select(&before, buf, end, NULL, release);
}

static int take_payloads(struct lexer *lexer, struct manifest *m)
{
	int err;

	m->payloads = lexer->start;
	do {
		size_t start = lexer->start;
		u32 line = lexer->line;

		if (m->nr_payloads == MEND_PAYLOADS_MAX)
			return lexer_fail(lexer, "more than %u payloads", MEND_PAYLOADS_MAX);
		err = take_payload(lexer, &m->payload);
		if (err)
			return err;
		if (release_is_taken(m, lexer->buf, start, m->payload.release)) {
			lexer->line = line;
			return lexer_fail(lexer, "a second payload for release %s",
					  m->payload.release);
		}
		m->nr_payloads++;
	} while (lexer_has(lexer, "payload"));

	if (!lexer->at_end)
		return lexer_fail(lexer, "\"%.*s\" where a \"payload\" line or the end should be",
				  found(lexer->key));
	memset(&m->payload, 0, sizeof(m->payload));
	return 0;
}

static int take_head(struct lexer *lexer, struct manifest *m)
{
	int err;

	err = take_format(lexer);
	if (err)
		return err;
	err = take_id(lexer, m);
	if (err)
		return err;
	err = take_name(lexer, m);
	if (err)
		return err;
	err = take_generation(lexer, m);
	if (err)
		return err;
	err = take_choices(lexer, m);
	if (err)
		return err;
	err = take_cves(lexer, m);
	if (err)
		return err;
	err = take_title(lexer, m);
	if (err)
		return err;
	err = take_times(lexer, m);
	if (err)
		return err;
	err = take_member(lexer, "vex");
	if (err)
		return err;
	return take_member(lexer, "sbom");
}

int manifest_parse(struct manifest *m, const char *buf, size_t len, struct mend_report *report)
{
	struct lexer lexer = { .buf = buf, .len = len, .report = report };
	int err;

	memset(m, 0, sizeof(*m));
	if (len > MEND_MANIFEST_MAX)
		return report_fail(report, -EBADMSG, MEND_R_MANIFEST_SYNTAX,
				   "the manifest is larger than %u bytes", MEND_MANIFEST_MAX);
	err = lexer_next(&lexer);
	if (err)
		return err;
	err = take_head(&lexer, m);
	if (err)
		return err;
	return take_payloads(&lexer, m);
}

int manifest_select(struct manifest *m, const char *buf, size_t len, const u8 *sha256,
		    const char *release)
{
	struct lexer lexer = { .buf = buf, .len = len, .pos = m->payloads };
	struct manifest_payload payload;

	if (lexer_next(&lexer))
		return -ENOENT;
	while (lexer_has(&lexer, "payload")) {
		if (take_payload(&lexer, &payload))
			return -ENOENT;
		if ((!sha256 || !memcmp(payload.sha256, sha256, sizeof(payload.sha256))) &&
		    (!release || !strcmp(payload.release, release))) {
			m->payload = payload;
			return 0;
		}
	}
	return -ENOENT;
}

void manifest_funcs_begin(struct manifest_funcs *iter, const struct manifest *m,
			  const char *buf)
{
	iter->pos = buf + m->payload.funcs;
	iter->end = buf + m->payload.end;
}

bool manifest_func_next(struct manifest_funcs *iter, struct manifest_func *func)
{
	struct lexer lexer = { .buf = iter->pos, .len = iter->end - iter->pos };

	if (lexer_next(&lexer) || lexer.at_end || !func_parse(lexer.value, func))
		return false;
	iter->pos += lexer.pos;
	return true;
}
