/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Letting every allocation of mend.ko fail in turn; see failnth.c.
 */
#ifndef FAILNTH_H
#define FAILNTH_H

#include <stdbool.h>
#include <stddef.h>

#define FAILNTH_FILE	"/sys/kernel/debug/failnth"
#define STACK_LEN	1100

/**
 * struct operation - what is done over and over, with one more allocation of
 *	mend.ko succeeding each time
 * @name: for messages
 * @expected: what @run() gives when nothing fails: 0 or a negative errno
 * @must: memory or not, nothing else than @expected will do
 * @before: makes everything ready; nothing fails in it; may be NULL
 * @run: does it, and returns 0 or a negative errno
 * @undo: takes back what @run() has done; only called if it gave 0; may be NULL
 * @after: the reverse of @before; may be NULL
 */
struct operation {
	const char *name;
	int expected;
	bool must;
	void (*before)(void);
	int (*run)(void);
	void (*undo)(void);
	void (*after)(void);
};

/** struct outcome - what failnth saw */
struct outcome {
	unsigned long hits;
	bool failed;
	char stack[STACK_LEN];
};

/* From failnth_probation.c */
extern const struct operation on_probation_op, take_back_op;

/* From failnth_objects.c */
extern const struct operation module_comes_op, module_goes_op;

/* From failnth_ops.c. The order is the one of a patch's life. */
extern const struct operation load_mend_op, open_and_info_op, authorize_op, load_signed_op,
	load_unsigned_op, load_relocated_op, load_refused_op, switch_on_op, switch_many_op,
	replace_op, blocked_op, owned_op, look_op, sysfs_on_op, sysfs_off_op, switch_off_op,
	let_go_op, unload_payload_op, close_op, unload_mend_op;

/** must() - ends the process with a message if @err is not 0; what is no test */
void must(const char *what, int err);

/** report_is_missing() - did the last run() give ENOMEM and leave its report as it was? */
bool report_is_missing(void);

/** failnth_arm() - from now on the @nth allocation fails, or that and all behind it */
void failnth_arm(unsigned long nth, bool all);
/** failnth_disarm() - nothing fails any more; what was counted stays readable */
void failnth_disarm(void);
void failnth_read(struct outcome *outcome);
/**
 * failnth_order() - which place in mend.ko each allocation came from, the first to
 *	the last; returns how many there are
 */
unsigned long failnth_order(unsigned int *places, unsigned long max);

/**
 * state_text() - everything that a failed call must leave as it was, as text
 *
 * Modules and their references, the registry, what the patched functions
 * return, who is attached to which function, probes, keyrings, descriptors,
 * and whether the kernel has complained. To be freed by the caller.
 */
char *state_text(void);
/** state_is() - is it still, or will it be as soon as workers are done? */
bool state_is(const char *wanted);
/** state_difference() - the first line that differs; static memory */
const char *state_difference(const char *wanted);

#endif /* FAILNTH_H */
