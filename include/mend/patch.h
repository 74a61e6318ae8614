/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend: what a patch's author writes.
 *
 *	static int my_cmdline_proc_show(struct seq_file *m, void *v)
 *	{
 *		seq_puts(m, "patched\n");
 *		return 0;
 *	}
 *
 *	static const struct mend_func vmlinux_funcs[] = {
 *		MEND_FUNC(cmdline_proc_show, my_cmdline_proc_show),
 *		{ }
 *	};
 *
 *	static const struct mend_object objects[] = {
 *		{ .funcs = vmlinux_funcs },
 *		{ }
 *	};
 *
 *	static struct mend_patch patch = {
 *		.name = "cmdline-note",
 *		.objs = objects,
 *	};
 *
 *	MEND_PATCH(patch);
 *
 * Symbols that the kernel does not export are declared once, with
 * MEND_EXTERN() for functions and MEND_EXTERN_DATA() for variables, in the
 * file that holds MEND_PATCH(), and then used by name:
 *
 *	MEND_EXTERN("vmlinux", int_pow_unexported, 0);
 *	MEND_EXTERN_DATA("vmlinux", nr_threads, 0);
 *	... mend_data(nr_threads) ...
 */
#ifndef _MEND_PATCH_H
#define _MEND_PATCH_H

#include <linux/module.h>
#include <linux/types.h>
/* By its place, so that whoever includes this needs no include path for it. */
#include "payload.h"

/**
 * struct mend_func - one function to replace
 * @old_name:	its name in the object
 * @new_func:	the replacement; same signature
 * @old_sympos:	which of several functions of that name, counted by address
 *		from 1; 0: there is only one, and it is an error otherwise
 *
 * Arrays end with an element whose @old_name is NULL.
 */
struct mend_func {
	const char *old_name;
	void *new_func;
	unsigned long old_sympos;
};

struct mend_object;

/**
 * struct mend_callbacks - what to do beside replacing functions; all optional
 * @pre_patch:	before the switch that turns the object's functions on; not 0:
 *		nothing is switched, and what was called before it is undone
 * @post_patch:	after it
 * @pre_unpatch: before the switch that turns them off
 * @post_unpatch: after it; also what undoes a @pre_patch whose switch failed
 * @at_switch:	inside the switch: the machine is stopped, no task is inside
 *		the functions that change, and none has run since @pre_patch or
 *		@pre_unpatch prepared what is needed. @on: the functions go on.
 *		For converting data that old and new code read differently.
 *
 * The object they are given is a copy, with @mod filled in. They are called
 * for objects that are there: for a module that arrives later before its init
 * runs, and when it leaves (but not @at_switch: with the module goes what it could
 * convert). A patch that is superseded (a higher generation,
 * or @replace) is not called: the new one's callbacks know what to do. When a
 * switch fails after @pre_unpatch, @post_patch is called.
 *
 * Context: all but @at_switch may sleep; they must not load or unload modules,
 * nor register or switch patches. @at_switch runs with interrupts off on
 * every CPU: no locks, no allocation, no printk, no sleeping, and not for
 * long: its time is part of pause_ns.
 */
struct mend_callbacks {
	int (*pre_patch)(struct mend_object *obj);
	void (*post_patch)(struct mend_object *obj);
	void (*pre_unpatch)(struct mend_object *obj);
	void (*post_unpatch)(struct mend_object *obj);
	void (*at_switch)(struct mend_object *obj, bool on);
};

/**
 * struct mend_object - an object with functions to replace
 * @name:	NULL: vmlinux; otherwise a module's name
 * @funcs:	its functions; may be an empty array if there are @callbacks
 * @callbacks:	see there
 * @required:	the patch is not switched on without this module
 * @mod:	for callbacks: the module; NULL: vmlinux. Leave it out.
 *
 * A module may be loaded later, leave and come back. Arrays end with an
 * element whose @funcs is NULL.
 */
struct mend_object {
	const char *name;
	const struct mend_func *funcs;
	struct mend_callbacks callbacks;
	bool required;
	struct module *mod;
};

