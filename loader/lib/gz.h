/* SPDX-License-Identifier: MIT */
/*
 * Text that may be compressed.
 */
#ifndef MEND_LIB_GZ_H
#define MEND_LIB_GZ_H

#include <stddef.h>

/**
 * gz_read_text() - a whole file, decompressed if it is gzip, as a string of the caller's
 *
 * NULL if it is not there, is empty, damaged, or would be longer than @max.
 */
char *gz_read_text(const char *path, size_t max);

#endif /* MEND_LIB_GZ_H */
