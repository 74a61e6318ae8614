/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The API of kernel/livepatch in terms of mend's, for livepatch modules that
 * exist already: their sources are built unchanged, with this folder in front
 * of the kernel's own headers,
 *
 *	make -C $KDIR M=$PWD NOSTDINC_FLAGS="-nostdinc -I$MEND/include/mend/compat" \
 *		KBUILD_EXTRA_SYMBOLS=$MEND/kmod/Module.symvers modules
 *
 * and become payloads of mend: they need mend.ko instead of CONFIG_LIVEPATCH,
 * and are switched at one instant. New patches are better written with
 * mend/patch.h.
 *
 * What is the same: functions, objects, sympos, callbacks, states, atomic
 * replace, shadow variables, and that the module may be unloaded when its
 * patch is off. Beside klp_enable_patch() it may use what mend/patch.h offers,
 * MEND_EXTERN() for instance, in the file with MODULE_INFO(livepatch, "Y").
 *
 * What is not: there is no transition, hence no task in between, and nothing
 * of it to look at. klp_enable_patch() returns when the patch is on, or fails
 * and has changed nothing. A payload that "mend apply" has loaded is switched
 * on by it, not from its init.
 *
 * The structures are mend's and have no members but those that authors fill
 * in: kobj, list, enabled, forced, old_func, patched and the like do not
 * exist. What else cannot be mapped is an error that says so.
 */
#ifndef _MEND_COMPAT_LIVEPATCH_H
#define _MEND_COMPAT_LIVEPATCH_H

/* Should a path lead to the kernel's own header later, it adds nothing. */
#ifdef _LINUX_LIVEPATCH_H_
#error "the kernel's linux/livepatch.h was included already: put include/mend/compat in front of the kernel's include paths, with NOSTDINC_FLAGS"
#endif
#define _LINUX_LIVEPATCH_H_

/* What sources that include linux/livepatch.h may count on. */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/module.h>
#include "../../patch.h"
#include "../../shadow.h"

#define klp_func		mend_func
#define klp_object		mend_object
#define klp_callbacks		mend_callbacks
#define klp_state		mend_state
#define klp_patch		mend_patch

#define klp_get_state		mend_get_state
#define klp_get_prev_state	mend_get_prev_state

#define klp_shadow_ctor_t	mend_shadow_ctor_t
#define klp_shadow_dtor_t	mend_shadow_dtor_t
#define klp_shadow_get		mend_shadow_get
#define klp_shadow_alloc	mend_shadow_alloc
#define klp_shadow_get_or_alloc	mend_shadow_get_or_alloc
#define klp_shadow_free		mend_shadow_free
#define klp_shadow_free_all	mend_shadow_free_all

/* mend's arrays are const, upstream's are not. */
#define klp_for_each_object_static(_patch, _obj)				\
	for (_obj = (struct mend_object *)(_patch)->objs; (_obj)->funcs; (_obj)++)
#define klp_for_each_func_static(_obj, _func)					\
	for (_func = (struct mend_func *)(_obj)->funcs; (_func)->old_name; (_func)++)

/*
 * Upstream's rule is that a module may be unloaded once its patch is off;
 * its author has written it for that.
 */
static inline int klp_enable_patch(struct mend_patch *patch)
{
	if (!patch || !patch->mod || !patch->objs)
		return -EINVAL;
	patch->unloadable = true;
	return mend_enable(patch);
}

/*
 * Each livepatch module says MODULE_INFO(livepatch, "Y"), once. Here it makes
 * the module a payload, and does not make it a livepatch: a kernel without
 * CONFIG_LIVEPATCH would refuse that. Any other tag is what it was:
 * __MEND_INFO_<tag> is a macro for this tag only, and only then shifts its own
 * second word into second place.
 */
#undef MODULE_INFO
/* Newer kernels have nothing that MODULE_INFO() is made of. */
#ifndef __MODULE_INFO
#define __MODULE_INFO(tag, name, info)						\
	static const char __UNIQUE_ID(name)[] __used __section(".modinfo")	\
		__aligned(1) = __MODULE_INFO_PREFIX __stringify(tag) "=" info
#endif
#define MODULE_INFO(tag, info)							\
	__MEND_SECOND(__MEND_INFO_##tag, __MODULE_INFO)(tag, tag, info)
#define __MEND_INFO_livepatch		0, __MEND_INFO_PAYLOAD
#define __MEND_SECOND(...)		__MEND_SECOND_OF(__VA_ARGS__, 0)
#define __MEND_SECOND_OF(_1, _2, ...)	_2
#define __MEND_INFO_PAYLOAD(tag, name, info)					\
	__MEND_PAYLOAD();							\
	__MODULE_INFO(mend, mend, "1")

/*
 * What has no counterpart. An expression, so that it may stand wherever a
 * call, a constant or the head of a loop was.
 */
#define __MEND_NO(_sentence)							\
	({ _Static_assert(0, "mend: " _sentence); 0; })

#define __MEND_NO_OLD_API							\
	__MEND_NO("an API that ended with Linux 5.1: the init of the module calls klp_enable_patch(), its exit nothing")
#define klp_register_patch(...)		__MEND_NO_OLD_API
#define klp_unregister_patch(...)	__MEND_NO_OLD_API
#define klp_disable_patch(...)		__MEND_NO_OLD_API

#define __MEND_NO_CORE								\
	__MEND_NO("a function of the livepatch core, not of livepatch modules; mend has no counterpart")
#define klp_module_coming(...)		__MEND_NO_CORE
#define klp_module_going(...)		__MEND_NO_CORE
#define klp_copy_process(...)		__MEND_NO_CORE
#define klp_update_patch_state(...)	__MEND_NO_CORE
#define klp_apply_section_relocs(...)	__MEND_NO_CORE
#define klp_have_reliable_stack()	__MEND_NO_CORE

#define __MEND_NO_TRANSITION							\
	__MEND_NO("there is no transition that a task could be in: a patch is on for all tasks or for none")
#define klp_patch_pending(...)		__MEND_NO_TRANSITION
#define KLP_UNDEFINED			__MEND_NO_TRANSITION
#define KLP_UNPATCHED			__MEND_NO_TRANSITION
#define KLP_PATCHED			__MEND_NO_TRANSITION
#define KLP_TRANSITION_IDLE		__MEND_NO_TRANSITION
#define KLP_TRANSITION_UNPATCHED	__MEND_NO_TRANSITION
#define KLP_TRANSITION_PATCHED		__MEND_NO_TRANSITION

#define __MEND_NO_LISTS								\
	for (__MEND_NO("objects and functions have no lists: use klp_for_each_object_static() and klp_for_each_func_static()"); 0; )
#define klp_for_each_object(...)	__MEND_NO_LISTS
#define klp_for_each_object_safe(...)	__MEND_NO_LISTS
#define klp_for_each_func(...)		__MEND_NO_LISTS
#define klp_for_each_func_safe(...)	__MEND_NO_LISTS

/* klp-convert's way to name symbols that are not exported: declarations. */
#define __MEND_NO_CONVERT							\
	_Static_assert(0, "mend: klp-convert's annotations: name the symbol with MEND_EXTERN() or MEND_EXTERN_DATA() of mend/patch.h")
#define KLP_MODULE_RELOC(...)		__MEND_NO_CONVERT; struct mend_reloc
#define KLP_SYMPOS(...)			{ }
#define KLP_RELOC_SYMBOL(...)		__MEND_NO_CONVERT
#define KLP_RELOC_SYMBOL_POS(...)	__MEND_NO_CONVERT

#endif /* _MEND_COMPAT_LIVEPATCH_H */
