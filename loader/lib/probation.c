// SPDX-License-Identifier: MIT
/*
 * Probation. mend.ko keeps the deadline and decides; sysfs tells how it went:
 * between looking and confirming it may have taken a patch back.
 */
#include "probation.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "reason.h"

static bool on_probation(const struct sysfs_patch *p)
{
	return p->enabled && p->probation_ms && !sysfs_rolled_back(p);
}

static bool is_named(const struct confirm *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nr_names; i++)
		if (!strcmp(c->names[i], name))
			return true;
	return !c->nr_names;
}

/* Taken back, and nothing newer of that name is on: @name NULL: any */
static const struct sysfs_patch *find_taken_back(const struct sysfs_patches *all, const char *name)
{
	const struct sysfs_patch *p, *on;
	size_t i;

	for (i = all->nr_patches; i; i--) {
		p = &all->patches[i - 1];
		if (!sysfs_rolled_back(p) || (name && strcmp(p->name, name)))
			continue;
		on = sysfs_find_enabled(all, p->name);
		if (!on || on->generation <= p->generation)
			return p;
	}
	return NULL;
}

static int taken_back(const struct sysfs_patch *p, struct err *e)
{
	bool waits = p->enabled;

	err_set(e, p->reason ? p->reason : (uint32_t)ERR_ROLLED_BACK, "'%s' generation %ju %s", p->name,
		(uintmax_t)p->generation, waits ? "is to be taken back, and waits for a task" :
						  "has been taken back");
	if (p->reason)
		err_append(e, ": %s", p->reason_text[0] ? p->reason_text :
							  reason_lookup(p->reason)->name);
	e->code = EXIT_CODE_ROLLED_BACK;
	return -1;
}

static int check_names(const struct confirm *c, const struct sysfs_patches *all, struct err *e)
{
	size_t i;

	for (i = 0; i < c->nr_names; i++)
		if (!sysfs_find_name(all, c->names[i]))
			return err_set(e, MEND_R_NO_PATCH, "no patch '%s' is loaded", c->names[i]);
	return 0;
}

/*
 * EALREADY and ENOENT: others of its switch, or mend.ko, were quicker; sysfs will tell.
 * 1: too late, it is about to be taken back: @e says why.
 */
static int confirm_one(struct device *d, const struct sysfs_patch *p, struct err *e)
{
	struct err why;

	if (!device_probation(d, p->name, p->generation, MEND_PROBATION_CONFIRM, MEND_R_OK, &why))
		return 0;
	if (why.reason == MEND_R_STATE || why.reason == MEND_R_NO_PATCH)
		return 0;
	*e = why;
	return why.code == EXIT_CODE_ROLLED_BACK ? 1 : -1;
}

/* 0, 1: too late for one of them, with @e; -1 */
static int confirm_named(const struct machine *mc, const struct confirm *c,
			 const struct sysfs_patches *before, struct err *e)
{
	int ret = 0, late = 0;
	struct device d;
	size_t i;

	if (device_open(&d, mc, e))
		return -1;
	for (i = 0; i < before->nr_patches && ret >= 0; i++) {
		if (!on_probation(&before->patches[i]) || !is_named(c, before->patches[i].name))
			continue;
		ret = confirm_one(&d, &before->patches[i], e);
		late |= ret > 0;
	}
	device_close(&d);
	return ret < 0 ? -1 : late;
}

static int note_confirmed(struct confirm *c, const struct sysfs_patches *before,
			  const struct sysfs_patches *after, struct err *e)
{
	const struct sysfs_patch *was, *is;
	struct probation_patch *p;
	size_t i;

	c->patches = calloc(before->nr_patches ? before->nr_patches : 1, sizeof(*c->patches));
	if (!c->patches)
		return err_nomem(e);
	for (i = 0; i < before->nr_patches; i++) {
		was = &before->patches[i];
		is = sysfs_find(after, was->name, was->generation);
		if (!on_probation(was) || !is || !is->enabled || is->probation_ms ||
		    sysfs_rolled_back(is))
			continue;
		p = &c->patches[c->nr_patches++];
		memcpy(p->name, was->name, sizeof(p->name));
		p->generation = was->generation;
	}
	return 0;
}

static int conclude(const struct confirm *c, const struct sysfs_patches *after, struct err *e)
{
	const struct sysfs_patch *bad = NULL;
	size_t i;

	for (i = 0; i < c->nr_names && !bad; i++)
		bad = find_taken_back(after, c->names[i]);
	if (!c->nr_names && !c->nr_patches)
		bad = find_taken_back(after, NULL);
	if (bad)
		return taken_back(bad, e);
	if (c->nr_patches)
		return 0;
	if (c->nr_names == 1)
		return err_set(e, ERR_NOTHING, "'%s' is not on probation", c->names[0]);
	return err_set(e, ERR_NOTHING, "nothing is on probation");
}

int probation_confirm(const struct machine *mc, struct confirm *c, struct err *e)
{
	struct sysfs_patches before, after;
	int ret, late = 0;

	c->patches = NULL;
	c->nr_patches = 0;
	if (sysfs_read(&before, mc, e))
		return -1;
	ret = check_names(c, &before, e);
	if (!ret)
		late = ret = confirm_named(mc, c, &before, e);
	if (ret >= 0)
		ret = sysfs_read(&after, mc, e);
	if (!ret) {
		ret = note_confirmed(c, &before, &after, e);
		if (!ret && !late)
			ret = conclude(c, &after, e);
		sysfs_free(&after);
	}
	sysfs_free(&before);
	return late ? -1 : ret;
}

void confirm_free(struct confirm *c)
{
	free(c->patches);
	c->patches = NULL;
	c->nr_patches = 0;
}
