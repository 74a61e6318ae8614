/* SPDX-License-Identifier: MIT */
/*
 * mend.ko as DKMS builds it: with the certificates that are trusted at that moment.
 */
#ifndef MEND_LIB_DKMS_H
#define MEND_LIB_DKMS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/mend.h>

#include "err.h"
#include "machine.h"

#define DKMS_VERSION_LEN	64

/** struct dkms_build - mend.ko of a version for a kernel; @failed: set by dkms_rebuild() */
struct dkms_build {
	char version[DKMS_VERSION_LEN], release[MEND_RELEASE_LEN];
	bool failed;
};

/**
 * struct dkms - what DKMS has built, or is to build
 * @version:	which it named last; "": it does not know mend
 */
struct dkms {
	char version[DKMS_VERSION_LEN];
	struct dkms_build *builds;
	size_t nr_builds;
};

/**
 * dkms_read() - ask DKMS; ends with dkms_free()
 *
 * The running kernel is the first of the builds, also if it was not built yet, unless
 * it is not installed here at all, as in a chroot. Kernels that have a mend.ko of DKMS's
 * which it knows nothing of any more are among them.
 */
int dkms_read(struct dkms *d, const struct machine *mc, struct err *e);

/**
 * dkms_rebuild() - build and install all of them again
 *
 * What DKMS says goes to standard error. If it fails for the first one, the running
 * kernel's, nothing else is tried, and the module that was installed stays. Of others,
 * such as one whose headers are gone by now, only their @failed tells.
 */
int dkms_rebuild(struct dkms *d, const struct machine *mc, struct err *e);

/** dkms_has_failed() - has dkms_rebuild() left one out? */
bool dkms_has_failed(const struct dkms *d);

void dkms_free(struct dkms *d);

#endif /* MEND_LIB_DKMS_H */
