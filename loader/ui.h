/* SPDX-License-Identifier: MIT */
/*
 * What the program prints and how it reads its command line. Only the program
 * prints; libmend does not.
 */
#ifndef MEND_UI_H
#define MEND_UI_H

#include <getopt.h>
#include <stdbool.h>

#include <jansson.h>

#include "lib/err.h"
#include "lib/machine.h"
#include "lib/trust.h"

struct cmd;

/**
 * struct ui - one run of the program
 * @json:	print JSON, errors too
 * @cmd:	the command that runs, NULL before it is known
 * @exit:	what to exit with after ui_getopt() returned '?'
 */
struct ui {
	bool json;
	const struct cmd *cmd;
	int exit;
};

/**
 * struct cmd - a command, one per cmd_*.c
 * @name:	its verb
 * @summary:	one line for "mend --help"
 * @help:	all of "mend VERB --help" behind the summary
 * @run:	with argv[0] the verb; returns the exit code
 */
struct cmd {
	const char *name, *summary, *help;
	int (*run)(struct ui *ui, int argc, char **argv);
};

extern const struct cmd cmd_build, cmd_keygen, cmd_pack, cmd_sign, cmd_verify, cmd_inspect,
			cmd_apply, cmd_revert, cmd_confirm, cmd_status, cmd_check, cmd_list,
			cmd_uname, cmd_history, cmd_stage, cmd_metrics, cmd_install, cmd_uninstall,
			cmd_boot, cmd_cve, cmd_vex, cmd_trust;

/* --json and --help, for every command's table of long options */
enum { OPT_JSON = 256, OPT_HELP, OPT_FIRST };
#define UI_OPTIONS	{ "json", no_argument, NULL, OPT_JSON }, \
			{ "help", no_argument, NULL, OPT_HELP }, \
			{ NULL, 0, NULL, 0 }

/**
 * ui_getopt() - the next option of the command's own
 *
 * Deals with --json, --help and mistakes. -1: no more; '?': return ui->exit.
 */
int ui_getopt(struct ui *ui, int argc, char **argv, const char *shorts,
	      const struct option *longs);

/** ui_usage() - the command line is wrong; returns the exit code */
int ui_usage(struct ui *ui, const char *fmt, ...) ERR_FORMAT(2, 3);

/** ui_fail() - print an error; returns the exit code */
int ui_fail(struct ui *ui, const struct err *e);

/** ui_fail_blocked() - as ui_fail(), and who is in the way if the error says so */
int ui_fail_blocked(struct ui *ui, const struct err *e, const struct mend_blocker *b);

/** ui_json() - print a document and drop it; returns the exit code */
int ui_json(json_t *json);

void ui_help(const struct cmd *cmd);

/** ui_text() - print a string from elsewhere: what could steer a terminal becomes '?' */
void ui_text(FILE *out, const char *s);

/** ui_field() - one line "  name        value" */
void ui_field(const char *name, const char *fmt, ...) ERR_FORMAT(2, 3);

/** ui_duration() - nanoseconds for people, into @out of 32 bytes */
const char *ui_duration(uint64_t ns, char *out);

/** ui_span() - milliseconds for people, in two units at most, into @out of 32 bytes */
const char *ui_span(uint64_t ms, char *out);

/** ui_now() - seconds since 1970 */
int64_t ui_now(void);

/** struct ui_trust - --keys and --cert */
struct ui_trust {
	const char *keys, *cert;
};

/** ui_trust_load() - what these options name; the default directory without any */
int ui_trust_load(const struct ui_trust *opts, struct trust *t, struct err *e);

/** ui_key_load() - a key and its certificate, which must not have expired */
int ui_key_load(const char *key_path, const char *cert_path, EVP_PKEY **key, struct trust *t,
		struct err *e);

#endif /* MEND_UI_H */
