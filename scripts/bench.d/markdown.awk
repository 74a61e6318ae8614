# SPDX-License-Identifier: MIT
#
# The rows of evaluate.awk as a table of docs/benchmarks.md, for one kernel: -v kernel=.

BEGIN {
	FS = "\t"
	print "| figure | unit | mend | walk-all | livepatch | ratio | goal | |"
	print "|---|---|---|---|---|---|---|---|"
}

$1 == kernel {
	unit = $4 == "instructions" ? ($5 == "k" ? "1,000 instructions" : "instructions") : $5
	verdict = $11 == "MISSED" ? "**missed**" : $11
	printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", $3, unit, $6, $7, $8, $9, $10, verdict
}
