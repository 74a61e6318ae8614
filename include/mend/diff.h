/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend: what a source diff says beside changing functions, when mend-build makes
 * a payload of it.
 *
 *	#include <mend/diff.h>
 *
 *	static int make_room(struct mend_object *obj)
 *	{
 *		return ...;
 *	}
 *
 *	MEND_PRE_PATCH(make_room);
 *	MEND_STATE(0x6c6f6f70, 1);
 *
 * A payload that is written by hand says these things in its struct mend_object
 * and struct mend_patch. mend-build writes those, and finds here what belongs
 * into them: the callbacks are those of the object (vmlinux or the module) that
 * the source file is part of, the states those of the patch. An object has one
 * callback of each kind, whatever the number of its files.
 *
 * Shadow variables are used as anywhere: mend/shadow.h. When each callback is
 * called, and what it may do, stands with struct mend_callbacks in mend/patch.h.
 */
#ifndef _MEND_DIFF_H
#define _MEND_DIFF_H

#include <linux/compiler.h>
#include "patch.h"
#include "shadow.h"

/* The compiler checks the type of the function; mend-build reads the section. */
#define __MEND_HOOK(_kind, _func)						\
	static typeof(((struct mend_callbacks *)NULL)->_kind) const		\
		__mend_hook_##_kind __used __section(".mend.hook." #_kind) = (_func)

/* One of each in a source file, at file level, behind the function's definition. */
#define MEND_PRE_PATCH(_func)		__MEND_HOOK(pre_patch, _func)
#define MEND_POST_PATCH(_func)		__MEND_HOOK(post_patch, _func)
#define MEND_PRE_UNPATCH(_func)		__MEND_HOOK(pre_unpatch, _func)
#define MEND_POST_UNPATCH(_func)	__MEND_HOOK(post_unpatch, _func)
#define MEND_AT_SWITCH(_func)		__MEND_HOOK(at_switch, _func)

/**
 * MEND_STATE() - the patch has this state; see struct mend_state
 * @_id, @_version: constants
 *
 * The alignment keeps the compiler from leaving gaps between several.
 */
#define MEND_STATE(_id, _version)						\
	static const struct mend_state __UNIQUE_ID(mend_state)			\
		__used __section(".mend.states") __aligned(sizeof(void *)) =	\
			{ .id = (_id), .version = (_version) }

/** mend_this_patch - the patch that this code is part of, for mend_get_state() */
extern struct mend_patch mend_this_patch;

#endif /* _MEND_DIFF_H */
