// SPDX-License-Identifier: MIT
/*
 * Civil time to seconds and back, proleptic Gregorian, no leap seconds. Pure.
 */
#include "utc.h"

#include <stdio.h>
#include <string.h>

#define DAY	86400

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of January of @year. */
static int64_t year_days(int year)
{
	int64_t y = year - 1;

	return 365 * (y - 1969) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) +
	       (y / 400 - 1969 / 400);
}

int64_t utc_from_date(int year, int month, int day, int hour, int minute, int second)
{
	int64_t days = year_days(year) + day - 1;
	int m;

	for (m = 1; m < month; m++)
		days += month_days(year, m);
	return days * DAY + hour * 3600 + minute * 60 + second;
}

/* @n digits at @text; everything else has been checked against the mask. */
static int number(const char *text, int n)
{
	int value = 0;

	while (n--)
		value = value * 10 + (*text++ - '0');
	return value;
}

bool utc_parse(const char *text, int64_t *seconds)
{
	static const char mask[] = "dddd-dd-ddTdd:dd:ddZ";
	int year, month, day, hour, minute, second;
	size_t i;

	if (strlen(text) != sizeof(mask) - 1)
		return false;
	for (i = 0; mask[i]; i++) {
		if (mask[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != mask[i])
			return false;
	}
	year = number(text, 4);
	month = number(text + 5, 2);
	day = number(text + 8, 2);
	hour = number(text + 11, 2);
	minute = number(text + 14, 2);
	second = number(text + 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*seconds = utc_from_date(year, month, day, hour, minute, second);
	return true;
}

bool utc_format(int64_t seconds, char out[UTC_LEN])
{
	int64_t days = seconds / DAY;
	int rest = (int)(seconds % DAY);
	int year, month = 1;

	if (seconds < 0 || seconds >= utc_from_date(9999, 12, 31, 23, 59, 59) + 1)
		return false;
	year = 1970 + (int)(days / 366);
	while (year_days(year + 1) <= days)
		year++;
	days -= year_days(year);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	/* unsigned and bounded, so that the compiler sees that it fits */
	snprintf(out, UTC_LEN, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned int)year % 10000,
		 (unsigned int)month % 100, (unsigned int)(days + 1) % 100,
		 (unsigned int)rest / 3600 % 100, (unsigned int)rest / 60 % 60,
		 (unsigned int)rest % 60);
	return true;
}
