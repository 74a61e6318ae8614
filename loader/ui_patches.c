// SPDX-License-Identifier: MIT
/*
 * What sysfs says of patches, in words.
 */
#include "ui_patches.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/reason.h"
#include "lib/utc.h"
#include "ui.h"

/* What the words of sysfs mean; of others there is no more to say. */
static const char *state_in_words(const char *state)
{
	static const struct { const char *state, *words; } all[] = {
		{ "registered", "loaded, and never switched on" },
		{ "on", "on" },
		{ "off", "off" },
		{ "replaced", "off: another patch has taken its place" },
		{ "degraded", "on, but not as it should be" },
		{ "rolled-back", "off: mend.ko has taken it back" },
		{ "rollback-blocked", "on: mend.ko is taking it back, and waits for a task" },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(state, all[i].state))
			return all[i].words;
	return state;
}

static bool waits_for_module(const struct sysfs_patch *p, const struct sysfs_object *o)
{
	return p->enabled && !o->patched && !o->loaded;
}

/* Its module is there, and runs its own code. */
static bool is_degraded(const struct sysfs_patch *p, const struct sysfs_object *o)
{
	return p->enabled && !o->patched && o->loaded;
}

static void ERR_FORMAT(3, 4) note(char *out, size_t size, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list args;

	if (used && used + 2 < size) {
		strcpy(out + used, "; ");
		used += 2;
	}
	va_start(args, fmt);
	vsnprintf(out + used, size - used, fmt, args);
	va_end(args);
}

/* All that is unusual about a patch, on one line */
static void notes(const struct sysfs_patch *p, char *out, size_t size)
{
	char span[32];
	size_t i;

	out[0] = '\0';
	if (p->probation_ms)
		note(out, size, "on probation for %s more", ui_span(p->probation_ms, span));
	if (p->reason)
		note(out, size, "%s", reason_lookup(p->reason)->name);
	if (p->forced)
		note(out, size, "FORCED");
	for (i = 0; i < p->nr_objects; i++)
		if (waits_for_module(p, &p->objects[i]))
			note(out, size, "waits for module %s", p->objects[i].name);
		else if (is_degraded(p, &p->objects[i]))
			note(out, size, "%s is not patched", p->objects[i].name);
}

static void time_field(const char *name, int64_t seconds)
{
	char text[UTC_LEN];

	if (seconds && utc_format(seconds, text))
		ui_field(name, "%s", text);
}

static void why_fields(const struct sysfs_patch *p)
{
	char span[32];

	if (p->reason) {
		printf("  %-12s", "because");
		ui_text(stdout, p->reason_text);
		printf("%s(%s)\n", p->reason_text[0] ? " " : "", reason_lookup(p->reason)->name);
	}
	if (p->probation_ms)
		ui_field("probation", "taken back in %s, unless 'mend confirm %s' comes first",
			 ui_span(p->probation_ms, span), p->name);
	if (p->forced)
		ui_field("FORCED", "it was switched although tasks were inside");
}

/* All of a parsed manifest is printable ASCII. */
static void purpose_fields(const struct manifest *m)
{
	size_t i;

	if (!m)
		return;
	ui_field("title", "%s", m->title);
	ui_field("kind", "%s, %s", m->kind, m->severity);
	for (i = 0; i < m->nr_cves; i++)
		ui_field(i ? "" : "fixes", "%s", m->cves[i]);
}

void ui_patches_page(const struct sysfs_patch *p)
{
	char pause[32], rendezvous[32];
	size_t i, j;

	printf("\n'%s' generation %ju: ", p->name, (uintmax_t)p->generation);
	ui_text(stdout, state_in_words(p->state));
	putchar('\n');
	why_fields(p);
	time_field("since", p->switched_at);
	if (p->switched_at)
		ui_field("pause", "%s, after %s for the CPUs to meet, %ju attempt%s",
			 ui_duration(p->pause_ns, pause), ui_duration(p->rendezvous_ns, rendezvous),
			 (uintmax_t)p->attempts, p->attempts == 1 ? "" : "s");
	purpose_fields(p->manifest);
	ui_field("payload", "module %s%s", p->module, p->unloadable ? ", unloadable" : "");
	ui_field("sha256", "%s", p->digest[0] ? p->digest : "none: it was loaded unsigned");
	if (p->signer[0]) {
		printf("  %-12s", "signed by");
		ui_text(stdout, p->signer);
		putchar('\n');
	}
	for (i = 0; i < p->nr_objects; i++)
		for (j = 0; j < p->objects[i].nr_funcs; j++)
			ui_field(i || j ? "" : "replaces", "%s:%s", p->objects[i].name,
				 p->objects[i].funcs[j]);
	for (i = 0; i < p->nr_objects; i++)
		if (waits_for_module(p, &p->objects[i]))
			ui_field("waits for", "module %s, which is not loaded", p->objects[i].name);
		else if (is_degraded(p, &p->objects[i]))
			ui_field("NOT PATCHED", "%s, which is loaded", p->objects[i].name);
}

/* How many it fixes; "-": it was loaded unsigned and nobody knows */
static const char *cves(const struct sysfs_patch *p, char out[12])
{
	if (!p->manifest)
		return "-";
	snprintf(out, 12, "%u", (unsigned int)p->manifest->nr_cves);
	return out;
}

static void patch_row(const struct sysfs_patch *p)
{
	char pause[32], number[12], when[UTC_LEN] = "-", text[300];

	if (p->switched_at)
		utc_format(p->switched_at, when);
	notes(p, text, sizeof(text));
	printf("%-24s %10ju  %-16s %-21s %-9s %4s%s", p->name, (uintmax_t)p->generation, p->state,
	       when, p->switched_at ? ui_duration(p->pause_ns, pause) : "-",
	       cves(p, number), text[0] ? "  " : "");
	ui_text(stdout, text);
	putchar('\n');
}

void ui_patches_table(const struct sysfs_patches *all)
{
	size_t i;

	printf("%-24s %10s  %-16s %-21s %-9s %4s  %s\n", "NAME", "GENERATION", "STATE", "SINCE",
	       "PAUSE", "CVES", "NOTES");
	for (i = 0; i < all->nr_patches; i++)
		patch_row(&all->patches[i]);
}
