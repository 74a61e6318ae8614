// SPDX-License-Identifier: MIT
/*
 * Callbacks and states of a diff; see hooks.h.
 *
 * A callback is a function that the diff adds, and a pointer to it in a section that
 * tells its kind. The pointer stays in the payload, so that objtool sees that the
 * function is called through one (with IBT it would lose its landing pad otherwise).
 */
#include "hooks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "files.h"

/* struct mend_state: an id, a version, and a pointer that is not for here */
#define STATE_SIZE	24

static bool is_hook(const struct section *sec)
{
	return sec->kind == SEC_HOOK && has_prefix(sec->name, HOOK_SECTION);
}

static bool is_states(const struct section *sec)
{
	return sec->kind == SEC_HOOK && !strcmp(sec->name, STATE_SECTION);
}

static const char *hook_kind(const struct section *sec)
{
	return sec->name + strlen(HOOK_SECTION);
}

/*
 * The function that the pointer points to; NULL: it is no such pointer. With call padding
 * a function does not begin where its section begins.
 */
static const struct section *hook_function(const struct section *sec)
{
	const struct symbol *sym;
	struct target t;

	if (sec->size != 8 || sec->nr_relas != 1 || sec->relas[0].type != R_X86_64_64)
		return NULL;
	t = rela_target(&sec->relas[0]);
	sym = t.sec && t.sec->kind == SEC_FUNC ? section_symbol(t.sec) : NULL;
	return sym && t.offset == (int64_t)sym->value ? t.sec : NULL;
}

static void check_hook(struct diff *d, const struct section *sec)
{
	const struct section *function = hook_function(sec);

	if (!function)
		refuse(&d->refusals, REFUSE_HOOK, hook_kind(sec),
		       "it is not one function of this file");
	else if (function->twin)
		refuse(&d->refusals, REFUSE_HOOK, section_symbol(function)->name,
		       "it is a function of the kernel, and a callback (%s) is one of the payload",
		       hook_kind(sec));
}

void hooks_check(struct diff *d)
{
	const struct section *sec;
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++) {
		sec = &d->after->secs[i];
		if (sec->kind != SEC_HOOK)
			continue;
		if (is_hook(sec))
			check_hook(d, sec);
		else if (!is_states(sec) || !sec->data || sec->size % STATE_SIZE || sec->nr_relas)
			refuse(&d->refusals, REFUSE_HOOK, sec->name,
			       "it is not what the macros of mend/diff.h make");
		if (!d->nr_changed)
			refuse(&d->refusals, REFUSE_HOOK, sec->name,
			       "no function of this file changes, so there is nothing to switch");
	}
}

static void write_hook(const struct diff *d, const struct section *sec, struct writer *w,
		       const char *prefix, FILE *f)
{
	const struct section *function = hook_function(sec);
	const struct symbol *sym = section_symbol(function);
	char *label = xasprintf("__mend_hook_%s_%u", prefix, sec->index);

	writer_symbol(w, label, STB_GLOBAL, STT_FUNC, function->out, sym->value, sym->size);
	fprintf(f, "callback %s %s %s\n", hook_kind(sec), label, image_object(d->img));
}

static void write_states(const struct section *sec, FILE *f)
{
	uint32_t version;
	uint64_t id, at;

	for (at = 0; at < sec->size; at += STATE_SIZE) {
		memcpy(&id, sec->data + at, sizeof(id));
		memcpy(&version, sec->data + at + sizeof(id), sizeof(version));
		fprintf(f, "state 0x%" PRIx64 " %" PRIu32 "\n", id, version);
	}
}

void hooks_write(const struct diff *d, struct writer *w, const char *prefix, const char *path)
{
	const struct section *sec;
	FILE *f = file_create(path);
	size_t i;

	for (i = 1; i < d->after->nr_secs; i++) {
		sec = &d->after->secs[i];
		if (is_hook(sec))
			write_hook(d, sec, w, prefix, f);
		else if (is_states(sec))
			write_states(sec, f);
	}
	file_written(f, path);
}
