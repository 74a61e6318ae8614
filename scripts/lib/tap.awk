# SPDX-License-Identifier: MIT
#
# Turns TAP, as kselftest's runner and programs print it, into the result lines
# of scripts/check. -v prefix=TEXT goes before every name.
#
# Outer lines ("ok 1 selftests: mend: busy_test") stand for programs; the lines
# of a program come before its outer line, each with "# " in front. A program
# that has lines of its own is counted by those, but an outer "not ok" without
# an inner one is a failure too: the program crashed or broke its plan.

function emit(verdict, name, reason)
{
	gsub(/^[ -]+|[ \t]+$/, "", name)
	printf "%s %s%s%s\n", verdict, prefix, name, reason == "" ? "" : ": " reason
}

# line: "ok 3 - name # SKIP why", without the "# " of a subtest
function point(line,   okay, name, why)
{
	okay = line !~ /^not ok/
	name = line
	sub(/^(not )?ok[ \t]*[0-9]*/, "", name)
	why = ""
	if (match(name, /#[ \t]*(SKIP|TOD[O]|XFAIL)/)) {
		why = substr(name, RSTART + 1)
		name = substr(name, 1, RSTART - 1)
		sub(/^[ \t]*(SKIP|TOD[O]|XFAIL)[ \t:]*/, "", why)
		if (okay)
			return emit("SKIP", name, why == "" ? "no reason given" : why) + 0
	}
	if (okay)
		emit("PASS", name, "")
	else
		emit("FAIL", name, last_diagnostic == "" ? "not ok" : last_diagnostic)
	return !okay
}

{ sub(/\r$/, "") }

/^# (not )?ok([ \t]|$)/ {
	inner++
	inner_failed += point(substr($0, 3))
	last_diagnostic = ""
	next
}

/^# 1\.\.[0-9]+/ {
	inner_plan = substr($2, 4) + 0
	next
}

/^(not )?ok([ \t]|$)/ {
	outer++
	name = $0
	sub(/^(not )?ok[ \t]*[0-9]*[ \t]*/, "", name)
	if (!inner) {
		point($0)
	} else {
		if (inner_plan != "" && inner_plan != inner)
			emit("FAIL", name, "planned " inner_plan " tests and ran " inner)
		else if (/^not ok/ && !inner_failed)
			emit("FAIL", name, "failed apart from its tests")
	}
	inner = inner_failed = 0
	inner_plan = last_diagnostic = ""
	next
}

/^1\.\.[0-9]+/ {
	plan += substr($1, 4)
	planned = 1
	next
}

function without_marks(line)
{
	sub(/^(# *)+/, "", line)
	return line
}

/^# / {
	if ($0 !~ /^[# ]*(TAP version|Starting|RUN|Totals|PASSED|FAILED:)/)
		last_diagnostic = without_marks($0)
}

END {
	if (inner)
		emit("FAIL", "the last program", "ended in the middle of its tests")
	if (!outer)
		emit("FAIL", "TAP", "there is not one test result in the output")
	else if (!planned)
		emit("FAIL", "plan", "the output has no plan (1..N)")
	else if (plan != outer)
		emit("FAIL", "plan", "planned " plan " programs and ran " outer)
}
