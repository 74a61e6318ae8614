// SPDX-License-Identifier: MIT
/*
 * What a compiler adds for a kernel with KASAN: a table of all global variables, in
 * which a pointer leads to the objects too. It is written out here, as it looks in
 * the file: the locations are filled in by relocations, and empty until then.
 */
#define TEST_MODULE	"mend_sanitized"
#include <mend/patch.h>

static int my_first(int n)
{
	return n + 1;
}

static const struct mend_func funcs[] = {
	MEND_FUNC(first, my_first),
	{ }
};

static const struct mend_object objects[] = {
	{ .funcs = funcs },
	{ }
};

static struct mend_patch patch = {
	.objs = objects,
	.unloadable = true,
};

struct location {
	const char *file;
	unsigned long line;
};

struct global {
	const void *begin;
	unsigned long size;
	unsigned long size_with_redzone;
	const char *name;
	const char *module;
	unsigned long has_dynamic_init;
	const struct location *location;
	unsigned long odr;
};

static struct location where = { .file = "payload.c", .line = 11 };

struct global globals[] = {
	{ &patch, sizeof(patch), 64, "patch", "payload.c", 0, &where, 0 },
	{ objects, sizeof(objects), 64, "objects", "payload.c", 0, NULL, 0 },
	{ objects, sizeof(objects), 64, "objects", "payload.c", 0, &where, 0 },
	{ funcs, sizeof(funcs), 96, "funcs", "payload.c", 0, &where, 0 },
};

MEND_PATCH(patch);
