/* SPDX-License-Identifier: MIT */
/*
 * What cannot be proven safe: a list of findings, printed at the end, since an
 * author wants to see all of them at once.
 */
#ifndef MEND_DIFFER_REFUSE_H
#define MEND_DIFFER_REFUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The classes are an interface: scripts match them. */
enum refusal_class {
	REFUSE_DATA_CHANGED,
	REFUSE_DATA_REMOVED,
	REFUSE_NEW_DATA,
	REFUSE_LAYOUT,
	REFUSE_INIT_EXIT,
	REFUSE_NO_FENTRY,
	REFUSE_MODULE_KEY,
	REFUSE_STATIC_LOCAL_AMBIGUOUS,
	REFUSE_TRACEPOINT_DEF,
	REFUSE_SECTION,
	REFUSE_NEW_EXPORT,
	REFUSE_UNRESOLVED,
	REFUSE_AMBIGUOUS,
	REFUSE_ALTERNATIVE,
	REFUSE_RELOCATION,
	REFUSE_HOOK,
	REFUSE_NOT_IN_CONFIG,
	NOTE_TRACEPOINT_OFF,
};

struct refusal {
	enum refusal_class class;
	const char *function, *what;
};

struct refusals {
	struct refusal *list;
	size_t nr;
};

/** refuse() - note a finding; the same one twice counts once */
void refuse(struct refusals *refusals, enum refusal_class class, const char *function,
	    const char *what, ...) __attribute__((format(printf, 4, 5)));

/** refusals_print() - "file:function: CLASS: what; what to do", one a line */
void refusals_print(const struct refusals *refusals, const char *file, FILE *out);

/** refusals_json() - the same as an array of objects */
void refusals_json(const struct refusals *refusals, const char *file, FILE *out);

/** json_string() - in quotes and escaped */
void json_string(const char *text, FILE *out);

#endif /* MEND_DIFFER_REFUSE_H */
