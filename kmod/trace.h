/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints mend:*; documented in docs/ABI/tracepoints. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mend

#if !defined(MEND_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MEND_TRACE_H

#include <linux/tracepoint.h>
#include <uapi/linux/mend.h>
#include "compat/trace.h"

/* A patch has changed its state. */
TRACE_EVENT(mend_switch,
	TP_PROTO(const char *name, u64 generation, const char *state, u64 pause_ns,
		 u64 rendezvous_ns, u32 attempts),
	TP_ARGS(name, generation, state, pause_ns, rendezvous_ns, attempts),
	TP_STRUCT__entry(
		__string(name, name)
		__string(state, state)
		__field(u64, generation)
		__field(u64, pause_ns)
		__field(u64, rendezvous_ns)
		__field(u32, attempts)
	),
	TP_fast_assign(
		compat_assign_str(name, name);
		compat_assign_str(state, state);
		__entry->generation = generation;
		__entry->pause_ns = pause_ns;
		__entry->rendezvous_ns = rendezvous_ns;
		__entry->attempts = attempts;
	),
	TP_printk("name=%s generation=%llu state=%s pause_ns=%llu rendezvous_ns=%llu attempts=%u",
		  __get_str(name), __entry->generation, __get_str(state), __entry->pause_ns,
		  __entry->rendezvous_ns, __entry->attempts)
);

/* A patch that is on has become degraded, or has recovered. */
TRACE_EVENT(mend_degraded,
	TP_PROTO(const char *name, u64 generation, const char *state, const char *why),
	TP_ARGS(name, generation, state, why),
	TP_STRUCT__entry(
		__string(name, name)
		__string(state, state)
		__string(why, why)
		__field(u64, generation)
	),
	TP_fast_assign(
		compat_assign_str(name, name);
		compat_assign_str(state, state);
		compat_assign_str(why, why);
		__entry->generation = generation;
	),
	TP_printk("name=%s generation=%llu state=%s why=\"%s\"", __get_str(name),
		  __entry->generation, __get_str(state), __get_str(why))
);

/* The machine was stopped once, and went on switched or not. */
TRACE_EVENT(mend_attempt,
	TP_PROTO(u32 attempt, u32 tasks, u64 pause_ns, bool done),
	TP_ARGS(attempt, tasks, pause_ns, done),
	TP_STRUCT__entry(
		__field(u32, attempt)
		__field(u32, tasks)
		__field(u64, pause_ns)
		__field(bool, done)
	),
	TP_fast_assign(
		__entry->attempt = attempt;
		__entry->tasks = tasks;
		__entry->pause_ns = pause_ns;
		__entry->done = done;
	),
	TP_printk("attempt=%u tasks=%u pause_ns=%llu done=%d", __entry->attempt, __entry->tasks,
		  __entry->pause_ns, __entry->done)
);

/* A switch waits: this task is in the way. Ten times a second at most. */
TRACE_EVENT(mend_blocked,
	TP_PROTO(const struct mend_blocker *blocker),
	TP_ARGS(blocker),
	TP_STRUCT__entry(
		__array(char, comm, 16)
		__field(pid_t, pid)
		__string(func, blocker->func)
	),
	TP_fast_assign(
		memcpy(__entry->comm, blocker->comm, 16);
		__entry->pid = blocker->pid;
		compat_assign_str(func, blocker->func);
	),
	TP_printk("comm=%s pid=%d func=%s", __entry->comm, __entry->pid, __get_str(func))
);

#endif /* MEND_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
