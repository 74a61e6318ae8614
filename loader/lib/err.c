// SPDX-License-Identifier: MIT
/*
 * Errors: filled in where the reason is known, extended on the way out.
 * No allocation, so that running out of memory can be reported as well.
 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/mend.h>

#include "reason.h"

/* Truncation is meant: a message that is cut short is better than none. */
static void format(char *buf, size_t size, const char *fmt, va_list args)
{
	if (vsnprintf(buf, size, fmt, args) < 0)
		buf[0] = '\0';
}

static void begin(struct err *e, uint32_t reason, int errnum)
{
	const struct reason_info *info = reason_lookup(reason);

	memset(e, 0, sizeof(*e));
	e->reason = reason;
	e->errnum = errnum;
	e->code = info->code;
	if (info->hint)
		snprintf(e->hint, sizeof(e->hint), "%s", info->hint);
}

int err_set(struct err *e, uint32_t reason, const char *fmt, ...)
{
	va_list args;

	begin(e, reason, 0);
	va_start(args, fmt);
	format(e->message, sizeof(e->message), fmt, args);
	va_end(args);
	return -1;
}

int err_errno(struct err *e, uint32_t reason, int errnum, const char *fmt, ...)
{
	va_list args;

	begin(e, reason, errnum);
	va_start(args, fmt);
	format(e->message, sizeof(e->message), fmt, args);
	va_end(args);
	return err_append(e, ": %s", strerror(errnum));
}

int err_append(struct err *e, const char *fmt, ...)
{
	size_t used = strlen(e->message);
	va_list args;

	va_start(args, fmt);
	format(e->message + used, sizeof(e->message) - used, fmt, args);
	va_end(args);
	return -1;
}

int err_context(struct err *e, const char *fmt, ...)
{
	va_list args;

	if (e->nr_context == ERR_CONTEXT_MAX)
		return -1;
	va_start(args, fmt);
	format(e->context[e->nr_context++], ERR_CONTEXT_LEN, fmt, args);
	va_end(args);
	return -1;
}

int err_hint(struct err *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format(e->hint, sizeof(e->hint), fmt, args);
	va_end(args);
	return -1;
}

int err_nomem(struct err *e)
{
	begin(e, MEND_R_NOMEM, ENOMEM);
	snprintf(e->message, sizeof(e->message), "out of memory");
	return -1;
}
