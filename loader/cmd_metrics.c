// SPDX-License-Identifier: MIT
/*
 * mend metrics
 */
#include <stdio.h>

#include "lib/fs.h"
#include "lib/json.h"
#include "lib/metrics.h"
#include "ui.h"
#include "ui_survey.h"

static const char help[] =
	"Usage: mend metrics [--output FILE] [--json]\n"
	"\n"
	"Prints what status and history tell as OpenMetrics: the answer, patches with their state,\n"
	"CVEs, pause and the time from publication to their first switch, and how commands ended.\n"
	"Needs no root.\n"
	"\n"
	"  --output FILE  write it there, all or nothing; for node_exporter's textfile collector\n"
	"\n"
	"Examples:\n"
	"  mend metrics\n"
	"  mend metrics --output /var/lib/prometheus/node-exporter/mend.prom\n"
	"\n"
	"Exit codes: 0 done, also without mend.ko and where the history cannot be read, 1 error.\n";

enum { OPT_OUTPUT = OPT_FIRST };

static const struct option options[] = {
	{ "output", required_argument, NULL, OPT_OUTPUT },
	UI_OPTIONS
};

/* A history that cannot be read is one more thing to tell, and hides nothing of the rest. */
static bool read_history(const struct ui *ui, struct records *history)
{
	struct err e;

	if (!store_read(&machine_real, history, &e))
		return true;
	if (!ui->json)
		fprintf(stderr, "mend metrics: warning: without the history: %s\n", e.message);
	return false;
}

static int gather(const struct ui *ui, struct buf *text, struct err *e)
{
	struct records history = { 0 };
	struct standing st;
	struct survey s;

	if (ui_survey(&s, &st, e))
		return -1;
	metrics_write(&s, &st, read_history(ui, &history) ? &history : NULL, text);
	records_free(&history);
	survey_free(&s);
	return text->failed ? err_nomem(e) : 0;
}

static int print(const struct ui *ui, const struct buf *text)
{
	json_t *doc;

	if (!ui->json) {
		fwrite(text->data, 1, text->len, stdout);
		return EXIT_CODE_OK;
	}
	doc = json_object();
	json_object_set_new(doc, "openmetrics",
			    json_stringn((const char *)text->data, text->len));
	return ui_json(doc);
}

static int run(struct ui *ui, int argc, char **argv)
{
	const char *output = NULL;
	struct buf text = { 0 };
	struct err e;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		output = optarg;
	}
	if (optind < argc)
		return ui_usage(ui, "'metrics' takes no argument");
	if (gather(ui, &text, &e) || (output && fs_write(output, buf_bytes(&text), 0644, true, &e)))
		c = ui_fail(ui, &e);
	else
		c = output && !ui->json ? EXIT_CODE_OK : print(ui, &text);
	buf_free(&text);
	return c;
}

const struct cmd cmd_metrics = {
	"metrics", "print what monitoring wants to know, as OpenMetrics", help, run
};
