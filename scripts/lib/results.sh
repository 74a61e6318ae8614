# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# How the parts of scripts/check report. A part is a program in
# scripts/parts; what it prints is its log, and its results are lines on file
# descriptor 3:
#
#	PASS name
#	FAIL name: reason
#	SKIP name: reason
#
# A part that exits non-zero, or that reports nothing, has failed. Needs
# common.sh.

# On its own, outside of scripts/check, a part reports on standard output.
{ : >&3; } 2>/dev/null || exec 3>&1

one_line() { printf '%s' "$*" | tr '\n\t' '  ' | cut -c1-300; }

pass() { printf 'PASS %s\n' "$(one_line "$1")" >&3; }
fail() { printf 'FAIL %s: %s\n' "$(one_line "$1")" "$(one_line "${2:-see the log}")" >&3; }
skip() { printf 'SKIP %s: %s\n' "$(one_line "$1")" "$(one_line "$2")" >&3; }

# verdict NAME FINDINGS: pass if there are none; otherwise all of them in the
# log and the first one as the reason.
verdict()
{
	local count

	if [ -z "$2" ]; then
		pass "$1"
		return 0
	fi
	count=$(printf '%s\n' "$2" | wc -l)
	printf '== %s\n%s\n' "$1" "$2"
	if [ "$count" -gt 1 ]; then
		fail "$1" "$(head -1 <<<"$2") (and $((count - 1)) more in the log)"
	else
		fail "$1" "$2"
	fi
}

# result_of NAME COMMAND...: pass or fail by its status, which is left in
# last_status. Not to be called where bash ignores set -e (if, ||, &&): a function
# would then go on behind a command that fails, and be called a pass.
result_of()
{
	local name=$1

	shift
	printf '== %s: %s\n' "$name" "$*"
	set +e
	(set -e; "$@")
	last_status=$?
	set -e
	if [ "$last_status" -eq 0 ]; then
		pass "$name"
	else
		fail "$name" "'$1 ${2:-}' failed with status $last_status; see the log"
	fi
}

# tap_results PREFIX FILE: the results of a TAP stream. Subtests of kselftest's
# runner are commented ("# ok 1 name") and count instead of the line of the
# program that they belong to; a plan that is not fulfilled is a failure.
tap_results() { awk -v prefix="$1" -f "$MEND_ROOT/scripts/lib/tap.awk" "$2" >&3; }

# cmocka_results PREFIX FILE: the results of cmocka's programs, one per test. A
# program that reports a group and no tests, or that stops in the middle, fails.
cmocka_results() { awk -v prefix="$1" -f "$MEND_ROOT/scripts/lib/cmocka.awk" "$2" >&3; }
