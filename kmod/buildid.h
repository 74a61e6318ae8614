/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's GNU build-id: with its release, the baseline.
 */
#ifndef MEND_BUILDID_H
#define MEND_BUILDID_H

#include <linux/types.h>

/**
 * buildid_init() - read it, once; module init, after ksyms_init()
 *
 * A kernel without one is no error: then no payload fits it.
 */
void buildid_init(void);

/** buildid_get() - the bytes; @len is 0 if the kernel has none */
const u8 *buildid_get(u32 *len);

#endif /* MEND_BUILDID_H */
