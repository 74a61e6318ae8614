// SPDX-License-Identifier: MIT
/*
 * The way of a patch, as linux/mend.h tells it: authorize, load, switch; and
 * back if the switch fails.
 */
#include "apply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

/* Name the owner of a function that is not free, as far as it can be found. */
static void name_owner(const struct machine *mc, const struct manifest_payload *p, struct err *e)
{
	char owner[300];
	size_t i;

	if (e->reason != MEND_R_FTRACE_OWNER)
		return;
	for (i = 0; i < p->nr_funcs; i++)
		if (sysfs_owner(mc, p->funcs[i].object, p->funcs[i].symbol, owner, sizeof(owner)))
			err_append(e, "; %s belongs to %s", p->funcs[i].symbol, owner);
}

static bool same_digest(const struct sysfs_patch *s, const struct manifest_payload *p)
{
	char hex[2 * MEND_DIGEST_LEN + 1];

	hex_encode(hex, p->sha256, MEND_DIGEST_LEN);
	return !strcmp(hex, s->digest);
}

/*
 * Which state is the patch in? 1: registered and off, 0: not there, -1: error,
 * being on already included.
 */
static int look(const struct machine *mc, const struct manifest *m,
		const struct manifest_payload *p, uint64_t *replaced, struct err *e)
{
	const struct sysfs_patch *s;
	struct sysfs_patches all;
	int ret = 0;

	if (sysfs_read(&all, mc, e))
		return -1;
	s = sysfs_find_enabled(&all, m->name);
	*replaced = s ? s->generation : 0;
	s = sysfs_find(&all, m->name, m->generation);
	if (s && !same_digest(s, p))
		ret = err_set(e, MEND_R_DUPLICATE, "generation %ju of '%s' is loaded already, with "
			      "another payload (module '%s')", (uintmax_t)m->generation, m->name,
			      s->module);
	else if (s && s->enabled)
		ret = err_set(e, ERR_NOTHING, "'%s' generation %ju is on already", m->name,
			      (uintmax_t)m->generation);
	else
		ret = s != NULL;
	sysfs_free(&all);
	return ret;
}

/*
 * Success of the module loader does not prove that it was our payload that it
 * loaded: mend.ko's registry does.
 */
static int check_registered(const struct machine *mc, const struct manifest *m,
			    const struct manifest_payload *p, char module[MEND_NAME_LEN],
			    struct err *e)
{
	const struct sysfs_patch *s;
	struct sysfs_patches all;
	int ret = 0;

	if (sysfs_read(&all, mc, e))
		return -1;
	s = sysfs_find(&all, m->name, m->generation);
	if (s && same_digest(s, p))
		memcpy(module, s->module, MEND_NAME_LEN);
	else
		ret = err_set(e, ERR_LOAD,
			      "the kernel says that it loaded the payload, but mend.ko does not "
			      "know it");
	sysfs_free(&all);
	return ret;
}

static int load(struct device *d, const struct bundle *b, const struct manifest_payload *p,
		char module[MEND_NAME_LEN], struct err *e)
{
	int fd, ret;

	fd = device_authorize(d, b->manifest_text, b->signature, bundle_payload(b, p), e);
	if (fd < 0)
		return -1;
	ret = device_load(d, fd, e);
	close(fd);
	return ret ? -1 : check_registered(d->mc, &b->manifest, p, module, e);
}

/* The module loader gives up at a signal; what is begun is finished here. */
static int unload_module(const struct machine *mc, const char *module)
{
	int ret;

	do
		ret = mc->unload(module);
	while (ret && errno == EINTR);
	return ret;
}

static void take_back(const struct machine *mc, const char *module, struct apply_result *r,
		      struct err *e)
{
	r->unloaded = !unload_module(mc, module);
	if (!r->unloaded)
		err_append(e, "; its payload, module '%s', stays loaded and off (%s)", module,
			   strerror(errno));
}

