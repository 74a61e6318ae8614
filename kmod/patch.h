/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry: what is known, and in which state it is.
 *
 * Locks, outermost first:
 *
 *   switch_mutex (switch.c)	one switch at a time; held while it waits for a
 *				blocker. Whoever holds it may rely on the set of
 *				active patches.
 *   registry_mutex (here)	the list of patches, their states, which of their
 *				objects are bound to a module, and the published
 *				table. Never held while a switch waits for a
 *				blocker: registering takes only this one, and so
 *				does the module notifier, since a blocker may be
 *				waiting for a module to be loaded. Callbacks are
 *				called with it held.
 *   batch_mutex (batch.c)
 *
 * A patch becomes active or inactive under both mutexes. From "on" to
 * "degraded" and back, which are both active, it moves under registry_mutex
 * alone. The state may be read under either, or without any as one word.
 *
 * A module that an object is bound to is held by nothing but registry_mutex:
 * its GOING notification takes that, and unbinds it before the module is freed.
 */
#ifndef MEND_PATCH_INTERNAL_H
#define MEND_PATCH_INTERNAL_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <mend/patch.h>
#include <uapi/linux/mend.h>
#include "range.h"
#include "state.h"

struct authorization;
struct text_copy;

extern struct mutex registry_mutex;

/**
 * struct code - a function's text: its body first, then its .cold parts
 * @parts: set once; kmalloc'ed
 * @nr: set once
 */
struct code {
	struct addr_range *parts;
	u32 nr;
};

/**
 * struct patch_func - one replaced function; set once but for what is bound
 * @kobj: <object>/<name,sympos>; owns this struct
 * @list: in patch_object.funcs
 * @patch: whose
 * @name: in the payload
 * @sympos: as the payload gives it
 * @new_addr: the replacement
 * @new_code: what no task may be inside of while it is current
 * @ip: the original's ftrace record; bound
 * @old_code: as @new_code, of the original; bound
 */
struct patch_func {
	struct kobject kobj;
	struct list_head list;
	struct patch *patch;
	const char *name;
	unsigned long sympos;
	unsigned long new_addr;
	struct code new_code;
	unsigned long ip;
	struct code old_code;
};

/** enum callback_stage - which of an object's callbacks was called last */
enum callback_stage {
	CALLBACK_NONE,		/* or post_unpatch */
	CALLBACK_PREPARED,	/* pre_patch */
	CALLBACK_PATCHED,	/* post_patch */
	CALLBACK_LEAVING,	/* pre_unpatch */
};

/**
 * struct patch_object - an object with replaced functions
 * @kobj: <patch>/<object>; owns this struct
 * @list: in patch.objects
 * @patch: whose
 * @name: "vmlinux" or a module's name, a copy
 * @funcs: list of struct patch_func
 * @desc: what its callbacks are given: a copy of the payload's, with @mod
 * @bound: the module is here and its functions are known; registry_mutex
 * @mod: that module, without a reference; NULL: vmlinux, or not bound
 * @failed: the module is here and could not be patched; registry_mutex
 * @stage: registry_mutex
 *
 * Set once but for what names its lock. vmlinux is bound from the beginning.
 */
struct patch_object {
	struct kobject kobj;
	struct list_head list;
	struct patch *patch;
	char name[MEND_OBJECT_LEN];
	struct list_head funcs;
	struct mend_object desc;
	bool bound;
	struct module *mod;
	bool failed;
	enum callback_stage stage;
};

/**
 * struct switch_record - the last switch that changed a patch
 * @pause_ns: as in struct mend_switch
 * @rendezvous_ns: as in struct mend_switch
 * @wait_ns: as in struct mend_switch
 * @attempts: as in struct mend_switch
 * @at: seconds since the epoch
 */
struct switch_record {
	u64 pause_ns;
	u64 rendezvous_ns;
	u64 wait_ns;
	u32 attempts;
	time64_t at;
};

