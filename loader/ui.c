// SPDX-License-Identifier: MIT
/*
 * Printing and command lines.
 */
#include "ui.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/reason.h"

/* U+0080 to U+009F in UTF-8: some terminals take them for the beginning of a sequence */
static bool is_c1(const char *s)
{
	return (unsigned char)s[0] == 0xc2 && ((unsigned char)s[1] & 0xe0) == 0x80;
}

void ui_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (is_c1(s)) {
			fputc('?', out);
			s++;
		} else {
			fputc((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s, out);
		}
	}
}

void ui_field(const char *name, const char *fmt, ...)
{
	va_list args;

	printf("  %-12s", name);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

int ui_json(json_t *json)
{
	bool ok = json && !json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);

	json_decref(json);
	putchar('\n');
	return ok ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}

static int fail_json(const struct err *e, const struct mend_blocker *b)
{
	json_t *doc = json_object(), *error = json_err(e);

	if (b)
		json_object_set_new(error, "blocker", json_blocker(b));
	json_object_set_new(doc, "error", error);
	ui_json(doc);
	return e->code;
}

/* Outermost context first, then what and why; the hint on a line of its own. */
static void fail_text(const struct ui *ui, const struct err *e)
{
	unsigned int i;

	fprintf(stderr, "mend%s%s: %s", ui->cmd ? " " : "", ui->cmd ? ui->cmd->name : "",
		e->code == EXIT_CODE_NOTHING ? "nothing to do: " : "");
	for (i = e->nr_context; i; i--) {
		ui_text(stderr, e->context[i - 1]);
		fputs(": ", stderr);
	}
	ui_text(stderr, e->message);
	fputc('\n', stderr);
	if (e->hint[0]) {
		fputs("  what to do: ", stderr);
		ui_text(stderr, e->hint);
		fputc('\n', stderr);
	}
}

int ui_fail(struct ui *ui, const struct err *e)
{
	return ui_fail_blocked(ui, e, NULL);
}

static void blocker_field(const char *name, const char *data, size_t size)
{
	char text[MEND_STACK_LEN + 1];

	memcpy(text, data, size);
	text[size] = '\0';
	fprintf(stderr, "  %-12s", name);
	ui_text(stderr, text);
	fputc('\n', stderr);
}

static void blocker_text(const struct mend_blocker *b)
{
	char stack[MEND_STACK_LEN + 1], *line, *save;
	const char *name = "stack";

	fprintf(stderr, "  %-12spid %d, process %d%s\n", "task", b->pid, b->tgid,
		b->pid ? "" : " (an idle task)");
	blocker_field("named", b->comm, sizeof(b->comm));
	if (b->func[0]) {
		blocker_field("is inside", b->func, sizeof(b->func));
		blocker_field("of", b->object, sizeof(b->object));
	}
	memcpy(stack, b->stack, sizeof(b->stack));
	stack[MEND_STACK_LEN] = '\0';
	for (line = strtok_r(stack, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		blocker_field(name, line, strlen(line));
		name = "";
	}
	if (b->nr > 1)
		fprintf(stderr, "  %-12s%u more task%s in the way\n", "and", b->nr - 1,
			b->nr == 2 ? " is" : "s are");
}

int ui_fail_blocked(struct ui *ui, const struct err *e, const struct mend_blocker *b)
{
	if (e->reason != MEND_R_BUSY && e->reason != MEND_R_UNRELIABLE)
		b = NULL;
	if (ui->json)
		return fail_json(e, b);
	fail_text(ui, e);
	if (b)
		blocker_text(b);
	return e->code;
}

int ui_usage(struct ui *ui, const char *fmt, ...)
{
	char text[ERR_TEXT_LEN];
	struct err e;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(&e, ERR_USAGE, "%s", text);
	if (ui->cmd)
		err_hint(&e, "'mend %s --help' tells how to use it", ui->cmd->name);
	return ui_fail(ui, &e);
}

void ui_help(const struct cmd *cmd)
{
	printf("mend %s: %s\n\n%s", cmd->name, cmd->summary, cmd->help);
}

int ui_getopt(struct ui *ui, int argc, char **argv, const char *shorts,
	      const struct option *longs)
{
	int c;

	opterr = 0;
	for (;;) {
		c = getopt_long(argc, argv, shorts, longs, NULL);
		switch (c) {
		case OPT_JSON:
			continue;	/* main() has seen it */
		case OPT_HELP:
			ui_help(ui->cmd);
			ui->exit = EXIT_CODE_OK;
			return '?';
		case ':':
			ui->exit = ui_usage(ui, "the option '%s' needs a value", argv[optind - 1]);
			return '?';
		case '?':
			ui->exit = ui_usage(ui, "unknown or wrong option '%s'", argv[optind - 1]);
			return '?';
		default:
			return c;
		}
	}
}

int ui_trust_load(const struct ui_trust *opts, struct trust *t, struct err *e)
{
	int ret;

	memset(t, 0, sizeof(*t));
	if (opts->cert)
		ret = trust_load_file(t, opts->cert, e);
	else
		ret = trust_load_dir(t, opts->keys ? opts->keys : TRUST_DIR, e);
	if (ret)
		trust_free(t);
	return ret;
}

int ui_key_load(const char *key_path, const char *cert_path, EVP_PKEY **key, struct trust *t,
		struct err *e)
{
	memset(t, 0, sizeof(*t));
	*key = NULL;
	if (trust_load_file(t, cert_path, e))
		goto failed;
	if (t->nr_certs != 1) {
		err_set(e, ERR_KEY, "'%s' holds %zu certificates: give the signer's alone",
			cert_path, t->nr_certs);
		goto failed;
	}
	if (trust_check_time(&t->certs[0], ui_now(), e) && e->reason == MEND_R_CERT_EXPIRED)
		goto failed;
	*key = key_load(key_path, e);
	if (*key)
		return 0;
failed:
	trust_free(t);
	return -1;
}
