// SPDX-License-Identifier: MIT
/*
 * What the health command decides. mend.ko would take the patches back at the
 * deadline anyway; here it is told to at once, and why.
 */
#include "judge.h"

#include <errno.h>

#include "health.h"
#include "probation.h"

uint32_t judge_health_ms(uint32_t probation_ms)
{
	return probation_ms - probation_ms / 10;
}

/* All patches of a switch share their fate: one that went on stands for all. */
static const struct manifest *any_that_went_on(const struct apply *a)
{
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		if (!a->on[i].was_on)
			return &a->on[i].bundle->manifest;
	return NULL;
}

static int confirm_all(const struct machine *mc, const struct apply *a, struct err *e)
{
	const char *names[MEND_SWITCH_OPS_MAX];
	struct confirm c = { .names = names };
	size_t i;
	int ret;

	for (i = 0; i < a->nr_on; i++)
		if (!a->on[i].was_on)
			names[c.nr_names++] = a->on[i].bundle->manifest.name;
	ret = probation_confirm(mc, &c, e);
	confirm_free(&c);
	/* somebody else has confirmed it: as good */
	return ret && e->reason == ERR_NOTHING ? 0 : ret;
}

/* mend.ko did not do it now: has it done so before, or will it? */
static void explain(const struct machine *mc, const struct manifest *m, const struct err *why,
		    struct err *e)
{
	struct sysfs_patches all;
	const struct sysfs_patch *p = NULL;
	struct err ignored;

	if (sysfs_read(&all, mc, &ignored)) {
		e->code = EXIT_CODE_ERROR;
		err_append(e, "; it could not be taken back: %s", why->message);
		return;
	}
	p = sysfs_find(&all, m->name, m->generation);
	if (!p || !p->enabled || sysfs_rolled_back(p)) {
		err_append(e, "; it %s", p && p->enabled ? "is to be taken back, and waits for a task"
							: "has been taken back already");
	} else {
		e->code = EXIT_CODE_ERROR;
		err_append(e, p->probation_ms ? "; it is taken back at the deadline: %s" :
						"; somebody has confirmed it: %s", why->message);
	}
	sysfs_free(&all);
}

/* @e: how the health command failed; says then what became of the patches */
static void take_back(const struct machine *mc, const struct apply *a, const struct manifest *m,
		      struct err *e)
{
	struct device d;
	struct err why;
	int ret;

	ret = device_open(&d, mc, &why);
	if (!ret) {
		ret = device_probation(&d, m->name, m->generation, MEND_PROBATION_ROLLBACK,
				       MEND_R_HEALTH, &why);
		device_close(&d);
	}
	if (!ret)
		err_append(e, "; %s taken back", a->nr_on + a->nr_off > 1 ? "all of it was" :
								      "the patch was");
	else if (why.errnum == EBUSY)
		err_append(e, "; it is taken back as soon as no task is inside: %s", why.message);
	else
		explain(mc, m, &why, e);
}

int judge_run(const struct machine *mc, const struct apply *a, const char *command,
		    struct err *e)
{
	const struct manifest *m = any_that_went_on(a);

	if (!m)
		return err_set(e, ERR_NOTHING, "no patch has gone on that could be on probation");
	if (!health_run(command, judge_health_ms(a->probation_ms), a->wait->stop, e))
		return confirm_all(mc, a, e);
	if (e->reason == MEND_R_HEALTH) {
		take_back(mc, a, m, e);
		return -1;
	}
	err_append(e, "; '%s' is on probation, and mend.ko takes it back at the deadline", m->name);
	return err_hint(e, "'mend confirm %s' keeps it, 'mend revert %s' takes it back now",
			m->name, m->name);
}
