// SPDX-License-Identifier: MIT
/*
 * The way back. It needs no bundle and no authorization: mend.ko switches off
 * whatever is on.
 */
#include "revert.h"

#include <errno.h>
#include <string.h>

int revert_find(const struct sysfs_patches *all, struct revert_patch *off, struct err *e)
{
	const struct sysfs_patch *on = sysfs_find_enabled(all, off->name);

	off->generation = on ? on->generation : 0;
	if (on || sysfs_find_name(all, off->name))
		return 0;
	return err_set(e, MEND_R_NO_PATCH, "no patch '%s' is loaded", off->name);
}

bool revert_any(const struct revert_patch *off, size_t nr_off)
{
	size_t i;

	for (i = 0; i < nr_off; i++)
		if (off[i].generation)
			return true;
	return false;
}

void revert_note_forced(const struct sysfs_patches *all, struct revert_patch *off, size_t nr_off)
{
	const struct sysfs_patch *s;
	size_t i;

	for (i = 0; i < nr_off; i++) {
		s = sysfs_find(all, off[i].name, off[i].generation);
		off[i].forced = s && s->forced;
	}
}

/* Which generations are on; unknown names are an error before anything is done. */
static int find_all(const struct machine *mc, struct revert *r, struct err *e)
{
	struct sysfs_patches all;
	int ret = 0;
	size_t i;

	if (sysfs_read(&all, mc, e))
		return -1;
	for (i = 0; i < r->nr_off && !ret; i++)
		ret = revert_find(&all, &r->off[i], e);
	sysfs_free(&all);
	return ret;
}

static int switch_off(const struct machine *mc, struct revert *r, struct err *e)
{
	struct mend_op ops[MEND_SWITCH_OPS_MAX];
	struct switch_request request = {
		.ops = ops, .flags = r->force ? MEND_SWITCH_FORCE : 0, .wait = r->wait,
	};
	struct device d;
	size_t i;
	int ret;

	if (device_open(&d, mc, e))
		return -1;
	/* generation 0: the one that is on, whichever that is by now */
	for (i = 0; i < r->nr_off; i++)
		ops[request.nr_ops++] = device_op(r->off[i].name, 0, MEND_OP_OFF);
	ret = device_switch(&d, &request, &r->sw, e);
	device_close(&d);
	return ret;
}

static void find_forced(const struct machine *mc, struct revert *r)
{
	struct sysfs_patches all;
	struct err ignored;

	if (!r->force || sysfs_read(&all, mc, &ignored))
		return;
	revert_note_forced(&all, r->off, r->nr_off);
	sysfs_free(&all);
}

static int unload_one(const struct machine *mc, const struct sysfs_patch *s, struct err *e)
{
	if (!machine_unload(mc, s->module))
		return 0;
	if ((s->forced || !s->unloadable) && (errno == EBUSY || errno == EAGAIN)) {
		err_set(e, ERR_UNLOAD, "'%s' generation %ju is off, but its payload, module '%s', "
			"cannot be unloaded: %s", s->name, (uintmax_t)s->generation, s->module,
			s->forced ? "it was switched by force, and a task may be inside" :
				    "its author has not declared that safe");
		return err_hint(e, "it does nothing any more; the next reboot removes it");
	}
	return err_errno(e, ERR_UNLOAD, errno,
			 "'%s' generation %ju is off, but its payload, module '%s', cannot be "
			 "unloaded",
			 s->name, (uintmax_t)s->generation, s->module);
}

static bool is_named(const struct revert *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nr_off; i++)
		if (!strcmp(r->off[i].name, name))
			return true;
	return false;
}

static int unload_all(const struct machine *mc, struct revert *r, struct err *e)
{
	struct sysfs_patches all;
	int ret = 0;
	size_t i;

	if (sysfs_read(&all, mc, e))
		return -1;
	for (i = 0; i < all.nr_patches && !ret; i++) {
		const struct sysfs_patch *s = &all.patches[i];

		if (!is_named(r, s->name) || s->enabled)
			continue;
		ret = unload_one(mc, s, e);
		r->unloaded += !ret;
	}
	sysfs_free(&all);
	return ret;
}

int revert_run(const struct machine *mc, struct revert *r, struct err *e)
{
	const char *name = r->off[0].name;
	bool any;

	r->unloaded = 0;
	memset(&r->sw, 0, sizeof(r->sw));
	if (find_all(mc, r, e))
		return -1;
	any = revert_any(r->off, r->nr_off);
	if (any && switch_off(mc, r, e))
		return -1;
	find_forced(mc, r);
	if (r->unload && unload_all(mc, r, e))
		return -1;
	if (any || r->unloaded)
		return 0;
	if (r->nr_off == 1)
		err_set(e, ERR_NOTHING, "'%s' is not on", name);
	else
		err_set(e, ERR_NOTHING, "none of them is on");
	return err_hint(e, "'mend revert %s%s --unload' removes its payload", name,
			r->nr_off == 1 ? "" : " ...");
}
