// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times of the manifest: "YYYY-MM-DDTHH:MM:SSZ", UTC, proleptic Gregorian,
 * every minute with 60 seconds. See manifest.h. Pure.
 */
#include "manifest.h"

#define YEAR_MIN	1970
#define YEAR_MAX	9999
#define DAY_SECONDS	86400

/* From 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z */
#define TIME_MAX	253402300799LL

static bool is_leap(u32 year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static u32 days_in_month(u32 year, u32 month)
{
	static const u8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

static u32 days_in_year(u32 year)
{
	return 365 + is_leap(year);
}

/* Days from 1970-01-01 to the first day of @year; leap days from year 1 on. */
static u32 days_before_year(u32 year)
{
	u32 before = year - 1, epoch = YEAR_MIN - 1;

	return (year - YEAR_MIN) * 365 + (before / 4 - epoch / 4) -
	       (before / 100 - epoch / 100) + (before / 400 - epoch / 400);
}

/* @nr digits at @text */
static bool digits_parse(const char *text, u32 nr, u32 *value)
{
	u32 v = 0;

	while (nr--) {
		if (*text < '0' || *text > '9')
			return false;
		v = v * 10 + (*text++ - '0');
	}
	*value = v;
	return true;
}

static void digits_format(char *text, u32 nr, u32 value)
{
	while (nr--) {
		text[nr] = '0' + value % 10;
		value /= 10;
	}
}

bool manifest_time_parse(const char *text, size_t len, time64_t *seconds)
{
	u32 year, month, day, hour, minute, second, days;

	if (len != MANIFEST_TIME_LEN - 1 || text[4] != '-' || text[7] != '-' ||
	    text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
		return false;
	if (!digits_parse(text, 4, &year) || !digits_parse(text + 5, 2, &month) ||
	    !digits_parse(text + 8, 2, &day) || !digits_parse(text + 11, 2, &hour) ||
	    !digits_parse(text + 14, 2, &minute) || !digits_parse(text + 17, 2, &second))
		return false;
	if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59)
		return false;

	days = days_before_year(year) + day - 1;
	while (--month)
		days += days_in_month(year, month);
	*seconds = (time64_t)days * DAY_SECONDS + hour * 3600 + minute * 60 + second;
	return true;
}

void manifest_time_format(time64_t seconds, char text[MANIFEST_TIME_LEN])
{
	u32 year, month = 1, days, rest;
	u64 time;

	time = seconds < 0 ? 0 : seconds > TIME_MAX ? TIME_MAX : seconds;
	/* In units of 128 s it fits 32 bits: no 64-bit division. */
	rest = (u32)(time & 127);
	time >>= 7;
	days = (u32)time / (DAY_SECONDS / 128);
	rest += ((u32)time % (DAY_SECONDS / 128)) * 128;

	for (year = YEAR_MIN; year < YEAR_MAX && days >= days_in_year(year); year++)
		days -= days_in_year(year);
	while (days >= days_in_month(year, month))
		days -= days_in_month(year, month++);

	memcpy(text, "YYYY-MM-DDTHH:MM:SSZ", MANIFEST_TIME_LEN);
	digits_format(text, 4, year);
	digits_format(text + 5, 2, month);
	digits_format(text + 8, 2, days + 1);
	digits_format(text + 11, 2, rest / 3600);
	digits_format(text + 14, 2, rest / 60 % 60);
	digits_format(text + 17, 2, rest % 60);
}
