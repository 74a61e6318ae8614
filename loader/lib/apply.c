// SPDX-License-Identifier: MIT
/*
 * The way of patches, as linux/mend.h tells it: authorize, load, switch; and
 * back if anything fails. All is looked at before the first payload is loaded,
 * all payloads are loaded before the one switch.
 */
#include "apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static const struct manifest *manifest_of(const struct apply_patch *p)
{
	return &p->bundle->manifest;
}

static int about(const struct apply_patch *p, struct err *e)
{
	return err_context(e, "bundle '%s'", p->path);
}

/* Name the owners of functions that are not free, as far as they can be found. */
static void name_owners(const struct machine *mc, const struct apply *a, struct err *e)
{
	const struct manifest_payload *p;
	char owner[300];
	size_t i, j;

	if (e->reason != MEND_R_FTRACE_OWNER)
		return;
	for (i = 0; i < a->nr_on; i++) {
		p = a->on[i].payload;
		for (j = 0; p && j < p->nr_funcs; j++)
			if (sysfs_owner(mc, p->funcs[j].object, p->funcs[j].symbol, owner,
					sizeof(owner)))
				err_append(e, "; %s belongs to %s", p->funcs[j].symbol, owner);
	}
}

static bool same_digest(const struct sysfs_patch *s, const struct manifest_payload *p)
{
	char hex[2 * MEND_DIGEST_LEN + 1];

	hex_encode(hex, p->sha256, MEND_DIGEST_LEN);
	return !strcmp(hex, s->digest);
}

/* How often is the name among the patches of this switch? */
static unsigned int times_named(const struct apply *a, const char *name)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		n += !strcmp(manifest_of(&a->on[i])->name, name);
	for (i = 0; i < a->nr_off; i++)
		n += !strcmp(a->off[i].name, name);
	return n;
}

static int check_names(const struct apply *a, struct err *e)
{
	const char *name;
	size_t i;

	for (i = 0; i < a->nr_on; i++) {
		name = manifest_of(&a->on[i])->name;
		if (times_named(a, name) == 1)
			continue;
		err_set(e, MEND_R_DUPLICATE, "'%s' is named more than once: one switch does one "
			"thing with a patch", name);
		err_hint(e, "a higher generation replaces a lower one by itself");
		return about(&a->on[i], e);
	}
	return 0;
}

static int find_payloads(const struct machine *mc, struct apply *a, struct err *e)
{
	struct kernel kernel;
	size_t i;

	if (machine_kernel(mc, &kernel, e))
		return -1;
	for (i = 0; i < a->nr_on; i++) {
		a->on[i].payload = manifest_find(manifest_of(&a->on[i]), kernel.release,
						 kernel.build_id, e);
		if (!a->on[i].payload)
			return about(&a->on[i], e);
	}
	return 0;
}

/* Is it there, is it on, and what would it replace? */
static int look_at(const struct sysfs_patches *all, struct apply_patch *p, bool *there,
		   struct err *e)
{
	const struct manifest *m = manifest_of(p);
	const struct sysfs_patch *s = sysfs_find_enabled(all, m->name);

	p->replaced = s ? s->generation : 0;
	s = sysfs_find(all, m->name, m->generation);
	*there = s;
	if (s && !same_digest(s, p->payload)) {
		err_set(e, MEND_R_DUPLICATE, "generation %ju of '%s' is loaded already, with "
			"another payload (module '%s')", (uintmax_t)m->generation, m->name,
			s->module);
		return about(p, e);
	}
	p->supersedes = s && s->replace;
	p->was_on = s && s->enabled;
	if (p->was_on)
		p->replaced = 0;
	return 0;
}

static int nothing_to_do(const struct apply *a, struct err *e)
{
	const struct manifest *m = manifest_of(&a->on[0]);

	if (a->nr_on + a->nr_off > 1)
		return err_set(e, ERR_NOTHING, "all of them are on, or off, already");
	err_set(e, ERR_NOTHING, "'%s' generation %ju is on already", m->name,
		(uintmax_t)m->generation);
	return about(&a->on[0], e);
}

