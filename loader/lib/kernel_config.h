/* SPDX-License-Identifier: MIT */
/*
 * What the running kernel was configured with, where that is told.
 */
#ifndef MEND_LIB_KERNEL_CONFIG_H
#define MEND_LIB_KERNEL_CONFIG_H

#include "machine.h"

/** struct kernel_config - lines of "CONFIG_X=value"; ends with kernel_config_free() */
struct kernel_config {
	char *text;
};

/** kernel_config_read() - from /proc, /boot or /lib/modules; false: told nowhere */
bool kernel_config_read(const struct machine *mc, const char *release, struct kernel_config *k);

/** kernel_config_has() - is CONFIG_@option y or m? */
bool kernel_config_has(const struct kernel_config *k, const char *option);

void kernel_config_free(struct kernel_config *k);

#endif /* MEND_LIB_KERNEL_CONFIG_H */
