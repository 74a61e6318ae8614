# SPDX-License-Identifier: MIT
#
# Prints every complaint of the kernel in a console log; silence is a pass.
# -v allow=REGEX excuses reports in which a line matches.
#
# A report is what stands between "[ cut here ]" and "[ end trace" or, for
# those that have no such lines, the complaint and the REPORT_LINES after it:
# one allowed line excuses the stack dump that goes with it, not the next one.

BEGIN {
	REPORT_LINES = 120
	if (allow == "")
		allow = "^\\001$"	# never
	n = 0
	pattern[++n] = "(^|[^A-Z])BUG:"
	pattern[++n] = "kernel BUG at"
	pattern[++n] = "WARNING:"
	pattern[++n] = "Oops"
	pattern[++n] = "Call Trace:"
	pattern[++n] = "Kernel panic"
	pattern[++n] = "general protection"
	pattern[++n] = "unable to handle"
	pattern[++n] = "invalid opcode"
	pattern[++n] = "double fault|stack segment:|stack guard page was hit|#CP|Missing ENDBR"
	pattern[++n] = "soft lockup|hard LOCKUP|Hard LOCKUP"
	pattern[++n] = "INFO: task .*blocked for more than"
	pattern[++n] = "rcu.*(self-detected stall|detected stalls|detected expedited stalls)"
	pattern[++n] = "INFO: (possible|inconsistent|trying to register|lockdep is turned off)"
	pattern[++n] = "inconsistent lock state|suspicious RCU usage|circular locking dependency"
	pattern[++n] = "DEBUG_LOCKS_WARN_ON|bad unlock balance|held lock freed|still held"
	pattern[++n] = "sleeping function called|scheduling while atomic|invalid context"
	pattern[++n] = "KASAN:|KFENCE:|KCSAN:|KMSAN:|UBSAN:|ODEBUG:"
	pattern[++n] = "kmemleak: [0-9]+ new suspected|unreferenced object"
	pattern[++n] = "list_(add|del) corruption|refcount_t:|slab .*(corrupt|Objects remaining)"
	pattern[++n] = "Bad page|bad page|Bad rss-counter|non-zero pgtables_bytes"
	pattern[++n] = "Trying to vfree|VFS: Busy inodes|invoked oom-killer"
	pattern[++n] = "ftrace (bug|faulted|failed)|ftrace_bug|hung in RCU|rcu_tasks.*stall"
	pattern[++n] = "INFO: rcu_tasks"
	pattern[++n] = "watchdog: BUG|NMI watchdog: Watchdog detected"
}

function complains(line,   i)
{
	# Printed by stock kernels on some CPUs, about the CPU.
	if (line ~ /Spectre V2 : WARNING|RETBleed: WARNING|MDS: WARNING/)
		return 0
	for (i = 1; i <= n; i++)
		if (line ~ pattern[i])
			return 1
	return 0
}

function flush(   i)
{
	if (!excused)
		for (i = 1; i <= held; i++)
			print hold[i]
	held = excused = left = marked = 0
}

{
	sub(/\r$/, "")
}

/\[ cut here \]/ {
	flush()
	marked = 1
	left = REPORT_LINES
	next
}

{
	if (complains($0)) {
		# A headline opens a report; these two lines only continue one.
		if (!marked && $0 !~ /Oops|Call Trace:/)
			flush()
		if (!left)
			left = REPORT_LINES
		hold[++held] = $0
	}
	if (left && $0 ~ allow)
		excused = 1
	if (/---\[ end trace/ || (left && --left == 0))
		flush()
}

END { flush() }
