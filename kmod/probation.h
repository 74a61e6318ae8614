/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Probation: what is on until it is confirmed, and what comes back if it is not.
 *
 * One record for each switch that is on probation. It knows the patches that the
 * switch turned on, which are taken back together, and those that it turned off,
 * which come on again then. Records are changed by later switches, too:
 *
 *   - a patch that is switched off, or replaced for good, leaves probation; a
 *     record without patches ends, and nothing comes back by it;
 *   - a patch that is replaced by a switch that is on probation itself stays in
 *     its record, and its deadline goes on. If the later switch is taken back,
 *     it is on again and still on probation. If its own record is taken back
 *     first, what it had superseded is what the later one brings back;
 *   - a patch that is switched on again needs no bringing back.
 *
 * Locking: registry_mutex protects all of it, and is held by the caller where
 * nothing else is said.
 */
#ifndef MEND_PROBATION_H
#define MEND_PROBATION_H

#include <linux/types.h>
#include <uapi/linux/mend.h>

struct patch;
struct plan;
struct probation;

/**
 * probation_make() - a record for a switch that is about to happen
 * @plan: with its steps
 * @ms: for how long
 * @probation: out; NULL if nothing goes on
 *
 * Allocates whatever the record will ever need.
 *
 * Return: 0; -ENOMEM; -ENOSPC with MEND_R_RANGE: too many switches are on
 * probation.
 */
int probation_make(const struct plan *plan, u32 ms, struct probation **probation,
		   struct mend_report *report);

/** probation_drop() - the switch did not happen; NULL may be passed */
void probation_drop(struct probation *probation);

/**
 * probation_switched() - a switch has happened
 * @plan: its states are committed, its payloads are not let go of yet
 * @probation: its record: the time begins now; NULL: it is confirmed
 *
 * Cannot fail. Context: sleeps.
 */
void probation_switched(const struct plan *plan, struct probation *probation);

/** probation_patch_gone() - a payload is being removed, by force perhaps */
void probation_patch_gone(struct patch *patch);

/** probation_left_ms() - until the deadline of an active patch; 0: not on probation */
u64 probation_left_ms(const struct patch *patch);

/**
 * probation_confirm() - it stays
 * @name: "": all
 * @generation: 0: the one that is on
 *
 * Takes registry_mutex. Return: 0; -ENOENT; -EALREADY; -EBUSY: it is being taken
 * back.
 */
int probation_confirm(const char *name, u64 generation, struct mend_report *report);

/**
 * probation_condemn() - it is to be taken back
 * @name: "": all; @generation as above
 * @reason: why
 *
 * Takes registry_mutex. Return: as probation_confirm(), but never -EBUSY.
 */
int probation_condemn(const char *name, u64 generation, u32 reason, struct mend_report *report);

/**
 * probation_still_condemned() - after probation_condemn() and an attempt
 *
 * Takes registry_mutex. Return: 0: it is over; -EBUSY: it waits for what @report says.
 */
int probation_still_condemned(const char *name, u64 generation, struct mend_report *report);

/**
 * probation_next_due() - which switch is to be taken back?
 * @after: 0: the first; otherwise the next behind that one
 *
 * Asks all witnesses. Takes registry_mutex. Return: its number; 0: none.
 */
u64 probation_next_due(u64 after);

/** probation_look_again_ms() - 0: nothing is on probation. Takes registry_mutex. */
u32 probation_look_again_ms(void);

/** probation_is_on() - is anything on probation? registry_mutex held. */
bool probation_is_on(void);

/** probation_is_urgent() - a switch is to be taken back: others give way. Any context. */
bool probation_is_urgent(void);

/**
 * probation_plan() - the steps back
 * @id: from probation_next_due()
 * @plan: zeroed
 * @restore: what was superseded comes on again
 * @why: out: why it is taken back
 *
 * Return: 0; -ENOENT: it is over; -ENOMEM. Context: switch mutex held.
 */
int probation_plan(u64 id, struct plan *plan, bool restore, struct mend_report *why);

/**
 * probation_blocked() - it cannot be taken back now
 * @why: what is in the way, for people
 */
void probation_blocked(u64 id, const char *why);

/** probation_taken_back() - by @plan, which is committed; payloads are not let go of yet */
void probation_taken_back(u64 id, const struct plan *plan);

/** probation_reap() - free what has ended. Takes registry_mutex; sleeps for a grace period. */
void probation_reap(void);

#endif /* MEND_PROBATION_H */