/* @there: which of them are loaded */
static int look(const struct machine *mc, struct apply *a, bool *there, struct err *e)
{
	struct sysfs_patches all;
	bool any = false;
	int ret = 0;
	size_t i;

	if (sysfs_read(&all, mc, e))
		return -1;
	for (i = 0; i < a->nr_on && !ret; i++) {
		ret = look_at(&all, &a->on[i], &there[i], e);
		any |= !a->on[i].was_on;
	}
	for (i = 0; i < a->nr_off && !ret; i++)
		ret = revert_find(&all, &a->off[i], e);
	sysfs_free(&all);
	if (!ret && !any && !revert_any(a->off, a->nr_off))
		ret = nothing_to_do(a, e);
	return ret;
}

/*
 * Success of the module loader does not prove that it was our payload that it
 * loaded: mend.ko's registry does.
 */
static int check_registered(const struct machine *mc, struct apply_patch *p, struct err *e)
{
	const struct manifest *m = manifest_of(p);
	const struct sysfs_patch *s;
	struct sysfs_patches all;
	int ret = 0;

	if (sysfs_read(&all, mc, e))
		return -1;
	s = sysfs_find(&all, m->name, m->generation);
	if (s && same_digest(s, p->payload)) {
		memcpy(p->module, s->module, sizeof(p->module));
		p->supersedes = s->replace;
	} else {
		ret = err_set(e, ERR_LOAD,
			      "the kernel says that it loaded the payload, but mend.ko does not "
			      "know it");
	}
	sysfs_free(&all);
	return ret;
}

/*
 * What "mend check" would say of it. The functions are left to mend.ko, which looks for
 * them itself, exactly, before anything changes.
 */
static int check_fit(const struct machine *mc, const struct apply_patch *p, struct err *e)
{
	struct bytes payload = bundle_payload(p->bundle, p->payload);
	struct checks c = { 0 };
	int ret;

	check_switches(mc, &c);
	check_lsm(mc, &c);
	check_signature(mc, payload, &c);
	check_owners(mc, p->payload, &c);
	check_types(mc, p->payload, payload, &c);
	ret = checks_error(&c, e);
	checks_free(&c);
	return ret ? about(p, e) : 0;
}

static int check_all_fit(const struct machine *mc, const struct apply *a, const bool *there,
			 struct err *e)
{
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		if (!there[i] && check_fit(mc, &a->on[i], e))
			return -1;
	return 0;
}

static int load(struct device *d, struct apply_patch *p, struct err *e)
{
	const struct bundle *b = p->bundle;
	int fd, ret;

	fd = device_authorize(d, b->manifest_text, b->signature, bundle_payload(b, p->payload), e);
	if (fd < 0)
		return -1;
	ret = device_load(d, fd, e);
	close(fd);
	if (ret || check_registered(d->mc, p, e))
		return -1;
	p->loaded = true;
	return 0;
}

static int load_all(struct device *d, struct apply *a, const bool *there, struct err *e)
{
	size_t i;

	for (i = 0; i < a->nr_on; i++) {
		if (there[i])
			continue;
		if (device_stopped(a->wait, e))
			return -1;
		if (load(d, &a->on[i], e))
			return about(&a->on[i], e);
	}
	return 0;
}

static int switch_all(struct device *d, struct apply *a, struct err *e)
{
	struct mend_op ops[MEND_SWITCH_OPS_MAX];
	struct switch_request request = {
		.ops = ops, .flags = a->force ? MEND_SWITCH_FORCE : 0,
		.probation_ms = a->probation_ms, .wait = a->wait,
	};
	const struct manifest *m;
	size_t i;
	int ret;

	for (i = 0; i < a->nr_on; i++) {
		m = manifest_of(&a->on[i]);
		ops[request.nr_ops++] = device_op(m->name, m->generation, MEND_OP_ON);
	}
	/* generation 0: the one that is on, whichever that is by now */
	for (i = 0; i < a->nr_off; i++)
		ops[request.nr_ops++] = device_op(a->off[i].name, 0, MEND_OP_OFF);
	ret = device_switch(d, &request, &a->sw, e);
	/* Of several, the kernel's text says which. */
	if (ret && request.nr_ops == 1)
		about(&a->on[0], e);
	return ret;
}

