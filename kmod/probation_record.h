/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What probation.c and probation_back.c share: the records themselves. Nobody else
 * looks into them; see probation.h.
 *
 * Locking: registry_mutex, for everything.
 */
#ifndef MEND_PROBATION_RECORD_H
#define MEND_PROBATION_RECORD_H

#include <linux/list.h>
#include "patch.h"
#include "probation.h"
#include "range.h"
#include "watch.h"

/**
 * struct probation_entry - a patch in a record
 * @list: in on or off
 * @patch: if it is in off, with a reference on its payload
 * @by: in off: the patch that superseded it; NULL: switched off by request
 */
struct probation_entry {
	struct list_head list;
	struct patch *patch;
	const struct patch *by;
};

/**
 * struct probation - one switch
 * @list: in probations or ended
 * @id: never used again
 * @on: what it turned on; a patch that is not active now was replaced by a
 *	switch that is on probation itself
 * @off: what it turned off, and nobody has turned on since
 * @ms: for how long
 * @deadline: CLOCK_BOOTTIME, ns
 * @watch: over the text of @on
 * @text: its ranges
 * @why: it is to be taken back, and why; reason 0: it is not
 */
struct probation {
	struct list_head list;
	u64 id;
	struct list_head on;
	struct list_head off;
	u32 ms;
	u64 deadline;
	struct watch watch;
	struct range_set *text;
	struct mend_report why;
};

/* In the order in which they began. */
extern struct list_head probations;

/** probation_find() - NULL: it is over */
struct probation *probation_find(u64 id);

/** probation_find_named() - 0; -ENOENT; -EALREADY: it is known and not on probation */
int probation_find_named(const char *name, u64 generation, struct probation **found,
			 struct mend_report *report);

/** probation_find_on() - the record that decides over an active patch; NULL: there is none */
struct probation *probation_find_on(const struct patch *patch);

/** probation_find_entry() - the entry of a patch in one of a record's lists, or NULL */
struct probation_entry *probation_find_entry(const struct list_head *entries,
					     const struct patch *patch);

/** probation_drop_off() - an entry of off: it will not be brought back */
void probation_drop_off(struct probation_entry *entry);

/** probation_forget_off() - nobody has to bring this patch back */
void probation_forget_off(const struct patch *patch);

/** probation_end() - nothing is on probation by this record any more */
void probation_end(struct probation *probation);

/** probation_look() - what do the witnesses say? It may be condemned now. */
void probation_look(struct probation *probation);

/** probation_none() - -EALREADY, in words */
int probation_none(struct mend_report *report);

/* How many are to be taken back; written under registry_mutex. */
extern u32 probation_urgent;

#endif /* MEND_PROBATION_RECORD_H */
