#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run_tests.sh [TEST...]: run the test programs of this folder, kselftest's way
#
# Without names: all of them but trouble_*, which make the kernel complain.
#
# TAP on stdout: one line a program, and before it the lines of the program,
# each behind "# ". TIMEOUT=S changes how long a program may take; MEND_SLOWDOWN=N
# lets it, and whatever it waits for, take N times as long. Exit status: 0 if all of
# them passed.
# shellcheck shell=dash
set -u

cd "$(dirname "$0")" || exit 1
timeout=$((${TIMEOUT:-600} * ${MEND_SLOWDOWN:-1}))
status_file=$(mktemp)
nr=0
failed=0

# The test's own status would be lost in a pipe; it goes through a file.
run_one()
{
	{
		timeout "$timeout" "./$1" 2>&1
		echo $? >"$status_file"
	} | while IFS= read -r line || [ -n "$line" ]; do
		printf '# %s\n' "$line"
	done
	return "$(cat "$status_file")"
}

all=$(for test in *_test *_test.sh; do
	[ "${test#trouble_}" = "$test" ] && [ -x "$test" ] && echo "$test"
done)
# shellcheck disable=SC2086 # names of files here: no blanks
[ $# -gt 0 ] || set -- $all
echo "TAP version 13"
echo "1..$#"
for test in "$@"; do
	nr=$((nr + 1))
	echo "# selftests: mend: $test"
	start=$(date +%s)
	if run_one "$test"; then
		echo "ok $nr selftests: mend: $test"
	else
		status=$?
		failed=1
		# kselftest's wording; 124 is what timeout gives, 143 what busybox's does
		case $status in
		124|143) echo "# $test was not done in $timeout seconds" ;;
		esac
		echo "not ok $nr selftests: mend: $test # exit=$status"
	fi
	echo "# $test took $(($(date +%s) - start)) s"
done
rm -f "$status_file"
exit "$failed"
