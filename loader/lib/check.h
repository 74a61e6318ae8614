/* SPDX-License-Identifier: MIT */
/*
 * Is this machine fit to be patched, and by this bundle? Looks, changes nothing.
 */
#ifndef MEND_LIB_CHECK_H
#define MEND_LIB_CHECK_H

#include "bundle.h"
#include "machine.h"

enum check_state {
	CHECK_GOOD,
	CHECK_UNKNOWN,		/* could not be found out */
	CHECK_WARNING,		/* may stand in the way */
	CHECK_FAILED,		/* stands in the way */
};

/**
 * struct check_item - one requirement
 * @name:	one word; stable
 * @reason:	why it has failed: enum mend_reason or enum local_reason; otherwise 0
 * @text:	what was found, one line
 * @remedy:	what to do; may be empty
 */
struct check_item {
	const char *name;
	enum check_state state;
	uint32_t reason;
	char text[ERR_TEXT_LEN], remedy[ERR_TEXT_LEN];
};

/** struct checks - begins zeroed, ends with checks_free() */
struct checks {
	struct check_item *items;
	size_t nr_items;
	bool no_memory;
};

/** check_kernel() - the kernel: release, build-id, config, ftrace, loading of modules */
void check_kernel(const struct machine *mc, struct checks *c);

/** check_baseline() - of these, what the kernel was built with: no admin changes that */
void check_baseline(const struct machine *mc, struct checks *c);

/** check_switches() - of these, what an admin can switch off: ftrace, loading of modules */
void check_switches(const struct machine *mc, struct checks *c);

/** check_module() - mend.ko and its certificates, and those of the program */
void check_module(const struct machine *mc, const struct trust *trust, const struct err *no_trust,
		  int64_t now, struct checks *c);

/** check_lsm() - lockdown, Secure Boot, and policies of others */
void check_lsm(const struct machine *mc, struct checks *c);

/** check_policy() - does this machine's admin allow it? @b: NULL, or this bundle, verified */
void check_policy(const struct machine *mc, const struct bundle *b, struct checks *c);

/** check_history() - has the machine gone down with this bundle, or was it taken back? */
void check_history(const struct machine *mc, const struct bundle *b, struct checks *c);

/** check_payload() - the bundle's payload for this kernel, or why there is none */
const struct manifest_payload *check_payload(const struct machine *mc, const struct bundle *b,
					     struct checks *c);

/** check_signature() - does this kernel load that payload as a module? */
void check_signature(const struct machine *mc, struct bytes payload, struct checks *c);

/** check_functions() - are the functions there, and can ftrace trace them? Reads long lists. */
void check_functions(const struct machine *mc, const struct manifest_payload *p, struct checks *c);

/** check_owners() - does somebody else redirect them? */
void check_owners(const struct machine *mc, const struct manifest_payload *p, struct checks *c);

/** check_types() - do the types that the payload uses look as in the running kernel? */
void check_types(const struct machine *mc, const struct manifest_payload *p, struct bytes payload,
		 struct checks *c);

/** check_disk() - is there room in the store for @size bytes and the records? */
void check_disk(const struct machine *mc, uint64_t size, struct checks *c);

/** check_disk_now() - the same as an error; 0: there is, or nobody can tell */
int check_disk_now(const struct machine *mc, uint64_t size, struct err *e);

/** checks_worst() - of all items */
enum check_state checks_worst(const struct checks *c);

/** checks_error() - the first that has failed as an error. 0: none has; also -1 without memory */
int checks_error(const struct checks *c, struct err *e);

/** check_state_name() - "good", "unknown", "warning", "failed" */
const char *check_state_name(enum check_state state);

/** checks_add() - what was found. The item, for check_remedy(); NULL: out of memory */
struct check_item *checks_add(struct checks *c, const char *name, enum check_state state,
			      const char *fmt, ...) ERR_FORMAT(4, 5);

/** checks_fail() - as checks_add(); the remedy is the reason's own */
struct check_item *checks_fail(struct checks *c, const char *name, uint32_t reason,
			       const char *fmt, ...) ERR_FORMAT(4, 5);

/** check_remedy() - what to do; @item may be NULL */
void check_remedy(struct check_item *item, const char *fmt, ...) ERR_FORMAT(2, 3);

void checks_free(struct checks *c);

#endif /* MEND_LIB_CHECK_H */
