/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reproducible random numbers for the property tests.
 *
 * The seed is fixed, so that a failure repeats; MEND_TEST_SEED=N in the
 * environment tries another one. A failing test prints the seed it used.
 */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

static inline uint64_t unit_seed(void)
{
	const char *text = getenv("MEND_TEST_SEED");

	return text ? strtoull(text, NULL, 0) : 0x6d656e64;
}

/* xorshift64*; @state must not be zero. */
static inline uint64_t unit_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static inline uint64_t unit_random_start(uint64_t salt)
{
	uint64_t state = unit_seed() * 0x9e3779b97f4a7c15ULL + salt;

	return state ? state : 1;
}

/* Uniform enough for tests in [0, bound). */
static inline uint64_t unit_random_below(uint64_t *state, uint64_t bound)
{
	return unit_random(state) % bound;
}

#endif /* UNIT_RANDOM_H */
