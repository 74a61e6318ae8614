#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mend apply --force and mend revert --force: only with its risk named.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

# What was forced is never unloaded; only a test may do it all the same.
cleanup()
{
	[ ! -e "$TARGET/release" ] || echo 1 >"$TARGET/release"
	[ ! -e "$TMP/sleeper" ] || wait "$(cat "$TMP/sleeper")" 2>/dev/null || true
	patches_off
	awk '/^mend_test_/ { print $1 }' /proc/modules | while read -r module; do
		rmmod "$module" 2>/dev/null || rmmod -f "$module"
	done
	clean_modules
}

apply()
{
	"$MEND" apply --keys "$KEYS" --timeout 1 "$@"
}

# A process that reads the file, and so sleeps in target_hold().
start_sleeper()
{
	cat "$TARGET/hold" >"$TMP/held" &
	sleeper=$!
	echo "$sleeper" >"$TMP/sleeper"
	eventually 5 grep -q target_hold "/proc/$sleeper/stack" || fail "nobody sleeps"
}

setup()
{
	load_mend
	load_target
	start_sleeper
	plain=$BUNDLES/test-plain.1.mend
	hold=$BUNDLES/test-hold.1.mend
}

test_force_without_its_word_is_wrong_usage()
{
	setup
	expect_status 64 apply "$plain" "$hold" --force
	expect_output 'RISK' 'force=inconsistent'
	expect_status 64 apply "$plain" "$hold" --force=yes
	expect_status 64 apply "$plain" "$hold" --force=inconsistent --probation 1m
	expect '' "$(patches)" "patches in sysfs"
}

test_force_switches_although_a_task_is_inside()
{
	setup
	expect_status 5 apply "$plain" "$hold"
	expect_status 0 apply "$plain" "$hold" --force=inconsistent
	expect_output 'RISK' '^  FORCED +a task was inside'
	expect 1 "$(target plain)" "target_plain() with the patch on"
	expect 1 "$(timeout 5 cat "$TARGET/hold")" "target_hold() for those who come now"
	expect 1 "$(cat "$SYSFS/test-hold.1/forced")" "forced, of the patch that was held up"
	expect_status 0 "$MEND" status
	expect_output 'test-hold .* FORCED'
	echo 1 >"$TARGET/release"
	wait "$sleeper"
	expect 0 "$(cat "$TMP/held")" "what the sleeper got: the old function's value"
}

test_what_was_forced_is_not_unloaded()
{
	setup
	expect_status 0 apply "$hold" --force=inconsistent
	expect_status 1 "$MEND" revert test-hold --unload
	expect_output 'is off, but' 'by force'
	expect off "$(cat "$SYSFS/test-hold.1/state")" "state of test-hold"
	is_loaded mend_test_hold || fail "the payload is gone"
}

test_force_that_is_not_needed_leaves_no_mark()
{
	setup
	expect_status 0 apply "$plain" --force=inconsistent
	grep -q FORCED "$TMP/out" && fail "it says that it was forced"
	expect 0 "$(cat "$SYSFS/test-plain.1/forced")" "forced"
	expect_status 0 "$MEND" revert test-plain --force=inconsistent
	expect_status 0 "$MEND" revert test-plain --unload
}

run_tests "$@"
