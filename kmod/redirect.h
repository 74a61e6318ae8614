/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirection: the ftrace handler and the pointer it reads.
 */
#ifndef MEND_REDIRECT_H
#define MEND_REDIRECT_H

#include <linux/ftrace.h>
#include "table.h"

/** redirect_init() - publish an empty table; before any batch is attached */
int redirect_init(void);

/** redirect_exit() - free the table; after the last batch has been detached */
void redirect_exit(void);

/**
 * redirect_handler() - what ftrace calls at every attached site
 *
 * Context: any, NMI included; preemption and RCU state unknown.
 */
void redirect_handler(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		      struct ftrace_regs *fregs);

/**
 * redirect_current() - the published table
 *
 * Context: registry_mutex is held, or mend.ko is being loaded or unloaded.
 */
const struct table *redirect_current(void);

/**
 * redirect_publish() - the one store
 *
 * Context: inside stop_machine(), and nowhere else; registry_mutex is held by
 * whoever stopped the machine, and the former table is its to free.
 */
void redirect_publish(const struct table *next);

#endif /* MEND_REDIRECT_H */
