/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects and modules: a patch's object is bound while its module is loaded.
 */
#ifndef MEND_BIND_H
#define MEND_BIND_H

#include "patch.h"

/**
 * object_bind() - find an object's functions, and write its relocations
 * @mod: not yet bound; NULL: vmlinux
 *
 * Context: registry_mutex held, or nobody else knows the patch yet; sleeps.
 *
 * Return: 0; -ENOENT, -EINVAL, -ENOEXEC, -ENOMEM with the reason; the object is
 * unbound then.
 */
int object_bind(struct patch_object *object, struct module *mod, struct mend_report *report);

/** object_unbind() - forget the module; an unbound object may be passed; as above */
void object_unbind(struct patch_object *object);

/**
 * bind_present() - bind those objects of a patch whose module is loaded
 *
 * On failure those that were bound before stay bound, and the patch is as good
 * as it was. Context: registry_mutex held; sleeps. Return: as object_bind().
 */
int bind_present(struct patch *patch, struct mend_report *report);

/**
 * bind_required() - are all modules that a patch requires loaded and bound?
 *
 * Return: 0; -ENOENT with MEND_R_NO_OBJECT. registry_mutex held.
 */
int bind_required(const struct patch *patch, struct mend_report *report);

/** bind_module_here() - from a module's COMING on it may be bound; registry_mutex held */
void bind_module_here(struct module *mod);

/**
 * bind_module_arrived() - it is live, and the kernel's own list says so; or it goes
 *
 * Return: whether bind_module_here() has been called for it. registry_mutex held.
 */
bool bind_module_arrived(struct module *mod);

/**
 * bind_epoch() - changes whenever a module came or went; registry_mutex held
 *
 * Whoever has let go of registry_mutex after looking at what is bound must
 * look again if this has changed.
 */
u64 bind_epoch(void);

/** bind_changed() - a module came or went; registry_mutex held */
void bind_changed(void);

#endif /* MEND_BIND_H */
