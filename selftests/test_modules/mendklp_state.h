/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch that changes something in the running system beside code: the
 * console's log level. The level it found is kept in the data of its state, and
 * given on to the patch that supersedes it. mendklp_state*.c are this in
 * different versions; "calls" also has what they did: saved, taken, restored.
 *
 * All of this happens in callbacks, of which mend.ko calls one at a time.
 */
#ifndef MENDKLP_STATE_H
#define MENDKLP_STATE_H

#include <linux/printk.h>
#include <linux/slab.h>
#include "mendklp.h"

#define LEVEL_STATE	0x6d31
#define PATCHED_LEVEL	9

static struct klp_patch patch;

static int pre_patch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, LEVEL_STATE);
	int *level;

	record("pre_patch", obj);
	if (!state || klp_get_state(&patch, LEVEL_STATE + 1))
		return -EINVAL;
	if (klp_get_prev_state(LEVEL_STATE))
		return 0;
	level = kmalloc(sizeof(*level), GFP_KERNEL);
	state->data = level;
	return level ? 0 : -ENOMEM;
}

static void post_patch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, LEVEL_STATE);
	struct klp_state *prev = klp_get_prev_state(LEVEL_STATE);

	record("post_patch", obj);
	if (prev) {
		state->data = prev->data;
		add_call("taken");
		return;
	}
	*(int *)state->data = console_loglevel;
	console_loglevel = PATCHED_LEVEL;
	add_call("saved");
}

static void pre_unpatch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, LEVEL_STATE);

	record("pre_unpatch", obj);
	console_loglevel = *(int *)state->data;
	add_call("restored");
}

static void post_unpatch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, LEVEL_STATE);

	record("post_unpatch", obj);
	kfree(state->data);
	state->data = NULL;
}

static struct klp_func no_funcs[] = { { } };

static struct klp_object objs[] = {
	{
		.funcs = no_funcs,
		.callbacks = {
			.pre_patch = pre_patch, .post_patch = post_patch,
			.pre_unpatch = pre_unpatch, .post_unpatch = post_unpatch,
		},
	},
	{ }
};

/* Once a file, behind the includes. */
#define MENDKLP_STATE(_version)						\
	static struct klp_state states[] = {				\
		{ .id = LEVEL_STATE, .version = (_version) },		\
		{ }							\
	};								\
	static struct klp_patch patch = {				\
		.mod = THIS_MODULE,					\
		.objs = objs,						\
		.states = states,					\
		.replace = true,					\
	};								\
	static int __init mendklp_state_init(void)			\
	{								\
		return klp_enable_patch(&patch);			\
	}								\
	static void __exit mendklp_state_exit(void)			\
	{								\
	}								\
	module_init(mendklp_state_init);				\
	module_exit(mendklp_state_exit);				\
	MODULE_DESCRIPTION("mend selftest: a livepatch with a state");	\
	MODULE_LICENSE("GPL");						\
	MODULE_INFO(livepatch, "Y")

#endif /* MENDKLP_STATE_H */