/**
 * struct patch - one generation of a patch
 * @kobj: /sys/kernel/mend/<name>.<generation>
 * @kobjects: of this patch, its objects and funcs, that are not released yet
 * @released: completed when @kobjects is zero
 * @list: in the registry; protected by registry_mutex
 * @desc: the payload's own description; set once
 * @mod: the payload; set once
 * @auth: what allowed it; NULL: unsigned; set once
 * @name: set once
 * @generation: set once
 * @unloadable: set once
 * @objects: list of struct patch_object; set once
 * @nr_funcs: over all objects; set once
 * @text: what its text is meant to be; set once
 * @differences: of that, as last seen; registry_mutex
 * @state: see the top of this file
 * @why: why it is degraded or was rolled back; as @state
 * @seq: when it was switched on; as @state
 * @pinned: the payload keeps a reference on itself for ever; as @state
 * @forced: it was switched with tasks inside; as @state
 * @by_enable: mend_enable() registered it: it goes with its payload, whose exit
 *	does not unregister it; set once, in the payload's init
 * @off_wanted: a module that it requires could not be patched; as @state
 * @last: as @state
 */
struct patch {
	struct kobject kobj;
	refcount_t kobjects;
	struct completion released;
	struct list_head list;
	const struct mend_patch *desc;
	struct module *mod;
	struct authorization *auth;
	char name[MEND_NAME_LEN];
	u64 generation;
	bool unloadable;
	struct list_head objects;
	u32 nr_funcs;
	struct text_copy *text;
	u32 differences;
	enum patch_state state;
	struct mend_report why;
	u64 seq;
	bool pinned;
	bool forced;
	bool by_enable;
	bool off_wanted;
	struct switch_record last;
};

static inline bool object_is_vmlinux(const struct patch_object *object)
{
	return !strcmp(object->name, "vmlinux");
}

#define patch_for_each_object(patch, object) \
	list_for_each_entry(object, &(patch)->objects, list)
#define patch_for_each_func(object, func) \
	list_for_each_entry(func, &(object)->funcs, list)

/** patch_is_active() - any context; one word */
static inline bool patch_is_active(const struct patch *patch)
{
	return state_is_active(READ_ONCE(patch->state));
}

/** patch_supersedes() - would @other go off if @patch went on, both of them alone? */
static inline bool patch_supersedes(const struct patch *patch, const struct patch *other)
{
	/* Another generation of it; or any patch, if this one says so. */
	return other != patch && (patch->desc->replace || !strcmp(other->name, patch->name));
}

/** patch_find() - NULL: not registered. registry_mutex held. */
struct patch *patch_find(const char *name, u64 generation);

/** patch_find_active() - the active generation of that name. registry_mutex held. */
struct patch *patch_find_active(const char *name);

/** patch_next() - walk the registry in order; NULL begins and ends. registry_mutex held. */
struct patch *patch_next(struct patch *patch);

/** patch_going() - a payload goes without having unregistered its patch; sleeps */
void patch_going(struct module *mod);

/** patch_set_state() - a legal move; see the top of this file for the locks */
void patch_set_state(struct patch *patch, enum patch_state state);

/**
 * patch_degrade() - an active patch is not as it should be
 * @why: copied; the first reason stays until the patch has recovered
 *
 * Log, state, sysfs, uevent. Context: registry_mutex held; sleeps.
 */
void patch_degrade(struct patch *patch, const struct mend_report *why);

/**
 * patch_block_rollback() - it is to be taken back and cannot be, yet
 * @why: copied; also when it is in that state already
 *
 * Context: as patch_degrade().
 */
void patch_block_rollback(struct patch *patch, const struct mend_report *why);

/** patch_recover() - a degraded patch is on again as it should be; as patch_degrade() */
void patch_recover(struct patch *patch);

#endif /* MEND_PATCH_INTERNAL_H */
