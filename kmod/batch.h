/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches: sites attached to the redirect handler by one ftrace_ops.
 *
 * One ops for all new sites of a switch in one object: one trampoline and one
 * grace period, however many functions there are; and for a module one that can
 * be let go of when the module goes. An attached site that is not in the current
 * table changes nothing but some cycles.
 */
#ifndef MEND_BATCH_H
#define MEND_BATCH_H

#include <linux/types.h>
#include <uapi/linux/mend.h>
#include "compat/direct.h"

struct module;
struct table;

/**
 * struct attach_site - one site to attach
 * @ip: the function's ftrace record
 * @mod: the module it is in, NULL: vmlinux
 */
struct attach_site {
	unsigned long ip;
	struct module *mod;
};

/**
 * batch_attach() - attach those of @sites that no batch has yet
 * @sites: those of one module next to each other, no duplicates; reordered
 * @nr: may be 0
 *
 * On failure some may be attached, and in no table; batch_release_unused() lets
 * go of them. Waits for a site that is just being let go.
 *
 * Context: registry_mutex held, so that the modules stay; sleeps.
 *
 * Return: 0; -EBUSY with MEND_R_FTRACE_OWNER if a function belongs to another
 * user that changes the instruction pointer; -ENOMEM; -ENODEV if ftrace died.
 */
int batch_attach(struct attach_site *sites, u32 nr, struct mend_report *report);

/**
 * batch_hold() - keep attached sites attached until batch_release_unused()
 *
 * A switch holds from before batch_attach() until it has published or given
 * up: in between its sites are attached but in no table. Context: sleeps.
 */
void batch_hold(void);

/**
 * batch_release_unused() - the hold ends; let go of sites that are not in the table
 * @delay_ms: when; a switch in between that needs them again just keeps them
 *
 * Unregistering waits for every task to have been through a voluntary switch,
 * so it happens in a worker, which holds nothing meanwhile that a switch without
 * new sites would wait for.
 */
void batch_release_unused(unsigned int delay_ms);

/**
 * batch_module_going() - detach all sites of a module, whoever wants them
 *
 * An address that stays in a filter after its module is gone breaks ftrace for
 * good when the module comes back. The module's sites are in no published table.
 * Context: registry_mutex held; sleeps for a grace period.
 */
void batch_module_going(struct module *mod);

/**
 * batch_leads_to() - does a call at a site end up where the table sends it?
 * @ip: the site
 * @to: what the table says; not 0
 *
 * Context: registry_mutex held; sleeps.
 */
bool batch_leads_to(unsigned long ip, unsigned long to);

/** enum batch_entry - what stands at a function's entry */
enum batch_entry {
	BATCH_ENTRY_NONE,	/* nothing of ours */
	BATCH_ENTRY_HANDLER,	/* a call that gets to the handler */
	BATCH_ENTRY_JUMP,	/* a jump to the replacement */
};

/** batch_entry() - of a site; registry_mutex held; sleeps */
enum batch_entry batch_entry(unsigned long ip);

#ifdef MEND_HAVE_JUMPS

/**
 * batch_unjump() - sites that @next sends elsewhere call the handler again
 *
 * To be called with the next table before batch_attach(): a batch may lose sites
 * that it has and does not use. Afterwards nothing jumps that should not until
 * batch_release_unused(). Usually short; waits for a batch that has just begun to jump.
 *
 * Context: registry_mutex held, and batch_hold() in force; sleeps.
 *
 * Return: 0; an error with its reason; then some may jump still, to where they should.
 */
int batch_unjump(const struct table *next, struct mend_report *report);

/** batch_jumps_agree() - does nothing jump that @next sends elsewhere? registry_mutex held */
bool batch_jumps_agree(const struct table *next);

/** batch_jump_changed() - after a change of batch_jump_ms */
void batch_jump_changed(void);

/** batch_jump_ms - how long after a switch sites begin to jump; 0: they do not */
extern unsigned int batch_jump_ms;

#else

static inline int batch_unjump(const struct table *next, struct mend_report *report)
{
	return 0;
}

static inline bool batch_jumps_agree(const struct table *next)
{
	return true;
}

#endif /* MEND_HAVE_JUMPS */

/** batch_init(), batch_exit() - exit detaches everything; nothing is on then */
void batch_init(void);
void batch_exit(void);

#endif /* MEND_BATCH_H */
