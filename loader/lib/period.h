/* SPDX-License-Identifier: MIT */
/*
 * Lengths of time, of command lines and mend.conf.
 */
#ifndef MEND_LIB_PERIOD_H
#define MEND_LIB_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

/**
 * period_parse() - "3", "0.5", "10m" to milliseconds; units are s, m, h and d
 *
 * False if it is not that, or more than @max_ms.
 */
bool period_parse(const char *s, uint32_t max_ms, uint32_t *ms);

#endif /* MEND_LIB_PERIOD_H */
