// SPDX-License-Identifier: MIT
/*
 * mend vex
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/vex.h"
#include "ui.h"

static const char help[] =
	"Usage: mend vex [--author TEXT] [--output FILE] [--json]\n"
	"\n"
	"Prints an OpenVEX 0.2.0 document of this machine, for scanners: one statement for each CVE\n"
	"that a loaded patch or a bundle in the store names, with the status that 'mend cve' tells:\n"
	"fixed or affected. The product is the running kernel. It is JSON with and without --json,\n"
	"and but for its timestamp the same as long as nothing changes. Needs no root.\n"
	"\n"
	"  --author TEXT  who says so (mend on HOSTNAME)\n"
	"  --output FILE  write it there, all or nothing; if there is nothing to say, a file of that\n"
	"                 name is removed\n"
	"\n"
	"Examples:\n"
	"  mend vex --output host.openvex.json\n"
	"  mend vex --author 'Example Corp. <security@example.com>'\n"
	"\n"
	"Exit codes: 0 done, 2 no CVE is named here: there is nothing to say, 1 error.\n";

enum { OPT_AUTHOR = OPT_FIRST, OPT_OUTPUT };

static const struct option options[] = {
	{ "author", required_argument, NULL, OPT_AUTHOR },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	UI_OPTIONS
};

static json_t *make(const char *author, struct err *e)
{
	char host[80], text[100];
	struct cves c;
	json_t *doc;

	if (cves_read(&machine_real, &c, e))
		return NULL;
	machine_line(&machine_real, "/proc/sys/kernel/hostname", host, sizeof(host));
	snprintf(text, sizeof(text), "mend on %s", host[0] ? host : "a machine without a name");
	doc = vex_document(&c, author ? author : text, ui_now(), e);
	cves_free(&c);
	return doc;
}

static int save(const char *path, json_t *doc, struct err *e)
{
	char *text = json_dumps(doc, JSON_INDENT(2));
	struct buf out = { 0 };
	int ret;

	if (text)
		buf_printf(&out, "%s\n", text);
	if (!text || out.failed)
		ret = err_nomem(e);
	else
		ret = fs_write(path, buf_bytes(&out), 0644, true, e);
	buf_free(&out);
	free(text);
	json_decref(doc);
	return ret;
}

/* There is no document: what an earlier one says is true no more. */
static void withdraw(const char *path, struct err *e)
{
	struct err why;
	int removed = fs_remove(path, &why);

	if (removed < 0)
		*e = why;
	else if (removed)
		err_append(e, "; '%s' is removed", path);
}

static int run(struct ui *ui, int argc, char **argv)
{
	const char *author = NULL, *output = NULL;
	struct err e;
	json_t *doc;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		*(c == OPT_AUTHOR ? &author : &output) = optarg;
	}
	if (optind < argc)
		return ui_usage(ui, "'vex' takes no argument");
	if (author && !*author)
		return ui_usage(ui, "an author has a name");
	doc = make(author, &e);
	if (!doc) {
		if (output && e.reason == ERR_NOTHING)
			withdraw(output, &e);
		return ui_fail(ui, &e);
	}
	if (!output)
		return ui_json(doc);
	return save(output, doc, &e) ? ui_fail(ui, &e) : EXIT_CODE_OK;
}

const struct cmd cmd_vex = {
	"vex", "print an OpenVEX document of this machine", help, run
};
