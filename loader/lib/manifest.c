// SPDX-License-Identifier: MIT
/*
 * The manifest's parser: one pass over the lines, keys in the one order that
 * mend/bundle.h gives. Pure: bytes in, an own copy of the text out. The bytes
 * come from a file whose signature holds; nothing is trusted for that.
 */
#include "manifest.h"

#include <stdlib.h>
#include <string.h>

#include "utc.h"

#define GENERATION_MAX	((uint64_t)INT64_MAX)

/**
 * struct parser - where the parser stands
 * @next:	rest of the text behind the current line
 * @key:	current line's key; NULL: no line left
 * @value:	current line's value
 */
struct parser {
	char *next;
	char *key, *value;
	unsigned int line;
	struct err *e;
};

static int syntax(struct parser *p, const char *what)
{
	return err_set(p->e, MEND_R_MANIFEST_SYNTAX, "manifest line %u: %s", p->line, what);
}

/* Lines and characters, before any key is looked at. */
static int check_text(struct bytes text, struct err *e)
{
	size_t i, start = 0;
	unsigned int line = 1;

	if (!text.len || text.len > MEND_MANIFEST_MAX)
		return err_set(e, MEND_R_MANIFEST_SYNTAX,
			       "the manifest has %zu bytes; it must have 1 to %u", text.len,
			       MEND_MANIFEST_MAX);
	if (text.data[text.len - 1] != '\n')
		return err_set(e, MEND_R_MANIFEST_SYNTAX, "the manifest's last line has no end");
	for (i = 0; i < text.len; i++) {
		if (text.data[i] == '\n') {
			if (i - start > MEND_LINE_MAX)
				return err_set(e, MEND_R_MANIFEST_SYNTAX,
					       "manifest line %u: longer than %u bytes", line,
					       MEND_LINE_MAX);
			start = i + 1;
			line++;
		} else if (text.data[i] < 0x20 || text.data[i] > 0x7e) {
			return err_set(e, MEND_R_MANIFEST_SYNTAX,
				       "manifest line %u: byte 0x%02x is not printable ASCII", line,
				       text.data[i]);
		}
	}
	return 0;
}

/* Takes the next line apart; at the end the key is NULL. */
static int advance(struct parser *p)
{
	char *end, *space;

	p->key = NULL;
	if (!*p->next)
		return 0;
	p->line++;
	end = strchr(p->next, '\n');
	*end = '\0';
	space = strchr(p->next, ' ');
	if (!space || space == p->next)
		return syntax(p, "not 'key value'");
	*space = '\0';
	p->key = p->next;
	p->value = space + 1;
	if (!p->value[0] || p->value[0] == ' ' || end[-1] == ' ')
		return syntax(p, "an empty value, or a space at an end");
	p->next = end + 1;
	return 0;
}

static bool at(const struct parser *p, const char *key)
{
	return p->key && !strcmp(p->key, key);
}

static int expect(struct parser *p, const char *key)
{
	if (at(p, key))
		return 0;
	if (!p->key)
		return err_set(p->e, MEND_R_MANIFEST_SYNTAX, "the manifest ends where '%s' must be",
			       key);
	return err_set(p->e, MEND_R_MANIFEST_SYNTAX,
		       "manifest line %u: '%s' must be here, not '%s'", p->line, key, p->key);
}

static int invalid(struct parser *p, const char *want)
{
	return err_set(p->e, MEND_R_MANIFEST_SYNTAX, "manifest line %u: '%s' must be %s", p->line,
		       p->key, want);
}

static int take_string(struct parser *p, const char *key, bool (*valid)(const char *),
		       const char *want, const char **out)
{
	if (expect(p, key))
		return -1;
	if (valid && !valid(p->value))
		return invalid(p, want);
	*out = p->value;
	return advance(p);
}

static int take_word(struct parser *p, const char *key, const char *const *words, const char **out)
{
	if (expect(p, key))
		return -1;
	if (!manifest_is_word(words, p->value))
		return invalid(p, "one of the words that mend/bundle.h lists");
	*out = p->value;
	return advance(p);
}

static int take_number(struct parser *p, const char *key, uint64_t max, uint64_t *out)
{
	if (expect(p, key))
		return -1;
	if (!manifest_number(p->value, 1, max, out))
		return invalid(p, "a decimal number within its limits");
	return advance(p);
}

static int take_time(struct parser *p, const char *key, int64_t *out)
{
	if (expect(p, key))
		return -1;
	if (!utc_parse(p->value, out))
		return invalid(p, "a time as YYYY-MM-DDTHH:MM:SSZ");
	return advance(p);
}

static int take_hex(struct parser *p, const char *key, uint8_t *out, size_t len)
{
	if (expect(p, key))
		return -1;
	if (!hex_decode(out, len, p->value))
		return invalid(p, "lower-case hexadecimal digits, all of them");
	return advance(p);
}

/* "SHA256 SIZE" of an optional member */
static int take_member(struct parser *p, const char *key, struct manifest_member *out)
{
	char *size;

	if (!at(p, key))
		return 0;
	size = strchr(p->value, ' ');
	if (!size)
		return invalid(p, "a digest and a size");
	*size++ = '\0';
	if (!hex_decode(out->sha256, MEND_DIGEST_LEN, p->value) ||
	    !manifest_number(size, 1, MEND_METADATA_MAX, &out->size))
		return invalid(p, "a digest and a size within its limit");
	return advance(p);
}

