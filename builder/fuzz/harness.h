/* SPDX-License-Identifier: MIT */
/*
 * mend-differ ends at the first mistake and frees nothing. A fuzz target runs a million
 * times: fail() comes back to it, and all that was allocated is freed in between.
 */
#ifndef MEND_FUZZ_HARNESS_H
#define MEND_FUZZ_HARNESS_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

/* Where fail() goes. */
extern jmp_buf harness_failed;

/** harness_begin() - an input becomes a file; its path */
const char *harness_begin(const uint8_t *data, size_t size);

/** harness_end() - back to the beginning */
void harness_end(void);

#endif /* MEND_FUZZ_HARNESS_H */
