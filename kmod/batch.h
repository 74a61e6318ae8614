/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches: sites attached to the redirect handler by one ftrace_ops.
 *
 * One ops for all new sites of a switch: one trampoline and one grace period,
 * however many functions there are. An attached site that
 * is not in the current table changes nothing but some cycles.
 */
#ifndef MEND_BATCH_H
#define MEND_BATCH_H

#include <linux/types.h>
#include <uapi/linux/mend.h>

struct module;

/**
 * struct attach_site - one site to attach
 * @ip: the function's ftrace record
 * @mod: the module it is in, pinned while attached; NULL: vmlinux
 */
struct attach_site {
	unsigned long ip;
	struct module *mod;
};

/**
 * batch_attach() - attach those of @sites that no batch has yet
 * @sites: reordered; no duplicates
 * @nr: may be 0
 *
 * All or nothing. Context: switch mutex held; sleeps.
 *
 * Return: 0; -EBUSY with MEND_R_FTRACE_OWNER if a function belongs to another
 * user that changes the instruction pointer; -ENOMEM; -ENODEV if ftrace died.
 */
int batch_attach(struct attach_site *sites, u32 nr, struct mend_report *report);

/**
 * batch_hold() - keep attached sites attached until batch_release_unused()
 *
 * A switch holds from before batch_attach() until it has published or given
 * up: in between its sites are attached but in no table. Waits for a release
 * that is under way. Context: switch mutex held; sleeps.
 */
void batch_hold(void);

/**
 * batch_release_unused() - let go of batches whose sites are not in the table
 * @delay_ms: when; a switch in between that needs them again just keeps them
 *
 * Unregistering waits for every task to have been through a voluntary switch,
 * so it happens in a worker. Context: switch mutex held.
 */
void batch_release_unused(unsigned int delay_ms);

/** batch_init(), batch_exit() - exit detaches everything; nothing is on then */
void batch_init(void);
void batch_exit(void);

#endif /* MEND_BATCH_H */
