/* SPDX-License-Identifier: MIT */
/*
 * Time as the manifest writes it, without the C library's time zone.
 */
#ifndef MEND_LIB_UTC_H
#define MEND_LIB_UTC_H

#include <stdbool.h>
#include <stdint.h>

#define UTC_LEN		21	/* "YYYY-MM-DDTHH:MM:SSZ" and a NUL */

/** utc_parse() - exactly YYYY-MM-DDTHH:MM:SSZ, a date that exists, 1970..9999 */
bool utc_parse(const char *text, int64_t *seconds);

/** utc_format() - the reverse; false if @seconds is outside 1970..9999 */
bool utc_format(int64_t seconds, char out[UTC_LEN]);

/** utc_from_date() - seconds since 1970; the month is 1..12, the date must exist */
int64_t utc_from_date(int year, int month, int day, int hour, int minute, int second);

#endif /* MEND_LIB_UTC_H */
