// SPDX-License-Identifier: GPL-2.0-only
/* Supersedes every other patch that is on. */
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int new_victim_other(void)
{
	return 8;
}

static const struct mend_func funcs[] = {
	MEND_FUNC(victim_other, new_victim_other),
	{ }
};

static const struct mend_object objects[] = {
	{ .name = "mend_victim", .funcs = funcs },
	{ }
};

static struct mend_patch patch = {
	.name = "test-all",
	.generation = 1,
	.objs = objects,
	.unloadable = true,
	.replace = true,
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend selftest payload test-all");
