/* SPDX-License-Identifier: MIT */
/*
 * The build-id of a kernel that is not running: from its vmlinux, its
 * vmlinuz (x86 bzImage), or a copy of its /sys/kernel/notes.
 */
#ifndef MEND_LIB_KERNEL_IMAGE_H
#define MEND_LIB_KERNEL_IMAGE_H

#include <linux/mend.h>

#include "bytes.h"
#include "err.h"

/**
 * kernel_image_build_id() - of the kernel in the file @path
 *
 * A compressed kernel is unpacked by the tool that made it (xz, zstd, gzip,
 * lz4, bzip2, lzop), run without a shell.
 */
int kernel_image_build_id(const char *path, uint8_t out[MEND_BUILD_ID_LEN], struct err *e);

#endif /* MEND_LIB_KERNEL_IMAGE_H */
