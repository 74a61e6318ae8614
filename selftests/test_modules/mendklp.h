/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the mendklp modules have in common. They are written in the API of
 * kernel/livepatch, as the modules of its own selftests are, and built against
 * mend's header of that name.
 *
 * Callbacks are recorded in the module parameter "calls", in order: words
 * CALLBACK:OBJECT[:STATE], the state being that of the module in question.
 * mend.ko calls one at a time; reading the parameter races with nothing that
 * matters, since the tests read it when the call that causes callbacks is over.
 */
#ifndef MENDKLP_H
#define MENDKLP_H

#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/string.h>

static char calls[1024];
module_param_string(calls, calls, sizeof(calls), 0444);

static inline const char *module_state_name(const struct module *mod)
{
	switch (mod->state) {
	case MODULE_STATE_LIVE:		return "live";
	case MODULE_STATE_COMING:	return "coming";
	case MODULE_STATE_GOING:	return "going";
	default:			return "unformed";
	}
}

/* Behind a blank if it is not the first. */
static inline __printf(1, 2) void add_call(const char *fmt, ...)
{
	size_t len = strlen(calls);
	va_list args;

	if (len)
		len += scnprintf(calls + len, sizeof(calls) - len, " ");
	va_start(args, fmt);
	vscnprintf(calls + len, sizeof(calls) - len, fmt, args);
	va_end(args);
}

static inline void record(const char *callback, const struct klp_object *obj)
{
	if (obj->mod)
		add_call("%s:%s:%s", callback, obj->mod->name, module_state_name(obj->mod));
	else
		add_call("%s:vmlinux", callback);
}

#endif /* MENDKLP_H */
