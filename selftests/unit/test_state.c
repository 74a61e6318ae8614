// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states and their moves, against a second copy of the table that stands
 * in kmod/state.h's comment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "state.h"

static const char *const names[] = {
	[PATCH_REGISTERED] = "registered",
	[PATCH_ON] = "on",
	[PATCH_OFF] = "off",
	[PATCH_REPLACED] = "replaced",
	[PATCH_DEGRADED] = "degraded",
	[PATCH_ROLLBACK_BLOCKED] = "rollback-blocked",
	[PATCH_ROLLED_BACK] = "rolled-back",
};

/* Columns: registered, on, off, replaced, degraded, rollback-blocked, rolled-back. */
static const char *const moves[] = {
	[PATCH_REGISTERED] =		".x.....",
	[PATCH_ON] =			"..xxxxx",
	[PATCH_OFF] =			".x.....",
	[PATCH_REPLACED] =		".x.....",
	[PATCH_DEGRADED] =		".xxx.xx",
	[PATCH_ROLLBACK_BLOCKED] =	"..xx..x",
	[PATCH_ROLLED_BACK] =		".x.....",
};

static void every_state_is_known_here(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(names), PATCH_NR_STATES);
	assert_int_equal(ARRAY_SIZE(moves), PATCH_NR_STATES);
}

static void names_are_the_stable_ones(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < PATCH_NR_STATES; i++)
		assert_string_equal(state_name(i), names[i]);
	assert_string_equal(state_name(PATCH_NR_STATES), "invalid");
	assert_string_equal(state_name((enum patch_state)-1), "invalid");
}

static void moves_are_those_of_the_table(void **state)
{
	unsigned int from, to;

	(void)state;
	for (from = 0; from < PATCH_NR_STATES; from++) {
		for (to = 0; to < PATCH_NR_STATES; to++) {
			if (state_may_move(from, to) != (moves[from][to] == 'x'))
				fail_msg("%s -> %s", names[from], names[to]);
		}
	}
}

static void states_that_do_not_exist_move_nowhere(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i <= PATCH_NR_STATES; i++) {
		assert_false(state_may_move(i, PATCH_NR_STATES));
		assert_false(state_may_move(PATCH_NR_STATES, i));
		assert_false(state_may_move(i, 32));
		assert_false(state_may_move((enum patch_state)-1, i));
	}
	assert_false(state_is_active(PATCH_NR_STATES));
	assert_false(state_is_active((enum patch_state)-1));
}

static void on_degraded_and_blocked_are_active(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < PATCH_NR_STATES; i++)
		assert_int_equal(state_is_active(i), i == PATCH_ON || i == PATCH_DEGRADED ||
				 i == PATCH_ROLLBACK_BLOCKED);
}

/* Whatever happens, a patch can be taken off and put on again. */
static void no_state_is_a_dead_end(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < PATCH_NR_STATES; i++) {
		if (state_is_active(i))
			assert_true(state_may_move(i, PATCH_OFF));
		else
			assert_true(state_may_move(i, PATCH_ON));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_is_known_here),
		cmocka_unit_test(names_are_the_stable_ones),
		cmocka_unit_test(moves_are_those_of_the_table),
		cmocka_unit_test(states_that_do_not_exist_move_nowhere),
		cmocka_unit_test(on_degraded_and_blocked_are_active),
		cmocka_unit_test(no_state_is_a_dead_end),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
