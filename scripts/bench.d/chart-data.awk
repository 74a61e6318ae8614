# SPDX-License-Identifier: MIT
#
# What charts.gnuplot draws, of one kernel (-v kernel=), from summary.tsv. Blocks with
# two empty lines between them, each "x-or-label mend walk klp": the window by number
# of threads; times; instructions added per call.

$1 == kernel { median[$2, $3] = $7 }

function value(fig, who, less)
{
	return (fig SUBSEP who) in median ? median[fig, who] - less : "NaN"
}

function line(label, fig, less)
{
	printf "\"%s\" %s %s %s\n", label, value(fig, "mend", less), value(fig, "walk", less),
	       value(fig, "klp", less)
}

END {
	n = split("10 1000 5000 10000", threads, " ")
	for (i = 1; i <= n; i++)
		printf "%d %s %s\n", threads[i], value("window-" threads[i], "mend", 0),
		       value("window-" threads[i], "walk", 0)
	printf "\n\n"
	n = split("apply-idle revert-idle apply-busy revert-busy apply-wide revert-wide", t, " ")
	for (i = 1; i <= n; i++) {
		label = t[i]
		sub(/-/, ", ", label)
		sub(/wide/, "100 functions", label)
		line(label, t[i], 0)
	}
	printf "\n\n"
	line("per call", "call", median["call", "none"])
}
