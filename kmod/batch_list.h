/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches between batch.c, which attaches them and lets them go, and batch_jump.c,
 * which makes jumps of their calls.
 */
#ifndef MEND_BATCH_LIST_H
#define MEND_BATCH_LIST_H

#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include "batch.h"
#include "jump.h"
#include "table.h"

/**
 * enum batch_way - how calls of a batch's functions get to their replacements
 * @BATCH_HANDLER: by the handler
 * @BATCH_SETTLING: by jumps, and the handler is just being taken away
 * @BATCH_JUMP: by jumps
 */
enum batch_way {
	BATCH_HANDLER,
	BATCH_SETTLING,
	BATCH_JUMP,
};

/**
 * struct batch - one ftrace_ops and its sites
 * @list: in batches, or in leaving
 * @ops: registered as long as the batch is in a list and does not jump
 * @mod: the module that all its sites are in, NULL: vmlinux; set once
 * @way: changed with registry_mutex held, or by the worker that settles it, and
 *	batch_mutex; without jumps always BATCH_HANDLER
 * @jumps: while it jumps, from where to where, in the order of @sites; as @way
 * @nr_jumps: their number
 * @nr: number of sites; sites that are in no table are dropped when it settles: as @way
 * @sites: as @nr
 */
struct batch {
	struct list_head list;
	struct ftrace_ops ops;
	struct module *mod;
	enum batch_way way;
	struct table_entry *jumps;
	u32 nr_jumps;
	u32 nr;
	struct attach_site sites[];
};

/* Protects what follows; see batch.c. */
extern struct mutex batch_mutex;

/* Changed with registry_mutex held as well: either lock is enough to read it. */
extern struct list_head batches;

/* Who holds before he takes registry_mutex is seen by whoever takes it after him. */
extern unsigned int batch_holds;

/** batch_set_filter() - of an ops that is not registered: its sites and no others */
int batch_set_filter(struct batch *batch);

/** batch_is_used() - is any of its sites in the table? */
bool batch_is_used(const struct batch *batch, const struct table *table);

#ifdef MEND_HAVE_JUMPS

/** batch_jump_init(), batch_jump_exit() - exit ends the worker */
void batch_jump_init(void);
void batch_jump_exit(void);

/** batch_jump_later() - when nothing was held for a while, let it jump */
void batch_jump_later(unsigned int delay_ms);

/** batch_wait_settled() - registry_mutex held, so that nothing begins to settle */
void batch_wait_settled(void);

/** batch_end_jumps() - of a batch that goes for good; sleeps until it has succeeded */
int batch_end_jumps(struct batch *batch);

#else

static inline void batch_jump_init(void) { }
static inline void batch_jump_exit(void) { }
static inline void batch_jump_later(unsigned int delay_ms) { }
static inline void batch_wait_settled(void) { }
static inline int batch_end_jumps(struct batch *batch) { return 0; }

#endif /* MEND_HAVE_JUMPS */

#endif /* MEND_BATCH_LIST_H */
