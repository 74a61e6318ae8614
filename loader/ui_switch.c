// SPDX-License-Identifier: MIT
/*
 * Options and results of a switch.
 */
#include "ui_switch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/manifest.h"
#include "lib/period.h"
#include "lib/policy.h"

#define FORCE_WORD	"inconsistent"

static const char risk[] =
	"RISK: a task that is still inside a function when the time is up goes on in the code\n"
	"that it is in, while all others run the other. What the patch promises of consistency\n"
	"is void until that task has left: data can be damaged, the machine can crash. The\n"
	"kernel is tainted, and the payloads that change stay loaded until the next boot.\n";

int ui_switch_timeout(struct ui *ui, struct ui_switch *s, const char *arg)
{
	if (period_parse(arg, MEND_TIMEOUT_MAX_MS, &s->timeout_ms))
		return 0;
	ui->exit = ui_usage(ui, "'%s' is not a time up to %u seconds", arg,
			    MEND_TIMEOUT_MAX_MS / 1000);
	return -1;
}

static bool consents(void)
{
	char line[64] = "";

	fputs("Type '" FORCE_WORD "' to accept that: ", stderr);
	fflush(stderr);
	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return !strcmp(line, FORCE_WORD);
}

int ui_switch_force(struct ui *ui, const struct ui_switch *s)
{
	bool asks = !s->word && !ui->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);

	if (!s->forced)
		return 0;
	if (!ui->json)
		fputs(risk, stderr);
	if (asks ? consents() : s->word && !strcmp(s->word, FORCE_WORD))
		return 0;
	ui->exit = ui_usage(ui, "--force is only for those who accept its risk: --force=" FORCE_WORD);
	return -1;
}

const char *ui_switch_twice(char *const *names, int nr)
{
	int i, j;

	for (i = 1; i < nr; i++)
		for (j = 0; j < i; j++)
			if (!strcmp(names[i], names[j]))
				return names[i];
	return NULL;
}

int ui_switch_names(struct ui *ui, char *const *names, int nr)
{
	const char *twice = ui_switch_twice(names, nr);
	int i;

	ui->exit = 0;
	if (nr < 1 || nr > (int)MEND_SWITCH_OPS_MAX)
		ui->exit = ui_usage(ui, "patches are needed, by their names, and at most %u",
				    MEND_SWITCH_OPS_MAX);
	else if (twice)
		ui->exit = ui_usage(ui, "'%s' is named twice", twice);
	for (i = 0; i < nr && !ui->exit; i++)
		if (!manifest_is_name(names[i]))
			ui->exit = ui_usage(ui, "'%s' cannot be a patch's name; 'mend status' lists "
					    "them", names[i]);
	return ui->exit;
}

void ui_switch_result(const struct mend_switch *sw)
{
	char pause[32], wait[32], rendezvous[32];

	ui_field("pause", "%s, after %s for the CPUs to meet", ui_duration(sw->pause_ns, pause),
		 ui_duration(sw->rendezvous_ns, rendezvous));
	ui_field("checked", "%u tasks, %u attempt%s, %s in all", sw->tasks, sw->attempts,
		 sw->attempts == 1 ? "" : "s", ui_duration(sw->wait_ns, wait));
}

uint64_t ui_switch_max_pause(void)
{
	struct policy policy;
	struct err ignored;
	uint64_t max;

	if (policy_load(&machine_real, &policy, &ignored))
		return 0;
	max = policy.max_pause_ns;
	policy_free(&policy);
	return max;
}

bool ui_switch_slow(const struct mend_switch *sw, uint64_t max_ns, struct record *r)
{
	char pause[32], max[32];

	if (!max_ns || sw->pause_ns <= max_ns)
		return false;
	snprintf(r->text, sizeof(r->text),
		 "the pause of %s is longer than the %s of max-pause in mend.conf",
		 ui_duration(sw->pause_ns, pause), ui_duration(max_ns, max));
	return true;
}

bool ui_switch_warn(const struct ui *ui, const struct mend_switch *sw, uint64_t max_ns,
		    struct record *r)
{
	bool slow = ui_switch_slow(sw, max_ns, r);

	if (slow && !ui->json)
		fprintf(stderr, "mend %s: warning: %s\n", ui->cmd->name, r->text);
	return slow;
}

void ui_reverted(const struct revert_patch *p)
{
	if (p->generation)
		printf("'%s' generation %ju is off.\n", p->name, (uintmax_t)p->generation);
	else
		printf("'%s' was off already.\n", p->name);
}

void ui_switch_forced(void)
{
	ui_field("FORCED", "a task was inside: old and new code run until it has left");
}
