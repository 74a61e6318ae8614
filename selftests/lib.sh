# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# A small kselftest harness for shell tests; TAP 13 on stdout. Source it, write
# functions called test_BEHAVIOUR, end with run_tests. They run in the order in
# which they are written, each in a subshell of its own under set -e; the
# function cleanup runs after each. Arguments of the script are names of tests:
# only those are run; -l lists them.
#
# It is plain POSIX shell with local, so that busybox's ash runs it as well.

set -u

SELFTESTS=$(cd "$(dirname "$0")" && pwd)
MEND_DIR=${MEND_DIR:-$(dirname "$SELFTESTS")}
MEND_KO=$MEND_DIR/mend.ko
MEND=$MEND_DIR/mend
MODULES=$SELFTESTS/test_modules
BUNDLES=$SELFTESTS/bundles
KEYS=$MEND_DIR/keys
SYSFS=/sys/kernel/mend
TARGET=/proc/mend_target
TRACING=/sys/kernel/tracing
TMP=$(mktemp -d "${TMPDIR:-/tmp}/mend_test.XXXXXX")
export SELFTESTS MEND_DIR MEND_KO MEND MODULES BUNDLES KEYS SYSFS TARGET TRACING TMP

readonly KSFT_SKIP=4

# bundle NAME: its path
bundle()
{
	echo "$BUNDLES/$1.mend"
}

diag()
{
	echo "$*" | sed 's/^/# /'
}

fail()
{
	diag "FAIL: $*"
	exit 1
}

skip()
{
	echo "$*" >"$TMP/skip"
	exit "$KSFT_SKIP"
}

# expect WANTED GOT WHAT
expect()
{
	[ "$1" = "$2" ] || fail "$3: expected '$1', got '$2'"
}

# expect_status WANTED COMMAND...: its exit status; its output is left in $TMP/out
expect_status()
{
	local wanted=$1 status=0

	shift
	"$@" >"$TMP/out" 2>&1 || status=$?
	if [ "$status" != "$wanted" ]; then
		diag "$(cat "$TMP/out")"
		fail "'$*': expected exit status $wanted, got $status"
	fi
}

# expect_failure COMMAND...: whatever its exit status, as long as it is not 0
expect_failure()
{
	if "$@" >"$TMP/out" 2>&1; then
		fail "'$*' succeeded"
	fi
}

# expect_output REGEX...: all of them match a line of the last expect_status
expect_output()
{
	local regex

	for regex in "$@"; do
		grep -Eqi -- "$regex" "$TMP/out" && continue
		diag "$(cat "$TMP/out")"
		fail "the output has no line with '$regex'"
	done
}

# eventually SECONDS COMMAND...: until it succeeds; MEND_SLOWDOWN=N: or N times as long
eventually()
{
	local end=$(($(date +%s) + $1 * ${MEND_SLOWDOWN:-1}))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$end" ] || return 1
		sleep 0.1
	done
}

is_loaded()
{
	grep -q "^$1 " /proc/modules
}

# A worker may still be taking leave of a patch that was switched off.
unload()
{
	if is_loaded "$1"; then
		eventually 20 rmmod "$1" || fail "module '$1' cannot be unloaded"
	fi
}

load_target()
{
	is_loaded mend_target || insmod "$MODULES/mend_target.ko"
}

# load_mend_with PARAMETER...: fresh, with these parameters behind those in MEND_PARAMS
# shellcheck disable=SC2120 # called with some from other files
load_mend_with()
{
	unload mend
	# shellcheck disable=SC2086 # several words
	insmod "$MEND_KO" ${MEND_PARAMS:-} "$@"
}

load_mend()
{
	# shellcheck disable=SC2119
	load_mend_with
}

# The value that a function of mend_target returns now
target()
{
	cat "$TARGET/$1"
}

# Sites that ftrace has handed to anybody, without counters that change
enabled_functions()
{
	sed 's/[[:space:]].*//' "$TRACING/enabled_functions" | sort
}

# Those that mend.ko knows: NAME.GENERATION, one a line
patches()
{
	find "$SYSFS" -maxdepth 1 -name '*.*' -exec basename {} \;
}

patches_off()
{
	local enabled

	for enabled in "$SYSFS"/*/enabled; do
		[ -e "$enabled" ] || continue
		[ "$(cat "$enabled")" = 0 ] || echo 0 >"$enabled"
	done
}

# The default cleanup; a test file with more to clean defines its own and calls it.
clean_modules()
{
	local module

	patches_off
	for module in $(awk '/^mend_test_/ { print $1 }' /proc/modules) mend_kprobe mend_target \
		      mend_target2; do
		unload "$module"
	done
}

cleanup()
{
	clean_modules
}

run_one()
{
	local status

	(set -e; "$1")
	status=$?
	# set -e stays off here: a failed cleanup must not hide the test's result
	(cleanup) || status=1
	tests_run=$((tests_run + 1))
	case $status in
	0)		echo "ok $tests_run $1" ;;
	"$KSFT_SKIP")	echo "ok $tests_run $1 # SKIP $(cat "$TMP/skip")" ;;
	*)		echo "not ok $tests_run $1"; tests_failed=1 ;;
	esac
}

run_tests()
{
	local test names

	names=$(sed -n 's/^\(test_[a-z0-9_]*\)()$/\1/p' "$0")
	if [ "${1:-}" = -l ]; then
		echo "$names"
		rm -rf "$TMP"
		return 0
	fi
	echo "TAP version 13"
	tests_run=0
	tests_failed=0
	# shellcheck disable=SC2086 # names of functions: no blanks in them
	[ $# -gt 0 ] || set -- $names
	for test in "$@"; do
		run_one "$test"
	done
	echo "1..$tests_run"
	unload mend
	rm -rf "$TMP"
	[ "$tests_failed" = 0 ] && [ "$tests_run" -gt 0 ]
}
