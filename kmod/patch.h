/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry: what is known, and in which state it is.
 *
 * Locks, outermost first:
 *
 *   switch_mutex (switch.c)	one switch at a time; held while it waits for a
 *				blocker. Whoever holds it may rely on the set of
 *				active patches and on the published table.
 *   registry_mutex (here)	the list of patches and their states; held
 *				briefly. Registering and unregistering take only
 *				this one, so that a payload can come and go while
 *				a switch waits.
 *   batch_mutex (batch.c)
 *
 * A patch's state changes under both mutexes; it may be read under either, or
 * without any by sysfs, as one word.
 */
#ifndef MEND_PATCH_INTERNAL_H
#define MEND_PATCH_INTERNAL_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <mend/patch.h>
#include <uapi/linux/mend.h>
#include "range.h"
#include "state.h"

struct authorization;

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
 * struct patch_func - one replaced function; all set once
 * @kobj: <object>/<name,sympos>; owns this struct
 * @list: in patch_object.funcs
 * @patch: whose
 * @name: in the payload
 * @sympos: as the payload gives it
 * @ip: the original's ftrace record
 * @new_addr: the replacement
 * @old_code: what no task may be inside of while it is current
 * @new_code: the same for the replacement
 */
struct patch_func {
	struct kobject kobj;
	struct list_head list;
	struct patch *patch;
	const char *name;
	unsigned long sympos;
	unsigned long ip;
	unsigned long new_addr;
	struct code old_code;
	struct code new_code;
};

/**
 * struct patch_object - an object with replaced functions; all set once
 * @kobj: <patch>/<object>; owns this struct
 * @list: in patch.objects
 * @patch: whose
 * @name: "vmlinux" or a module's name, a copy
 * @mod: that module, with a reference; NULL: vmlinux
 * @funcs: list of struct patch_func
 */
struct patch_object {
	struct kobject kobj;
	struct list_head list;
	struct patch *patch;
	char name[MEND_OBJECT_LEN];
	struct module *mod;
	struct list_head funcs;
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
 * @state: see the top of this file
 * @seq: when it was switched on; as @state
 * @pinned: the payload keeps a reference on itself for ever; as @state
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
	enum patch_state state;
	u64 seq;
	bool pinned;
	struct switch_record last;
};

#define patch_for_each_object(patch, object) \
	list_for_each_entry(object, &(patch)->objects, list)
#define patch_for_each_func(object, func) \
	list_for_each_entry(func, &(object)->funcs, list)

/** patch_is_active() - any context; one word */
static inline bool patch_is_active(const struct patch *patch)
{
	return state_is_active(READ_ONCE(patch->state));
}

/** patch_find() - NULL: not registered. registry_mutex held. */
struct patch *patch_find(const char *name, u64 generation);

/** patch_find_active() - the active generation of that name. registry_mutex held. */
struct patch *patch_find_active(const char *name);

/** patch_next() - walk the registry in order; NULL begins and ends. registry_mutex held. */
struct patch *patch_next(struct patch *patch);

/** patch_going() - a payload goes without having unregistered its patch; sleeps */
void patch_going(struct module *mod);

/** patch_set_state() - a legal move. registry_mutex and the switch mutex held. */
void patch_set_state(struct patch *patch, enum patch_state state);

#endif /* MEND_PATCH_INTERNAL_H */