/* In the order opposite to loading */
static void take_back(const struct machine *mc, struct apply *a, struct err *e)
{
	struct apply_patch *p;
	size_t i;

	for (i = a->nr_on; i; i--) {
		p = &a->on[i - 1];
		if (!p->loaded)
			continue;
		p->unloaded = !machine_unload(mc, p->module);
		if (!p->unloaded)
			err_append(e, "; the payload of '%s', module '%s', stays loaded and "
				   "off (%s)", manifest_of(p)->name,
				   p->module, strerror(errno));
	}
}

static void note_forced(const struct sysfs_patches *all, struct apply *a)
{
	const struct sysfs_patch *s;
	size_t i;

	for (i = 0; i < a->nr_on; i++) {
		s = sysfs_find(all, manifest_of(&a->on[i])->name,
			       manifest_of(&a->on[i])->generation);
		a->on[i].forced = s && s->forced;
	}
	revert_note_forced(all, a->off, a->nr_off);
}

/* All that one switch has changed tell the same times of it. */
static bool changed_by(const struct sysfs_patch *s, const struct mend_switch *sw)
{
	return s->pause_ns == sw->pause_ns && s->rendezvous_ns == sw->rendezvous_ns &&
	       s->wait_ns == sw->wait_ns && s->attempts == sw->attempts;
}

static void note_superseded(const struct sysfs_patches *all, struct apply *a)
{
	const struct sysfs_patch *s;
	struct apply_superseded *new;
	size_t i;

	a->superseded = calloc(all->nr_patches, sizeof(*a->superseded));
	for (i = 0; a->superseded && i < all->nr_patches; i++) {
		s = &all->patches[i];
		if (strcmp(s->state, "replaced") || !changed_by(s, &a->sw) ||
		    times_named(a, s->name))
			continue;
		new = &a->superseded[a->nr_superseded++];
		memcpy(new->name, s->name, sizeof(new->name));
		new->generation = s->generation;
	}
}

/* It has happened, also if what else there is to tell cannot be found out. */
static void note_effects(const struct machine *mc, struct apply *a)
{
	struct sysfs_patches all;
	bool supersedes = false;
	struct err ignored;
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		supersedes |= a->on[i].supersedes;
	if ((!a->force && !supersedes) || sysfs_read(&all, mc, &ignored))
		return;
	if (a->force)
		note_forced(&all, a);
	if (supersedes)
		note_superseded(&all, a);
	sysfs_free(&all);
}

static int load_and_switch(struct device *d, struct apply *a, struct err *e)
{
	bool there[MEND_SWITCH_OPS_MAX];

	if (look(d->mc, a, there, e) || check_all_fit(d->mc, a, there, e) ||
	    (a->begin && a->begin(a, e)))
		return -1;
	if (!load_all(d, a, there, e) && !switch_all(d, a, e)) {
		note_effects(d->mc, a);
		return 0;
	}
	take_back(d->mc, a, e);
	return -1;
}

static void clear_out(struct apply *a)
{
	size_t i;

	for (i = 0; i < a->nr_on; i++)
		a->on[i] = (struct apply_patch){
			.path = a->on[i].path, .bundle = a->on[i].bundle,
		};
	memset(&a->sw, 0, sizeof(a->sw));
	a->superseded = NULL;
	a->nr_superseded = 0;
}

int apply_run(const struct machine *mc, struct apply *a, struct err *e)
{
	struct device d;
	int ret;

	clear_out(a);
	if (check_names(a, e) || find_payloads(mc, a, e) || device_open(&d, mc, e))
		return -1;
	ret = load_and_switch(&d, a, e);
	device_close(&d);
	if (ret)
		name_owners(mc, a, e);
	return ret;
}

void apply_free(struct apply *a)
{
	free(a->superseded);
	a->superseded = NULL;
	a->nr_superseded = 0;
}
