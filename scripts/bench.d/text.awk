# SPDX-License-Identifier: MIT
#
# The rows of evaluate.awk as a table for a terminal.

BEGIN { FS = "\t" }

function line(a, b, c, d, e, f, g)
{
	printf "%-45s %-19s %-24s %-24s %-7s %-26s %s\n", a, b, c, d, e, f, g
}

$1 != kernel {
	kernel = $1
	printf "\n%s\n", kernel
	line("", "mend", "walk-all", "livepatch", "ratio", "goal", "")
}

{
	unit = $5
	if ($4 == "instructions")
		unit = unit "instr."
	line($3 (unit == "" ? "" : ", " unit), $6, $7, $8, $9, $10, $11)
}
