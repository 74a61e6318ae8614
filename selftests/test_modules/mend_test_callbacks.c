// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes down which callback was called for which object, in the parameter log:
 * "v" and "t" for vmlinux and mend_target, in small letters what is about to be
 * and in capitals what has been: p, P patched; u, U unpatched; 1, 0 at_switch.
 * fail: pre_patch refuses for that object.
 *
 * No lock: callbacks come one at a time.
 */
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include "test_payload.h"

static char log[256];
static unsigned int logged;
module_param_string(log, log, sizeof(log), 0644);

static char fail[8];
module_param_string(fail, fail, sizeof(fail), 0644);

static char object_letter(const struct mend_object *obj)
{
	return obj->mod ? 't' : 'v';
}

static void note(const struct mend_object *obj, char what)
{
	/* A test empties the log from outside, with a line end. */
	if (!log[0] || log[0] == '\n')
		logged = 0;
	if (logged + 4 > sizeof(log))
		return;
	log[logged++] = object_letter(obj);
	log[logged++] = what;
	log[logged] = '\0';
}

static int pre_patch(struct mend_object *obj)
{
	note(obj, 'p');
	return fail[0] == object_letter(obj) ? -EBUSY : 0;
}

static void post_patch(struct mend_object *obj)
{
	note(obj, 'P');
}

static void pre_unpatch(struct mend_object *obj)
{
	note(obj, 'u');
}

static void post_unpatch(struct mend_object *obj)
{
	note(obj, 'U');
}

static void at_switch(struct mend_object *obj, bool on)
{
	note(obj, irqs_disabled() ? '0' + on : '?');
}

#define CALLBACKS {							\
	.pre_patch = pre_patch,						\
	.post_patch = post_patch,					\
	.pre_unpatch = pre_unpatch,					\
	.post_unpatch = post_unpatch,					\
	.at_switch = at_switch,						\
}

static int new_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "callbacks\n");
	return 0;
}

static int new_target_hold(void)
{
	return 1;
}

static const struct mend_func vmlinux_funcs[] = {
	MEND_FUNC(cmdline_proc_show, new_cmdline_proc_show),
	{ }
};

static const struct mend_func target_funcs[] = {
	MEND_FUNC(target_hold, new_target_hold),
	{ }
};

static struct mend_object objects[] = {
	{ .funcs = vmlinux_funcs, .callbacks = CALLBACKS },
	{ .name = "mend_target", .funcs = target_funcs, .callbacks = CALLBACKS },
	{ }
};

module_param_named(required, objects[1].required, bool, 0444);
MODULE_PARM_DESC(required, "what the patch says of mend_target");

static struct mend_patch patch = {
	.name = "test-callbacks",
	.generation = 1,
	.objs = objects,
	.unloadable = true,
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend selftest payload test-callbacks");