/**
 * struct mend_state - something that the patch changes in the running system
 * @id:		what; agreed upon among the patches that know it, not 0
 * @version:	how; a patch with a higher one knows all lower ones
 * @data:	the author's
 *
 * A patch that supersedes another must know all its states, and none in a
 * lower version. Arrays end with an element whose @id is 0.
 */
struct mend_state {
	unsigned long id;
	unsigned int version;
	void *data;
};

/**
 * struct mend_patch - a patch, as its payload presents it
 * @mod:	the payload; MEND_PATCH() fills it in
 * @name:	must be the manifest's name; NULL: the payload's module name
 *		with '_' turned into '-'
 * @generation:	must be the manifest's; 0: whatever the manifest says (an
 *		unsigned payload then has generation 1)
 * @objs:	what it changes
 * @unloadable:	the author's word that no timer, work item, RCU callback, lock
 *		key or pointer into the payload outlives the switching off.
 *		Without it, a payload that was on once stays loaded until
 *		reboot.
 * @replace:	it supersedes every other patch that is on, of any name
 * @states:	what it changes beside functions; NULL: nothing
 *
 * Everything it points to must live in the payload; only @mod and the data of
 * @states may change.
 */
struct mend_patch {
	struct module *mod;
	const char *name;
	u64 generation;
	const struct mend_object *objs;
	bool unloadable;
	bool replace;
	struct mend_state *states;
};

