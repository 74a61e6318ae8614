// SPDX-License-Identifier: MIT
/*
 * The policy: where it comes from, and what it says of a bundle.
 */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"

#define CONF_MAX	(64U << 10)

const char *const policy_modes[] = { "apply", "stage", "off", NULL };

int policy_word(const char *const *words, const char *s)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], s))
			return i;
	return -1;
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
		mode = policy_word(policy_modes, word + 10);
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
	if (!ret)
		ret = policy_parse(p, buf_bytes(&text), e);
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

int policy_check_manifest(const struct policy *p, const struct manifest *m, struct err *e)
{
	if (p->kinds.nr_words && !has_word(&p->kinds, m->kind))
		return err_set(e, ERR_POLICY_KIND, "mend.conf does not allow patches of kind '%s'",
			       m->kind);
	if (p->severity != SIZE_MAX &&
	    policy_word(manifest_severities, m->severity) > (int)p->severity)
		return err_set(e, ERR_POLICY_SEVERITY, "its severity is '%s', and mend.conf wants "
			       "'%s' or more", m->severity, manifest_severities[p->severity]);
	return check_hold(p, m, e);
}

int policy_check(const struct policy *p, enum policy_mode mode, const struct bundle *b,
		 struct err *e)
{
	if (check_mode(p, mode, e))
		return -1;
	if (p->signers.nr_words && !has_word(&p->signers, b->signer->fingerprint))
		return err_set(e, ERR_POLICY_SIGNER, "its signer (%s) is trusted, and not among "
			       "those that mend.conf allows", b->signer->subject);
	return policy_check_manifest(p, &b->manifest, e);
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
