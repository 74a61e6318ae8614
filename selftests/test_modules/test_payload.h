/* SPDX-License-Identifier: GPL-2.0-only */
/* What the test payloads have in common; one of them is a few lines. */
#ifndef MEND_TEST_PAYLOAD_H
#define MEND_TEST_PAYLOAD_H

#include <mend/patch.h>

/**
 * TEST_PATCH() - a payload that changes functions of one object
 * @_name: the patch's name
 * @_generation: its generation
 * @_object: NULL: vmlinux
 * ...: MEND_FUNC() and MEND_FUNC_POS() entries
 *
 * They are all unloadable: none leaves a pointer behind.
 */
#define TEST_PATCH(_name, _generation, _object, ...)			\
	static const struct mend_func funcs[] = { __VA_ARGS__, { } };	\
	static const struct mend_object objects[] = {			\
		{ .name = (_object), .funcs = funcs },			\
		{ }							\
	};								\
	static struct mend_patch patch = {				\
		.name = (_name),					\
		.generation = (_generation),				\
		.objs = objects,					\
		.unloadable = true,					\
	};								\
	MEND_PATCH(patch);						\
	MODULE_DESCRIPTION("mend selftest payload " _name)

#endif /* MEND_TEST_PAYLOAD_H */
