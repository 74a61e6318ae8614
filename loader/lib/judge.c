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

int judge_confirm(const struct machine *mc, const char *const *names, size_t nr_names,
		  struct err *e)
{
	struct confirm c = { .names = names, .nr_names = nr_names };
	int ret = probation_confirm(mc, &c, e);

	confirm_free(&c);
	return ret && e->reason == ERR_NOTHING ? 0 : ret;
}

static int confirm_all(const struct machine *mc, const struct apply *a, struct err *e)
{
	const char *names[MEND_SWITCH_OPS_MAX];
	size_t i, n = 0;

	for (i = 0; i < a->nr_on; i++)
		if (!a->on[i].was_on)
			names[n++] = a->on[i].bundle->manifest.name;
	return judge_confirm(mc, names, n, e);
}

/* mend.ko did not do it now: has it done so before, or will it? */
static void explain(const struct machine *mc, const char *name, uint64_t generation,
		    const struct err *why, struct err *e)
{
	struct sysfs_patches all;
	const struct sysfs_patch *p = NULL;
	struct err ignored;

	if (sysfs_read(&all, mc, &ignored)) {
		e->code = EXIT_CODE_ERROR;
		err_append(e, "; it could not be taken back: %s", why->message);
		return;
	}
	p = sysfs_find(&all, name, generation);
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

void judge_take_back(const struct machine *mc, const char *name, uint64_t generation, bool several,
		     struct err *e)
{
	struct device d;
	struct err why;
	int ret;

	ret = device_open(&d, mc, &why);
	if (!ret) {
		ret = device_probation(&d, name, generation, MEND_PROBATION_ROLLBACK, MEND_R_HEALTH,
				       &why);
		device_close(&d);
	}
	if (!ret)
		err_append(e, "; %s taken back", several ? "all of it was" : "the patch was");
	else if (why.errnum == EBUSY)
		err_append(e, "; it is taken back as soon as no task is inside: %s", why.message);
	else
		explain(mc, name, generation, &why, e);
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
		judge_take_back(mc, m->name, m->generation, a->nr_on + a->nr_off > 1, e);
		return -1;
	}
	err_append(e, "; '%s' is on probation, and mend.ko takes it back at the deadline", m->name);
	return err_hint(e, "'mend confirm %s' keeps it, 'mend revert %s' takes it back now",
			m->name, m->name);
}
