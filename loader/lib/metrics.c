// SPDX-License-Identifier: MIT
/*
 * OpenMetrics. Only gauges: what is counted is what the history still keeps, and may
 * become less. So the text is good for readers of the older Prometheus format as well.
 */
#include "metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void family(struct buf *out, const char *name, const char *unit, const char *help)
{
	buf_printf(out, "# TYPE %s gauge\n", name);
	if (unit)
		buf_printf(out, "# UNIT %s %s\n", name, unit);
	buf_printf(out, "# HELP %s %s\n", name, help);
}

/* Values of labels that others wrote: quotes, backslashes and line feeds are escaped. */
static void label(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_printf(out, "\\%c", *value);
		else if (*value == '\n')
			buf_printf(out, "\\n");
		else
			buf_append(out, value, 1);
	}
	buf_printf(out, "\"");
}

static void answers(const struct standing *st, struct buf *out)
{
	int i;

	family(out, "mend_answer", NULL, "What mend status answers: 1 for the one that it is.");
	for (i = STANDING_PROTECTED; i <= STANDING_UNSUPPORTED; i++)
		buf_printf(out, "mend_answer{answer=\"%s\"} %d\n",
			   standing_name((enum standing_answer)i), (int)st->answer == i);
}

static void machine(const struct survey *s, struct buf *out)
{
	const char **cves;
	size_t i, on = 0, n = survey_cves(s, &cves);

	for (i = 0; i < s->patches.nr_patches; i++)
		on += s->patches.patches[i].enabled;
	free(cves);
	family(out, "mend_loaded", NULL, "Is mend.ko loaded?");
	buf_printf(out, "mend_loaded{");
	label(out, "release", s->kernel.release);
	buf_printf(out, "} %d\n", s->loaded);
	family(out, "mend_patches_on", NULL, "Patches that are on.");
	buf_printf(out, "mend_patches_on %zu\n", on);
	family(out, "mend_cves_fixed", NULL, "CVEs that patches which are on fix.");
	buf_printf(out, "mend_cves_fixed %zu\n", n);
}

static void begin_sample(struct buf *out, const char *name, const struct sysfs_patch *p)
{
	buf_printf(out, "%s{", name);
	label(out, "name", p->name);
	buf_printf(out, ",generation=\"%ju\"", (uintmax_t)p->generation);
}

static void state(const struct sysfs_patch *p, struct buf *out)
{
	begin_sample(out, "mend_patch_on", p);
	buf_printf(out, ",");
	label(out, "state", p->state);
	buf_printf(out, "} %d\n", p->enabled);
}

static void cves(const struct sysfs_patch *p, struct buf *out)
{
	if (!p->manifest)
		return;
	begin_sample(out, "mend_patch_cves", p);
	buf_printf(out, "} %zu\n", p->manifest->nr_cves);
}

/* Nanoseconds, exactly, in seconds */
static void pause_of(const struct sysfs_patch *p, struct buf *out)
{
	if (!p->switched_at)
		return;
	begin_sample(out, "mend_patch_pause_seconds", p);
	buf_printf(out, "} %ju.%09ju\n", (uintmax_t)(p->pause_ns / 1000000000),
		   (uintmax_t)(p->pause_ns % 1000000000));
}

static void patches(const struct survey *s, struct buf *out)
{
	static const struct {
		const char *name, *unit, *help;
		void (*sample)(const struct sysfs_patch *p, struct buf *out);
	} families[] = {
		{ "mend_patch_on", NULL, "Is the patch on? And its state.", state },
		{ "mend_patch_cves", NULL, "CVEs that the patch fixes.", cves },
		{ "mend_patch_pause_seconds", "seconds", "Pause of its last switch.", pause_of },
	};
	size_t i, j;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		family(out, families[i].name, families[i].unit, families[i].help);
		for (j = 0; j < s->patches.nr_patches; j++)
			families[i].sample(&s->patches.patches[j], out);
	}
}

/*
 * Each boot switches it on again, and so does whoever has taken it off for a while: the
 * first time counts. Where none is recorded, or kept, that is the last switch.
 */
static void delay(const struct sysfs_patch *p, const struct records *history, struct buf *out)
{
	const struct record *first = records_first(history, p->name, p->generation);

	if (!p->enabled || !p->manifest || !p->switched_at)
		return;
	begin_sample(out, "mend_patch_published_to_applied_seconds", p);
	buf_printf(out, "} %jd\n", (intmax_t)((first ? first->when : p->switched_at) -
					      p->manifest->created));
}

static void delays(const struct survey *s, const struct records *history, struct buf *out)
{
	size_t i;

	family(out, "mend_patch_published_to_applied_seconds", "seconds",
	       "From the creation of its bundle to the first time that it was on here.");
	for (i = 0; i < s->patches.nr_patches; i++)
		delay(&s->patches.patches[i], history, out);
}

static void outcomes(const struct records *history, struct buf *out)
{
	size_t counts[RECORD_NR_OUTCOMES] = { 0 }, i;

	for (i = 0; i < history->nr_records; i++)
		counts[history->list[i].outcome]++;
	family(out, "mend_history_records", NULL, "Records that the history keeps, by outcome.");
	for (i = 0; i < RECORD_NR_OUTCOMES; i++)
		buf_printf(out, "mend_history_records{outcome=\"%s\"} %zu\n",
			   record_outcome_name((enum record_outcome)i), counts[i]);
}

void metrics_write(const struct survey *s, const struct standing *st,
		   const struct records *history, struct buf *out)
{
	answers(st, out);
	machine(s, out);
	patches(s, out);
	family(out, "mend_history_readable", NULL, "Can the history be read?");
	buf_printf(out, "mend_history_readable %d\n", history != NULL);
	if (history) {
		delays(s, history, out);
		outcomes(history, out);
	}
	buf_printf(out, "# EOF\n");
}
