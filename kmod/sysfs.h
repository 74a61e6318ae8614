/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/mend: documented in docs/ABI/sysfs-kernel-mend.
 */
#ifndef MEND_SYSFS_H
#define MEND_SYSFS_H

#include <linux/types.h>

struct patch;
struct patch_func;
struct patch_object;

int sysfs_init(void);
void sysfs_exit(void);

/** sysfs_is_attribute() - would an object of that name hide a patch's attribute? */
bool sysfs_is_attribute(const char *name);

/*
 * From here on the struct belongs to its kobject: a func and an object are
 * freed by the last kobject_put(); when all of a patch are gone, its @released
 * is completed. object->patch and func->patch are set before.
 */
void sysfs_patch_init(struct patch *patch);
void sysfs_object_init(struct patch_object *object);
void sysfs_func_init(struct patch_func *func);

/** sysfs_patch_add() - make all entries of a patch visible, or none; sleeps */
int sysfs_patch_add(struct patch *patch);

/** sysfs_patch_del() - the reverse; waits for readers and writers. No mutex held. */
void sysfs_patch_del(struct patch *patch);

/** sysfs_patch_changed() - wake up pollers and send a uevent; sleeps */
void sysfs_patch_changed(struct patch *patch);

#endif /* MEND_SYSFS_H */
