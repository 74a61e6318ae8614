/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules that come and go, and the patches that change them.
 *
 * Context of all: the module notifier, or module exit; they take registry_mutex
 * and sleep.
 */
#ifndef MEND_OBJECTS_H
#define MEND_OBJECTS_H

struct module;

/** objects_exit() - no patch is registered any more */
void objects_exit(void);

/**
 * objects_coming() - a module is COMING and none of it has run
 *
 * Its functions are redirected before its init runs. Whatever goes wrong, the
 * module loads; the patch is degraded, with the reason.
 */
void objects_coming(struct module *mod);

/** objects_live() - its init is done */
void objects_live(struct module *mod);

/** objects_going() - its exit is done, or its init has failed; it is about to be freed */
void objects_going(struct module *mod);

#endif /* MEND_OBJECTS_H */