#define MEND_FUNC(_old, _new) { .old_name = #_old, .new_func = (_new) }
#define MEND_FUNC_POS(_old, _new, _pos) \
	{ .old_name = #_old, .new_func = (_new), .old_sympos = (_pos) }

/**
 * mend_register() - make a patch known to mend.ko; does not switch it on
 * @patch: lives until mend_unregister()
 *
 * Context: the payload's init, nowhere else: the payload must be bound to an
 * authorization, and it is that only inside the finit_module() that loads it.
 * May sleep.
 *
 * Return: 0; -EKEYREJECTED if the payload is not the one that was authorized;
 * -EINVAL, -ENOEXEC, -ENOENT, -EEXIST, -ENOMEM with the reason logged and
 * reported on the authorized descriptor.
 */
int mend_register(struct mend_patch *patch);

/**
 * mend_enable() - mend_register(), and switch it on at once if it is not signed
 *
 * For payloads that are loaded with insmod while signatures are not required,
 * as kernel livepatches are. A signed payload is switched on by whoever loads
 * it, in one switch with others if that is what is wanted. When the payload is
 * unloaded, the patch is unregistered with it: there is nothing to call.
 *
 * Context: as mend_register(). Waits up to ten seconds for tasks to leave.
 *
 * Return: as mend_register(); -EBUSY if a task was inside all the time, and
 * whatever else a switch may be refused for: the patch is not registered then.
 */
int mend_enable(struct mend_patch *patch);

/**
 * mend_unregister() - the reverse of mend_register(), from the payload's exit
 *
 * Only a patch that is off can get here: one that is on holds a reference on
 * its payload. Context: may sleep.
 */
void mend_unregister(struct mend_patch *patch);

/**
 * mend_get_state() - a state of this patch; NULL: it has none of that id
 *
 * Context: any.
 */
struct mend_state *mend_get_state(struct mend_patch *patch, unsigned long id);

/**
 * mend_get_prev_state() - the state of the patch that was switched on last
 * before the switch that is under way
 *
 * Context: callbacks only. Return: NULL: no active patch has it.
 */
struct mend_state *mend_get_prev_state(unsigned long id);

/* What an unresolved MEND_EXTERN() would run into; never reached. */
void mend_unresolved(void);

/*
 * One entry of the relocation section. Subsections keep the entries between
 * the labels that MEND_PATCH() places in subsections 0 and 2.
 */
#define __MEND_RELOC(_place, _object, _symobj, _symbol, _sympos, _type, _addend) \
	".pushsection .mend.relocs,\"aw\"\n"					\
	".subsection 1\n"							\
	"	.quad " _place ", 8881f, 8882f, 8883f, " _addend "\n"		\
	"	.long " #_sympos ", " _type "\n"				\
	".popsection\n"								\
	".pushsection .mend.strings,\"a\"\n"					\
	"8881: .asciz \"" _object "\"\n"					\
	"8882: .asciz \"" _symobj "\"\n"					\
	"8883: .asciz \"" _symbol "\"\n"					\
	".popsection\n"

/**
 * MEND_EXTERN() - use an unexported function of @_object by its own name
 *
 * If that is a module, the patch must change it as well, and only replacements
 * for that module may use the function: it is found when the module is there.
 * MEND_EXTERN_FOR() says of whom it is if the user's object is another:
 * "vmlinux" makes the payload need the module from the beginning, and keeps it
 * loaded.
 *
 * Emits a stub of that name in the payload: a direct jump whose target
 * mend.ko fills in at load. Declare the function as usual (its kernel header,
 * or a prototype of your own). Taking its address gives the stub's.
 */
#define MEND_EXTERN(_object, _func, _sympos)					\
	MEND_EXTERN_FOR(_object, _object, _func, _sympos)

#define MEND_EXTERN_FOR(_owner, _object, _func, _sympos)			\
	asm(".pushsection .text, \"ax\"\n"					\
	    ".p2align 4\n"							\
	    ".globl " #_func "\n"						\
	    ".type " #_func ", @function\n"					\
	    #_func ":\n"							\
	    "	.byte 0xf3, 0x0f, 0x1e, 0xfa\n"	/* endbr64 */		\
	    "	.byte 0xe9\n"				/* jmp */			\
	    "8880: .long mend_unresolved - . - 4\n"				\
	    ".size " #_func ", . - " #_func "\n"				\
	    ".popsection\n"							\
	    __MEND_RELOC("8880b", _owner, _object, #_func, _sympos, "5", "-4"))

/**
 * MEND_EXTERN_DATA() - use an unexported variable of @_object
 *
 * Declare it as usual and access it as mend_data(@_var). As MEND_EXTERN().
 */
#define MEND_EXTERN_DATA(_object, _var, _sympos)				\
	MEND_EXTERN_DATA_FOR(_object, _object, _var, _sympos)

#define MEND_EXTERN_DATA_FOR(_owner, _object, _var, _sympos)			\
	static typeof(_var) *__mend_ptr_##_var __used __section(".mend.data");	\
	asm(__MEND_RELOC("__mend_ptr_" #_var, _owner, _object, #_var,		\
			 _sympos, "1", "0"))

#define mend_data(_var) (*READ_ONCE(__mend_ptr_##_var))

/*
 * The payload's descriptor, and the ends of its relocations: once per payload,
 * hence a global symbol; in the file with all its MEND_EXTERN()s.
 */
#define __MEND_PAYLOAD()							\
	asm(".pushsection .mend.relocs,\"aw\"\n"				\
	    ".subsection 0\n"							\
	    "	.p2align 3\n"							\
	    "__mend_relocs:\n"							\
	    ".subsection 2\n"							\
	    "__mend_relocs_end:\n"						\
	    ".popsection\n"							\
	    ".pushsection .mend.payload,\"aw\"\n"				\
	    "	.p2align 3\n"							\
	    ".globl __mend_payload\n"						\
	    ".type __mend_payload, @object\n"					\
	    "__mend_payload:\n"							\
	    "	.long 0x6d656e64, 1\n"						\
	    "	.quad __mend_relocs, __mend_relocs_end\n"			\
	    ".size __mend_payload, . - __mend_payload\n"			\
	    ".popsection\n")

/**
 * MEND_PATCH() - module boilerplate of a payload; once per payload
 */
#define MEND_PATCH(_patch)							\
	static int __init __mend_payload_init(void)				\
	{									\
		(_patch).mod = THIS_MODULE;					\
		return mend_register(&(_patch));				\
	}									\
	static void __exit __mend_payload_exit(void)				\
	{									\
		mend_unregister(&(_patch));					\
	}									\
	module_init(__mend_payload_init);					\
	module_exit(__mend_payload_exit);					\
	__MEND_PAYLOAD();							\
	MODULE_LICENSE("GPL");							\
	MODULE_INFO(mend, "1")

#endif /* _MEND_PATCH_H */
