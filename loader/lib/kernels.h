/* SPDX-License-Identifier: MIT */
/*
 * Kernels that are installed beside the one that runs.
 */
#ifndef MEND_LIB_KERNELS_H
#define MEND_LIB_KERNELS_H

#include "machine.h"

/** kernels_flavour() - what follows the version: "-cloud-amd64", "-generic"; may be "" */
const char *kernels_flavour(const char *release);

/**
 * kernels_newer() - the newest kernel in /boot that is newer than the one that runs
 *
 * Of the same flavour, by its release. False, and @out empty, if there is none.
 */
bool kernels_newer(const struct machine *mc, const char *release, char out[MEND_RELEASE_LEN]);

#endif /* MEND_LIB_KERNELS_H */