static int take_cves(struct parser *p, struct manifest *m)
{
	while (at(p, "cve")) {
		if (m->nr_cves == MEND_CVES_MAX)
			return syntax(p, "too many CVEs");
		if (take_string(p, "cve", manifest_is_cve, "CVE-YYYY-NNNN", &m->cves[m->nr_cves]))
			return -1;
		m->nr_cves++;
	}
	return 0;
}

static int take_format(struct parser *p)
{
	if (expect(p, "format"))
		return -1;
	if (strcmp(p->value, MEND_FORMAT))
		return err_set(p->e, MEND_R_MANIFEST_VERSION,
			       "the bundle's format is '%s'; this mend reads '%s'", p->value,
			       MEND_FORMAT);
	return advance(p);
}

static int take_head(struct parser *p, struct manifest *m)
{
	if (take_format(p) ||
	    take_string(p, "id", manifest_is_token, "a token of at most 63 characters", &m->id) ||
	    take_string(p, "name", manifest_is_name,
			"a letter and at most 62 of a-z, 0-9 and '-'", &m->name) ||
	    take_number(p, "generation", GENERATION_MAX, &m->generation) ||
	    take_word(p, "replaces", manifest_modes, &m->replaces) ||
	    take_word(p, "kind", manifest_kinds, &m->kind) ||
	    take_word(p, "severity", manifest_severities, &m->severity) ||
	    take_cves(p, m) ||
	    take_string(p, "title", NULL, NULL, &m->title) ||
	    take_time(p, "created", &m->created))
		return -1;
	m->has_expires = at(p, "expires");
	if (m->has_expires && take_time(p, "expires", &m->expires))
		return -1;
	return take_member(p, "vex", &m->vex) || take_member(p, "sbom", &m->sbom) ? -1 : 0;
}

/* "OBJECT SYMBOL SYMPOS", split in place */
static int split_func(struct parser *p, struct manifest_func *f)
{
	char *symbol = strchr(p->value, ' ');
	char *sympos = symbol ? strchr(symbol + 1, ' ') : NULL;
	uint64_t n;

	if (!sympos)
		return invalid(p, "OBJECT SYMBOL SYMPOS");
	*symbol++ = '\0';
	*sympos++ = '\0';
	if (!manifest_is_object(p->value) || !manifest_is_symbol(symbol) ||
	    !manifest_number(sympos, 0, UINT32_MAX, &n))
		return invalid(p, "OBJECT SYMBOL SYMPOS, each in its form");
	*f = (struct manifest_func){ p->value, symbol, (uint32_t)n };
	return 0;
}

static int take_func(struct parser *p, struct manifest_payload *b)
{
	struct manifest_func f, *funcs;

	if (b->nr_funcs == MEND_FUNCS_MAX)
		return syntax(p, "too many functions");
	if (split_func(p, &f))
		return -1;
	funcs = reallocarray(b->funcs, b->nr_funcs + 1, sizeof(f));
	if (!funcs)
		return err_nomem(p->e);
	b->funcs = funcs;
	b->funcs[b->nr_funcs++] = f;
	return advance(p);
}

static int take_payload(struct parser *p, struct manifest *m)
{
	struct manifest_payload *b = &m->payloads[m->nr_payloads];
	size_t i;

	if (m->nr_payloads == MEND_PAYLOADS_MAX)
		return syntax(p, "too many payloads");
	m->nr_payloads++;
	if (expect(p, "payload"))
		return -1;
	for (i = 0; i + 1 < m->nr_payloads; i++)
		if (!strcmp(m->payloads[i].release, p->value))
			return syntax(p, "this release was named before");
	if (take_string(p, "payload", manifest_is_release, "a kernel release", &b->release) ||
	    take_hex(p, "build-id", b->build_id, MEND_BUILD_ID_LEN) ||
	    take_hex(p, "sha256", b->sha256, MEND_DIGEST_LEN) ||
	    take_number(p, "size", MEND_PAYLOAD_MAX, &b->size) ||
	    expect(p, "func"))
		return -1;
	while (at(p, "func"))
		if (take_func(p, b))
			return -1;
	return 0;
}

static int parse(struct parser *p, struct manifest *m)
{
	if (advance(p) || take_head(p, m))
		return -1;
	do {
		if (take_payload(p, m))
			return -1;
	} while (p->key);
	return 0;
}

int manifest_parse(struct manifest *m, struct bytes text, struct err *e)
{
	struct parser p = { .e = e };

	memset(m, 0, sizeof(*m));
	if (check_text(text, e))
		return -1;
	m->text = malloc(text.len + 1);
	if (!m->text)
		return err_nomem(e);
	memcpy(m->text, text.data, text.len);
	m->text[text.len] = '\0';
	p.next = m->text;
	if (parse(&p, m)) {
		manifest_free(m);
		return -1;
	}
	return 0;
}

void manifest_free(struct manifest *m)
{
	size_t i;

	for (i = 0; i < m->nr_payloads; i++)
		free(m->payloads[i].funcs);
	free(m->text);
	memset(m, 0, sizeof(*m));
}
