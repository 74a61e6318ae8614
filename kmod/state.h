/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of a patch and the legal moves between them, forward and back.
 *
 *	from \ to	on	off	repl.	degr.	blocked	back
 *	registered	x
 *	on			x	x	x	x	x
 *	off		x
 *	replaced	x
 *	degraded	x	x	x		x	x
 *	blocked			x	x			x
 *	rolled-back	x
 *
 * (repl.: replaced, degr.: degraded, blocked: rollback-blocked, back: rolled-back)
 *
 * "on", "degraded" and "rollback-blocked" (it is to be taken back, and a task is
 * inside) are active: the patch's functions run. All others are inactive. A patch
 * leaves the table by being unregistered, which only an inactive one can be.
 *
 * Pure: also compiled in userspace for the unit tests.
 */
#ifndef MEND_STATE_H
#define MEND_STATE_H

#include "pure.h"

enum patch_state {
	PATCH_REGISTERED,	/* known, never switched on */
	PATCH_ON,		/* switched on and confirmed */
	PATCH_OFF,		/* switched off by request */
	PATCH_REPLACED,		/* switched off by a higher generation */
	PATCH_DEGRADED,		/* on, but not as it should be */
	PATCH_ROLLBACK_BLOCKED,	/* on, because a task is inside */
	PATCH_ROLLED_BACK,	/* taken back because it hurt */
	PATCH_NR_STATES,
};

/** state_name() - as shown in sysfs; stable */
const char *state_name(enum patch_state state);

/** state_may_move() - is @from -> @to in the table above? */
bool state_may_move(enum patch_state from, enum patch_state to);

/** state_is_active() - do the patch's functions run in this state? */
bool state_is_active(enum patch_state state);

#endif /* MEND_STATE_H */
