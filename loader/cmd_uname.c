// SPDX-License-Identifier: MIT
/*
 * mend uname
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/json.h"
#include "lib/survey.h"
#include "ui.h"

static const char help[] =
	"Usage: mend uname [--json]\n"
	"\n"
	"Prints which kernel this machine runs in effect: its release, and behind it each patch\n"
	"that is on as +NAME.GENERATION, sorted by name. What 'uname -r' prints is never changed.\n"
	"Needs no root, and no mend.ko: without it no patch is on.\n"
	"\n"
	"Example:\n"
	"  mend uname\n"
	"\n"
	"Exit codes: 0 printed, 1 error.\n";

static const struct option options[] = {
	UI_OPTIONS
};

static int print(struct ui *ui, const struct survey *s)
{
	char *effective = survey_effective(s);
	json_t *doc;
	struct err e;

	if (!effective) {
		err_nomem(&e);
		return ui_fail(ui, &e);
	}
	if (!ui->json) {
		puts(effective);
		free(effective);
		return EXIT_CODE_OK;
	}
	doc = json_object();
	json_object_set_new(doc, "release", json_text(s->kernel.release));
	json_object_set_new(doc, "effective", json_text(effective));
	free(effective);
	return ui_json(doc);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct survey s;
	struct err e;
	int code;

	if (ui_getopt(ui, argc, argv, ":", options) != -1)
		return ui->exit;
	if (optind < argc)
		return ui_usage(ui, "'uname' takes no argument");
	if (survey_read(&machine_real, ui_now(), &s, &e))
		return ui_fail(ui, &e);
	code = print(ui, &s);
	survey_free(&s);
	return code;
}

const struct cmd cmd_uname = {
	"uname", "print the kernel's release and the patches that are on", help, run
};
