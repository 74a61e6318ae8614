/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/mend: documented in docs/ABI/sysfs-kernel-mend.
 */
#ifndef MEND_SYSFS_H
#define MEND_SYSFS_H

struct patch;
struct patch_func;
struct patch_object;

int sysfs_init(void);
void sysfs_exit(void);

/*
 * From here on the struct belongs to its kobject: a func and an object are
 * freed by the last kobject_put(), a patch completes @released instead.
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
