// SPDX-License-Identifier: MIT
/*
 * Two objects, three functions, one with a sympos; says its name and generation.
 * And data of nearly the same shape, which replaces nothing: no code in it.
 */
#define TEST_MODULE	"mend_good_3"
#include <mend/patch.h>
#include <mend/payload.h>
#include "lib/payload_layout.h"

/* What the loader thinks of the structs is what they are. */
#define HOLDS(condition)	_Static_assert(condition, #condition)
HOLDS(__builtin_offsetof(struct mend_payload, relocs) == DESCRIPTOR_RELOCS);
HOLDS(__builtin_offsetof(struct mend_payload, relocs_end) == DESCRIPTOR_END);
HOLDS(__builtin_offsetof(struct mend_reloc, symbol_object) == RELOC_SYMBOL_OBJECT);
HOLDS(sizeof(struct mend_reloc) == RELOC_SIZE);
HOLDS(MEND_RELOCS_MAX == RELOCS_MAX);
HOLDS(__builtin_offsetof(struct mend_patch, name) == PATCH_NAME);
HOLDS(__builtin_offsetof(struct mend_patch, generation) == PATCH_GENERATION);
HOLDS(__builtin_offsetof(struct mend_patch, objs) == PATCH_OBJECTS);
HOLDS(__builtin_offsetof(struct mend_patch, unloadable) == PATCH_BOOLS);
HOLDS(__builtin_offsetof(struct mend_object, name) == 0);
HOLDS(__builtin_offsetof(struct mend_object, funcs) == OBJECT_FUNCS);
HOLDS(__builtin_offsetof(struct mend_object, callbacks) == OBJECT_CALLBACKS);
HOLDS(sizeof(struct mend_callbacks) == OBJECT_NR_CALLBACKS * sizeof(void *));
HOLDS(sizeof(struct mend_object) == OBJECT_SIZE);
HOLDS(__builtin_offsetof(struct mend_func, old_name) == 0);
HOLDS(__builtin_offsetof(struct mend_func, new_func) == FUNC_NEW);
HOLDS(__builtin_offsetof(struct mend_func, old_sympos) == FUNC_SYMPOS);
HOLDS(sizeof(struct mend_func) == FUNC_SIZE);
HOLDS(!__builtin_strcmp(TYPES_SECTION, MEND_TYPES_SECTION));

MEND_EXTERN("vmlinux", hidden_function, 0);
int hidden_function(int n);

static int my_first(int n)
{
	return hidden_function(n);
}

static int my_second(int n)
{
	return n + 2;
}

static const struct mend_func vmlinux_funcs[] = {
	MEND_FUNC(first, my_first),
	MEND_FUNC_POS(second, my_second, 2),
	{ }
};

static const struct mend_func ext4_funcs[] = {
	MEND_FUNC(third, my_first),
	{ }
};

static const struct mend_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ .name = "ext4", .funcs = ext4_funcs },
	{ }
};

static int no_code;

static const struct mend_func decoy_funcs[] = {
	MEND_FUNC(decoy, &no_code),
	{ }
};

static const struct mend_object decoy_objects[] = {
	{ .funcs = decoy_funcs },
	{ }
};

struct mend_patch decoy = {
	.name = "decoy",
	.objs = decoy_objects,
};

static struct mend_patch patch = {
	.name = "good",
	.generation = 3,
	.objs = objects,
	.unloadable = true,
};

MEND_PATCH(patch);
