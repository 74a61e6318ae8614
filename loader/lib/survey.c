// SPDX-License-Identifier: MIT
/*
 * Reading a machine. What cannot be read is left out: a status that needs everything
 * would be silent where it is needed most.
 */
#include "survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "kernels.h"

/* A bit of /proc/sys/kernel/tainted */
#define TAINT_DIE	(1U << 7)

/* Only root may ask the device. */
static bool ask_device(const struct machine *mc, struct mend_info *info)
{
	struct device d;
	struct err ignored;
	int ret;

	if (device_open(&d, mc, &ignored))
		return false;
	ret = device_info(&d, info, &ignored);
	device_close(&d);
	info->version[sizeof(info->version) - 1] = '\0';
	info->release[sizeof(info->release) - 1] = '\0';
	return !ret;
}

static bool has_oopsed(const struct machine *mc)
{
	uint64_t taint;
	char line[32];

	return !machine_line(mc, "/proc/sys/kernel/tainted", line, sizeof(line)) &&
	       manifest_number(line, 0, UINT64_MAX, &taint) && taint & TAINT_DIE;
}

/*
 * The first requirement that is not met. What is switched off or cannot be read is no fault
 * of the kernel's.
 */
static void look_at_kernel(const struct machine *mc, struct survey *s)
{
	struct checks c = { 0 };

	check_baseline(mc, &c);
	if (checks_error(&c, &s->unfit)) {
		s->unsupported = s->unfit.code == EXIT_CODE_INCOMPATIBLE;
	} else {
		check_switches(mc, &c);
		checks_error(&c, &s->unfit);
	}
	checks_free(&c);
}

int survey_read(const struct machine *mc, int64_t now, struct survey *s, struct err *e)
{
	struct err ignored;

	memset(s, 0, sizeof(*s));
	machine_kernel(mc, &s->kernel, &ignored);
	if (s->kernel.release[0])
		kernels_newer(mc, s->kernel.release, s->newer);
	s->oopsed = has_oopsed(mc);
	s->loaded = !sysfs_read(&s->patches, mc, &s->why_not);
	if (!s->loaded && s->why_not.reason == MEND_R_NOMEM) {
		*e = s->why_not;
		return -1;
	}
	if (s->loaded) {
		s->asked = ask_device(mc, &s->info);
		s->waits = waiting_look(mc, &s->waiting);
	} else {
		look_at_kernel(mc, s);
	}
	survey_look_at_store(mc, now, s);
	return 0;
}

void survey_free(struct survey *s)
{
	sysfs_free(&s->patches);
	free(s->available.path);
	free(s->installed);
}

static int compare(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted: what is there twice stands side by side. */
size_t survey_unique(const char **names, size_t n)
{
	size_t i, kept = 0;

	qsort(names, n, sizeof(*names), compare);
	for (i = 0; i < n; i++)
		if (!kept || strcmp(names[kept - 1], names[i]))
			names[kept++] = names[i];
	return kept;
}

static bool counts(const struct sysfs_patch *p)
{
	return p->manifest && sysfs_sound(p);
}

size_t survey_cves(const struct survey *s, const char ***cves)
{
	const struct sysfs_patch *p;
	size_t i, j, n = 0;

	for (i = 0; i < s->patches.nr_patches; i++)
		if (counts(&s->patches.patches[i]))
			n += s->patches.patches[i].manifest->nr_cves;
	*cves = calloc(n + 1, sizeof(**cves));
	if (!*cves)
		return 0;
	for (n = i = 0; i < s->patches.nr_patches; i++) {
		p = &s->patches.patches[i];
		for (j = 0; counts(p) && j < p->manifest->nr_cves; j++)
			(*cves)[n++] = p->manifest->cves[j];
	}
	return survey_unique(*cves, n);
}

char *survey_effective(const struct survey *s)
{
	const struct sysfs_patch *p;
	struct buf text = { 0 };
	size_t i;

	buf_printf(&text, "%s", s->kernel.release);
	for (i = 0; i < s->patches.nr_patches; i++) {
		p = &s->patches.patches[i];
		if (p->enabled)
			buf_printf(&text, "+%s.%ju", p->name, (uintmax_t)p->generation);
	}
	buf_append(&text, "", 1);
	if (text.failed)
		buf_free(&text);
	return (char *)text.data;
}
