/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plain jumps at functions' entries, where the kernel can plant them.
 */
#ifndef MEND_JUMP_H
#define MEND_JUMP_H

#include <linux/types.h>
#include "compat/direct.h"
#include "table.h"

#ifdef MEND_HAVE_JUMPS

/** jump_init() - module init, after ksyms_init(); never fails: there are none then */
void jump_init(void);

/** jump_exit() - no jump is planted any more; waits for every task */
void jump_exit(void);

/** jump_possible() - as far as is known; any context */
bool jump_possible(void);

/**
 * jump_plant() - make the entries of functions jumps, all of them or none
 * @jumps: from ftrace records to replacements; none is planted there
 * @nr: not 0
 *
 * A handler that changes the instruction pointer may be attached there, if it is
 * ours; as long as both are there, the jump decides. Context: sleeps.
 */
int jump_plant(const struct table_entry *jumps, u32 nr);

/**
 * jump_remove() - exactly what jump_plant() was given
 *
 * From when this returns on, no call jumps from there. Context: sleeps; does not wait
 * for tasks. Return: 0; -ENOMEM: the jumps are all there.
 */
int jump_remove(const struct table_entry *jumps, u32 nr);

/**
 * jump_share_begin(), jump_share_end() - what current registers in between may change
 * the instruction pointer at functions that jump; nobody else ever may
 *
 * Context: registry_mutex held, as for jump_plant(): there is one such task at a time.
 */
void jump_share_begin(void);
void jump_share_end(void);

/**
 * jump_rest() - let go of ftrace if nothing is planted
 *
 * Waits for every task, so it is for workers.
 */
void jump_rest(void);

#else

static inline void jump_init(void) { }
static inline void jump_exit(void) { }

#endif /* MEND_HAVE_JUMPS */

#endif /* MEND_JUMP_H */
