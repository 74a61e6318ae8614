# SPDX-License-Identifier: MIT
# shellcheck shell=dash
#
# Tests in a guest, as TAP: for the programs guest*, which end with finish_tests.

n=0
failed=0

# ok NAME COMMAND...: a test, by its status
ok()
{
	name=$1
	shift
	n=$((n + 1))
	if "$@" >/tmp/out 2>&1; then
		echo "ok $n $name"
	else
		echo "not ok $n $name"
		sed 's/^/# /' /tmp/out
		failed=1
	fi
}

# says STATUS COMMAND... TEXT: it ends so, and says that
says()
{
	want=$1
	shift
	command=
	while [ $# -gt 1 ]; do
		command="$command $1"
		shift
	done
	status=0
	$command >/tmp/said 2>&1 || status=$?
	cat /tmp/said
	echo "status $status"
	[ "$status" -eq "$want" ] && grep -q "$1" /tmp/said
}

finish_tests()
{
	echo "1..$n"
	exit $failed
}
