/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Five generations of one patch, made from this file by Kbuild: the odd ones change
 * target_first(), the even ones target_second(), all of them target_plain(). They
 * return the generation.
 */
#ifndef MEND_TEST_GEN_H
#define MEND_TEST_GEN_H

#include "test_payload.h"

static int gen_plain(void)
{
	return GENERATION;
}

static int gen_other(void)
{
	return GENERATION;
}

#if GENERATION % 2
TEST_PATCH("test-gen", GENERATION, "mend_target", MEND_FUNC(target_plain, gen_plain),
	   MEND_FUNC(target_first, gen_other));
#else
TEST_PATCH("test-gen", GENERATION, "mend_target", MEND_FUNC(target_plain, gen_plain),
	   MEND_FUNC(target_second, gen_other));
#endif

#endif /* MEND_TEST_GEN_H */