static int load_and_switch(struct device *d, const struct bundle *b,
			   const struct switch_wait *wait, struct apply_result *r, struct err *e)
{
	const struct manifest *m = &b->manifest;
	struct mend_op op = device_op(m->name, m->generation, MEND_OP_ON);
	char module[MEND_NAME_LEN] = "";
	int there;

	there = look(d->mc, m, r->payload, &r->replaced, e);
	if (there < 0)
		return -1;
	if (!there) {
		if (load(d, b, r->payload, module, e))
			return -1;
		r->loaded = true;
	}
	if (!device_switch(d, &op, 1, wait, &r->sw, e))
		return 0;
	if (r->loaded)
		take_back(d->mc, module, r, e);
	return -1;
}

int apply_bundle(const struct machine *mc, const struct bundle *b, const struct switch_wait *wait,
		 struct apply_result *r, struct err *e)
{
	struct kernel kernel;
	struct device d;
	int ret;

	memset(r, 0, sizeof(*r));
	if (machine_kernel(mc, &kernel, e))
		return -1;
	r->payload = manifest_find(&b->manifest, kernel.release, kernel.build_id, e);
	if (!r->payload || device_open(&d, mc, e))
		return -1;
	ret = load_and_switch(&d, b, wait, r, e);
	device_close(&d);
	if (ret)
		name_owner(mc, r->payload, e);
	return ret;
}

static int switch_off(const struct machine *mc, const char *name, const struct switch_wait *wait,
		      struct revert_result *r, struct err *e)
{
	/* generation 0: the one that is on, whichever that is by now */
	struct mend_op op = device_op(name, 0, MEND_OP_OFF);
	struct device d;
	int ret;

	if (device_open(&d, mc, e))
		return -1;
	ret = device_switch(&d, &op, 1, wait, &r->sw, e);
	device_close(&d);
	return ret;
}

static int unload_one(const struct machine *mc, const struct sysfs_patch *s, struct err *e)
{
	if (!unload_module(mc, s->module))
		return 0;
	if (!s->unloadable && (errno == EBUSY || errno == EAGAIN)) {
		err_set(e, ERR_UNLOAD, "'%s' generation %ju is off, but its payload, module '%s', "
			"cannot be unloaded: its author has not declared that safe", s->name,
			(uintmax_t)s->generation, s->module);
		return err_hint(e, "it does nothing any more; the next reboot removes it");
	}
	return err_errno(e, ERR_UNLOAD, errno,
			 "'%s' generation %ju is off, but its payload, module '%s', cannot be "
			 "unloaded",
			 s->name, (uintmax_t)s->generation, s->module);
}

static int unload_all(const struct machine *mc, const char *name, struct revert_result *r,
		      struct err *e)
{
	struct sysfs_patches all;
	int ret = 0;
	size_t i;

	if (sysfs_read(&all, mc, e))
		return -1;
	for (i = 0; i < all.nr_patches && !ret; i++) {
		const struct sysfs_patch *s = &all.patches[i];

		if (strcmp(s->name, name) || s->enabled)
			continue;
		ret = unload_one(mc, s, e);
		r->unloaded += !ret;
	}
	sysfs_free(&all);
	return ret;
}

/* The generation that is on, 0 if none is; -1 with an error */
static int find_on(const struct machine *mc, const char *name, uint64_t *generation, struct err *e)
{
	const struct sysfs_patch *on;
	struct sysfs_patches all;
	bool known = false;
	size_t i;

	if (sysfs_read(&all, mc, e))
		return -1;
	for (i = 0; i < all.nr_patches && !known; i++)
		known = !strcmp(all.patches[i].name, name);
	on = sysfs_find_enabled(&all, name);
	*generation = on ? on->generation : 0;
	sysfs_free(&all);
	return known ? 0 : err_set(e, MEND_R_NO_PATCH, "no patch '%s' is loaded", name);
}

int revert_patch(const struct machine *mc, const char *name, const struct switch_wait *wait,
		 bool unload, struct revert_result *r, struct err *e)
{
	memset(r, 0, sizeof(*r));
	if (find_on(mc, name, &r->generation, e))
		return -1;
	if (r->generation && switch_off(mc, name, wait, r, e))
		return -1;
	if (unload && unload_all(mc, name, r, e))
		return -1;
	if (r->generation || r->unloaded)
		return 0;
	err_set(e, ERR_NOTHING, "'%s' is not on", name);
	return err_hint(e, "'mend revert %s --unload' removes its payload", name);
}
