// SPDX-License-Identifier: MIT
/* Findings; see refuse.h. */
#include "refuse.h"

#include <stdarg.h>
#include <string.h>

#include "fail.h"

/* What to do about a class; what and why are said where it is found. */
static const struct {
	const char *name, *advice;
} classes[] = {
	[REFUSE_DATA_CHANGED] = { "DATA_CHANGED",
		"a switch changes code only: leave the variable as it is" },
	[REFUSE_DATA_REMOVED] = { "DATA_REMOVED",
		"old code may still use it: leave the variable where it is" },
	[REFUSE_NEW_DATA] = { "NEW_DATA",
		"use an ordinary static variable, or a kernel with the fix" },
	[REFUSE_LAYOUT] = { "LAYOUT",
		"what exists was made by the old code: leave it as it is, or keep what is new in a shadow variable" },
	[REFUSE_INIT_EXIT] = { "INIT_EXIT",
		"code and data of start-up and shut-down cannot be replaced: leave them out" },
	[REFUSE_NO_FENTRY] = { "NO_FENTRY",
		"ftrace cannot redirect it: change its callers instead" },
	[REFUSE_MODULE_KEY] = { "MODULE_KEY",
		"leave the static key or static call out of the changed function" },
	[REFUSE_STATIC_LOCAL_AMBIGUOUS] = { "STATIC_LOCAL_AMBIGUOUS",
		"give the static variables different names" },
	[REFUSE_TRACEPOINT_DEF] = { "TRACEPOINT_DEF",
		"trace events cannot be defined or changed by a patch: leave them out" },
	[REFUSE_SECTION] = { "SECTION",
		"move the change into functions of ordinary sections" },
	[REFUSE_NEW_EXPORT] = { "NEW_EXPORT",
		"a patch cannot export symbols or stop exporting them: leave exports as they are" },
	[REFUSE_UNRESOLVED] = { "UNRESOLVED",
		"use only symbols that this kernel has" },
	[REFUSE_AMBIGUOUS] = { "AMBIGUOUS",
		"avoid the symbol: several have that name and nothing tells them apart" },
	[REFUSE_ALTERNATIVE] = { "ALTERNATIVE",
		"alternatives are applied before mend.ko resolves symbols: use exported ones there" },
	[REFUSE_RELOCATION] = { "RELOCATION",
		"this reference cannot be expressed in a payload: write the code differently" },
	[REFUSE_HOOK] = { "HOOK",
		"callbacks and states are written as mend/diff.h shows, in a file whose functions change" },
	[REFUSE_NOT_IN_CONFIG] = { "NOT_IN_CONFIG",
		"leave the file out: there is nothing to patch" },
	[NOTE_TRACEPOINT_OFF] = { "TRACEPOINT_OFF",
		"built all the same: it fires again when the patch is off" },
};

void refuse(struct refusals *refusals, enum refusal_class class, const char *function,
	    const char *what, ...)
{
	va_list args;
	char *text;
	size_t i;
	int len;

	va_start(args, what);
	len = vasprintf(&text, what, args);
	va_end(args);
	if (len < 0)
		fail("out of memory");
	for (i = 0; i < refusals->nr; i++)
		if (refusals->list[i].class == class &&
		    !strcmp(refusals->list[i].function, function) &&
		    !strcmp(refusals->list[i].what, text))
			return;
	PUSH(refusals->list, refusals->nr, ((struct refusal){ class, function, text }));
}

void refusals_print(const struct refusals *refusals, const char *file, FILE *out)
{
	const struct refusal *r;
	size_t i;

	for (i = 0; i < refusals->nr; i++) {
		r = &refusals->list[i];
		fprintf(out, "%s:%s: %s: %s; %s\n", file, r->function, classes[r->class].name,
			r->what, classes[r->class].advice);
	}
}

void json_string(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

void refusals_json(const struct refusals *refusals, const char *file, FILE *out)
{
	const struct refusal *r;
	size_t i;

	fputc('[', out);
	for (i = 0; i < refusals->nr; i++) {
		r = &refusals->list[i];
		fputs(i ? ", {\"file\": " : "{\"file\": ", out);
		json_string(file, out);
		fputs(", \"function\": ", out);
		json_string(r->function, out);
		fputs(", \"class\": ", out);
		json_string(classes[r->class].name, out);
		fputs(", \"what\": ", out);
		json_string(r->what, out);
		fputs(", \"advice\": ", out);
		json_string(classes[r->class].advice, out);
		fputc('}', out);
	}
	fputc(']', out);
}
