// SPDX-License-Identifier: GPL-2.0-only
/* States and their legal moves; see the table in state.h. Pure. */
#include "state.h"

#define TO(state)	(1U << (state))

static const struct {
	const char *name;
	u32 moves;
	bool active;
} states[PATCH_NR_STATES] = {
	[PATCH_REGISTERED] = { "registered", TO(PATCH_ON), false },
	[PATCH_ON] = { "on", TO(PATCH_OFF) | TO(PATCH_REPLACED) | TO(PATCH_DEGRADED) |
			     TO(PATCH_ROLLBACK_BLOCKED) | TO(PATCH_ROLLED_BACK), true },
	[PATCH_OFF] = { "off", TO(PATCH_ON), false },
	[PATCH_REPLACED] = { "replaced", TO(PATCH_ON), false },
	[PATCH_DEGRADED] = { "degraded", TO(PATCH_ON) | TO(PATCH_OFF) | TO(PATCH_REPLACED) |
					 TO(PATCH_ROLLBACK_BLOCKED) | TO(PATCH_ROLLED_BACK), true },
	[PATCH_ROLLBACK_BLOCKED] = { "rollback-blocked", TO(PATCH_OFF) | TO(PATCH_REPLACED) |
							 TO(PATCH_ROLLED_BACK), true },
	[PATCH_ROLLED_BACK] = { "rolled-back", TO(PATCH_ON), false },
};

const char *state_name(enum patch_state state)
{
	return (unsigned int)state < PATCH_NR_STATES ? states[state].name : "invalid";
}

bool state_may_move(enum patch_state from, enum patch_state to)
{
	if ((unsigned int)from >= PATCH_NR_STATES || (unsigned int)to >= PATCH_NR_STATES)
		return false;
	return states[from].moves & TO(to);
}

bool state_is_active(enum patch_state state)
{
	return (unsigned int)state < PATCH_NR_STATES && states[state].active;
}
