// SPDX-License-Identifier: MIT
/*
 * mend trust
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dkms.h"
#include "lib/signers.h"
#include "ui.h"
#include "ui_record.h"
#include "ui_trust.h"

static const char help[] =
	"Usage: mend trust CERT [--name NAME] [--keep-module] [--json]\n"
	"       mend trust --remove NAME [--keep-module] [--json]\n"
	"       mend trust --list [--json]\n"
	"\n"
	"Trusts a signer: checks the certificate in the PEM file CERT, installs it as\n"
	TRUST_DIR "/NAME.pem and has DKMS build mend.ko again with it, for each kernel that it\n"
	"has built it for. If that fails for the running kernel, or is interrupted, all is as it was.\n"
	"mend.ko that is loaded trusts the signer once it is loaded again, and this says how. Needs\n"
	"root.\n"
	"\n"
	"  --name NAME    of the file, without .pem (that of CERT)\n"
	"  --remove NAME  trust that file, or that SHA-256 fingerprint, no more\n"
	"  --list         show which certificates are trusted\n"
	"  --keep-module  do not build mend.ko\n"
	"\n"
	"Examples:\n"
	"  mend trust vendor-2026.pem\n"
	"  mend trust --remove vendor-2024\n"
	"\n"
	"Exit codes: 0 done, 4 the certificate has expired or is not valid yet, 1 error: it is no\n"
	"certificate for this, or mend.ko could not be built; with --remove: for any kernel.\n";

enum { OPT_NAME = OPT_FIRST, OPT_REMOVE, OPT_LIST, OPT_KEEP };

static const struct option options[] = {
	{ "name", required_argument, NULL, OPT_NAME },
	{ "remove", required_argument, NULL, OPT_REMOVE },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "keep-module", no_argument, NULL, OPT_KEEP },
	UI_OPTIONS
};

struct request {
	const char *cert, *name, *remove;
	bool list, keep_module;
};

static int list(struct ui *ui)
{
	struct signers s;
	struct err e;
	int code;

	if (signers_read(&machine_real, &s, &e))
		return ui_fail(ui, &e);
	code = ui->json ? ui_json(ui_trust_list_json(&s)) : ui_trust_list(&s);
	signers_free(&s);
	return code;
}

/* mend.ko for the folder as it is now. Without DKMS there is nothing to do here. */
static int rebuild(const struct request *q, struct dkms *d, struct err *e)
{
	memset(d, 0, sizeof(*d));
	if (q->keep_module)
		return 0;
	return dkms_read(d, &machine_real, e) || dkms_rebuild(d, &machine_real, e) ? -1 : 0;
}

static int begin(const struct request *q, struct signer_change *ch, struct err *e)
{
	if (q->remove)
		return signers_remove(&machine_real, q->remove, ch, e);
	return signers_add(&machine_real, q->cert, q->name, ui_now(), ch, e);
}

/* It is worth a record even where nothing was recorded before. */
static void note(struct ui_record *rec, const struct signer_change *ch)
{
	const struct trust *t = ch->aside ? &ch->gone : &ch->certs;
	struct record_signer *s = &rec->record.signer;

	s->trusted = !ch->aside;
	snprintf(s->subject, sizeof(s->subject), "%s", t->nr_certs ? t->certs[0].subject : ch->path);
	if (t->nr_certs)
		memcpy(s->fingerprint, t->certs[0].fingerprint, sizeof(s->fingerprint));
	ui_record_open(rec);
}

static int undo(struct ui *ui, struct signer_change *ch, struct err *why)
{
	struct err e;

	if (signer_undo(ch, &e))
		err_append(why, "; %s", e.message);
	else
		err_append(why, "; what is trusted is as it was");
	return ui_fail(ui, why);
}

static int finish(struct ui *ui, const struct request *q, struct signer_change *ch,
		  const struct dkms *d)
{
	struct ui_trust_report r = {
		.change = ch, .dkms = d, .removed = q->remove, .keep_module = q->keep_module,
	};
	struct err e;
	int code;

	ui_trust_look(&machine_real, &r);
	code = ui->json ? ui_json(ui_trust_json(&r)) : ui_trust(&r);
	/* Some kernel trusts whom nobody is to trust any more. */
	if (q->remove && dkms_has_failed(d))
		code = EXIT_CODE_ERROR;
	ui_trust_free(&r);
	return signer_keep(ch, &e) ? ui_fail(ui, &e) : code;
}

static int change(struct ui *ui, const struct request *q)
{
	struct signer_change ch;
	struct ui_record rec;
	struct dkms d;
	struct err e;
	int code, ret;

	ui_record_begin(&rec, ui);
	if (begin(q, &ch, &e)) {
		ui_record_failed(&rec, &e);
		ui_record_end(&rec);
		return ui_fail(ui, &e);
	}
	note(&rec, &ch);
	ret = rebuild(q, &d, &e);
	code = ret ? undo(ui, &ch, &e) : finish(ui, q, &ch, &d);
	dkms_free(&d);
	ui_record_once(&rec, RECORD_DONE, ret ? &e : NULL, NULL);
	return code;
}

/*
 * A signal that would end it waits until the change is made or undone. DKMS gets the
 * terminal's own, and ends with it.
 */
static int change_whole(struct ui *ui, const struct request *q)
{
	sigset_t ends, old;
	int code;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &old);
	code = change(ui, q);
	fflush(stdout);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return code;
}

static void set(struct request *q, int option)
{
	switch (option) {
	case OPT_NAME:
		q->name = optarg;
		break;
	case OPT_REMOVE:
		q->remove = optarg;
		break;
	case OPT_LIST:
		q->list = true;
		break;
	default:
		q->keep_module = true;
	}
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct request q = { 0 };
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		set(&q, c);
	}
	q.cert = argv[optind];
	if (argc - optind > 1 || !!q.cert + !!q.remove + q.list != 1)
		return ui_usage(ui, "one certificate is needed, or --remove, or --list");
	if (q.name && !q.cert)
		return ui_usage(ui, "--name is for a certificate that is added");
	return q.list ? list(ui) : change_whole(ui, &q);
}

const struct cmd cmd_trust = {
	"trust", "trust a signer, or no more, and build mend.ko for it", help, run
};
