/* SPDX-License-Identifier: MIT */
/*
 * Patches for people: a table, and a page for one.
 */
#ifndef MEND_UI_PATCHES_H
#define MEND_UI_PATCHES_H

#include "lib/sysfs.h"

/** ui_patches_table() - one line each, with what is unusual */
void ui_patches_table(const struct sysfs_patches *all);

/** ui_patches_page() - all of one */
void ui_patches_page(const struct sysfs_patch *p);

#endif /* MEND_UI_PATCHES_H */
