# SPDX-License-Identifier: MIT
#
# Puts #line behind each change, so that what follows has its old number.
#
# First input: the changes, "OLD[,COUNT] NEW[,COUNT]" as diff -U0 has them.
# Second: the changed file. Never behind a backslash: there it would be text.

function count(part,   field) {
	return split(part, field, ",") > 1 ? field[2] + 0 : 1
}

FILENAME == ARGV[1] {
	split($1, old, ",")
	split($2, new, ",")
	n_old = count($1)
	n_new = count($2)
	# With a count of 0 the number is that of the line before.
	last = n_new ? new[1] + n_new - 1 : new[1] + 0
	next_old[last] = n_old ? old[1] + n_old : old[1] + 1
	if (n_new)
		for (i = new[1] + 0; i <= last; i++)
			changed[i] = 1
	next
}

FNR == 1 && (0 in next_old) { print "#line " next_old[0] }

{
	print
	if (FNR in next_old) {
		pending = 1
		number = next_old[FNR]
	} else if (pending) {
		# Delayed: the directive counts on.
		number++
		if (FNR in changed)
			pending = 0
	}
	if (pending && $0 !~ /\\$/) {
		print "#line " number
		pending = 0
	}
}
