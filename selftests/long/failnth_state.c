// SPDX-License-Identifier: GPL-2.0-only
/* What may not change when a call fails; and failnth's file. See failnth.h. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failnth.h"
#include "mendtest.h"

/* TAINT_MACHINE_CHECK, BAD_PAGE, DIE, WARN, SOFTLOCKUP: the kernel has complained */
#define COMPLAINTS	(1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 14)

#define STATE_LEN	65536
#define STATE_WAIT_MS	(20000 * slowdown())
#define STATE_STEP_MS	20

static void add(char *state, const char *format, ...)
{
	size_t used = strlen(state);
	va_list args;

	va_start(args, format);
	vsnprintf(state + used, STATE_LEN - used, format, args);
	va_end(args);
}

static void each_line(const char *path, void (*fn)(char *state, char *line), char *state)
{
	char *all = (char *)slurp(path, NULL), *next = all, *line;

	while (next && (line = strsep(&next, "\n")))
		if (*line)
			fn(state, line);
	free(all);
}

/* Name, references, users, state; not the size and the address. */
static void module_line(char *state, char *line)
{
	char name[64], users[256], is[16];
	unsigned long size;
	int refs;

	if (sscanf(line, "%63s %lu %d %255s %15s", name, &size, &refs, users, is) == 5 &&
	    !strncmp(name, "mend", 4))
		add(state, "module %s %d %s %s\n", name, refs, users, is);
}

/* "target_plain [mend_target] (1) R I ...": up to how many are attached */
static void ftrace_line(char *state, char *line)
{
	char *end = strchr(line, ')');

	if (end)
		*end = '\0';
	add(state, "ftrace %s\n", line);
}

static void kprobe_line(char *state, char *line)
{
	char *type = strchr(line, ' ');

	add(state, "kprobe%s\n", type ? type : "");
}

static void key_line(char *state, char *line)
{
	char *name = strstr(line, ".mend-");

	if (name)
		add(state, "key %s\n", name);
}

/* In sysfs, entries come in no order that means anything. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_registry(char *state)
{
	static const char * const files[] = { "state", "enabled" };
	struct dirent **entries;
	int i, nr = scandir(MEND_SYSFS, &entries, NULL, by_name);
	char path[600];
	unsigned int f;

	for (i = 0; i < nr; i++) {
		for (f = 0; f < 2 && entries[i]->d_name[0] != '.'; f++) {
			snprintf(path, sizeof(path), "%s/%s/%s", MEND_SYSFS, entries[i]->d_name,
				 files[f]);
			char *value = (char *)slurp(path, NULL);

			add(state, "patch %s %s %s\n", entries[i]->d_name, files[f],
			    value ? strtok(value, "\n") : "unreadable");
			free(value);
		}
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
	add(state, "sysfs %s, device %s\n", nr >= 0 ? "there" : "gone",
	    access(MEND_DEVICE, F_OK) ? "gone" : "there");
}

static void add_targets(char *state)
{
	static const char * const names[] = { "plain", "first", "second", "inner", "outer" };
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add(state, "%s() is %d\n", names[i], target(names[i]));
}

static void add_descriptors(char *state)
{
	DIR *dir = opendir("/proc/self/fd");
	int nr = 0;

	while (dir && readdir(dir))
		nr++;
	if (dir)
		closedir(dir);
	add(state, "%d descriptors\n", nr);
}

char *state_text(void)
{
	char *state = calloc(1, STATE_LEN);
	char *taint = (char *)slurp("/proc/sys/kernel/tainted", NULL);

	each_line("/proc/modules", module_line, state);
	add_registry(state);
	add_targets(state);
	each_line("/proc/keys", key_line, state);
	each_line("/sys/kernel/debug/kprobes/list", kprobe_line, state);
	each_line("/sys/kernel/tracing/enabled_functions", ftrace_line, state);
	add_descriptors(state);
	add(state, "complaints %#lx\n", taint ? atol(taint) & COMPLAINTS : -1);
	free(taint);
	return state;
}

bool state_is(const char *wanted)
{
	unsigned int waited;
	bool same = false;
	char *now;

	for (waited = 0; !same && waited <= STATE_WAIT_MS; waited += STATE_STEP_MS) {
		if (waited)
			msleep(STATE_STEP_MS);
		now = state_text();
		same = !strcmp(now, wanted);
		free(now);
	}
	return same;
}

const char *state_difference(const char *wanted)
{
	static char text[600];
	char *now = state_text();
	const char *a = wanted, *b = now;

	while (*a && *b && strcspn(a, "\n") == strcspn(b, "\n") &&
	       !strncmp(a, b, strcspn(a, "\n"))) {
		a += strcspn(a, "\n") + 1;
		b += strcspn(b, "\n") + 1;
	}
	snprintf(text, sizeof(text), "\"%.*s\" before and \"%.*s\" now", (int)strcspn(a, "\n"), a,
		 (int)strcspn(b, "\n"), b);
	free(now);
	return text;
}

static void failnth_write(const char *text)
{
	int err = spit(FAILNTH_FILE, text);

	if (err) {
		printf("# %s: %s\n", FAILNTH_FILE, strerror(-err));
		exit(1);
	}
}

void failnth_arm(unsigned long nth, bool all)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu%s", nth, all ? " all" : "");
	failnth_write(text);
}

void failnth_disarm(void)
{
	failnth_write("0");
}

void failnth_read(struct outcome *outcome)
{
	char *all = (char *)slurp(FAILNTH_FILE, NULL), *stack = strstr(all, "\nfailed ");

	memset(outcome, 0, sizeof(*outcome));
	sscanf(all, "hits %lu", &outcome->hits);
	if (stack) {
		outcome->failed = true;
		stack += strlen("\nfailed ");
		snprintf(outcome->stack, sizeof(outcome->stack), "%.*s",
			 (int)strcspn(stack, "\n"), stack);
	}
	free(all);
}

unsigned long failnth_order(unsigned int *places, unsigned long max)
{
	char *all = (char *)slurp(FAILNTH_FILE, NULL), *at = strstr(all, "\norder"), *end;
	unsigned long nr = 0;

	for (at += strlen("\norder"); *at == ' ' && nr < max; at = end)
		places[nr++] = strtoul(at, &end, 10);
	free(all);
	return nr;
}
