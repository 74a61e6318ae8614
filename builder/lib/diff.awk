# SPDX-License-Identifier: MIT
#
# Reads a unified diff. With names=1 prints the two names of each file; otherwise the diff
# without the files that are named so in the file "drop", and without text between files.
# Hunks are counted: a removed line may look like the head of a file.

# What a hunk says of its lines: "-12,7" or "-12".
function count(range)
{
	return range ~ /,/ ? substr(range, index(range, ",") + 1) + 0 : 1
}

function emit(line)
{
	if (!names && kept)
		print line
}

BEGIN {
	while (!names && (getline line < drop) > 0)
		dropped[line]
}

old > 0 || new > 0 {
	if (/^-/)
		old--
	else if (/^\+/)
		new--
	else if (!/^\\/) {
		old--
		new--
	}
	emit($0)
	next
}

/^\\/ {	# no newline at the end of the file
	emit($0)
	next
}

/^--- / {
	head = $0
	from = $2
	at = NR
	next
}

/^\+\+\+ / && at && at == NR - 1 {
	if (names)
		print from, $2
	kept = !((from " " $2) in dropped)
	emit(head)
	emit($0)
	next
}

/^@@ / {
	old = count($2)
	new = count($3)
	emit($0)
}
