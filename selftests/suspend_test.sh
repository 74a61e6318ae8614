#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Suspend: no switch meanwhile, and one that waits for a task gives up.
#
# Whoever opens /dev/snapshot is about to hibernate the machine, as far as the kernel's
# notifiers are concerned, until it is closed. Nothing is frozen by that.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

SNAPSHOT=/dev/snapshot

setup()
{
	[ -c "$SNAPSHOT" ] || skip "this kernel has no $SNAPSHOT"
	load_mend
	load_target
}

apply()
{
	"$MEND" apply --keys "$KEYS" "$@"
}

test_nothing_is_switched_while_the_machine_suspends()
{
	setup
	expect_status 0 apply "$BUNDLES/test-plain.1.mend"
	exec 9<"$SNAPSHOT"
	expect_status 5 "$MEND" revert test-plain
	expect_output suspending
	expect 1 "$(target plain)" "target_plain() while the machine suspends"
	exec 9<&-
	expect_status 0 "$MEND" revert test-plain
	expect 0 "$(target plain)" "target_plain() after the resume"
}

test_a_switch_that_waits_gives_up_when_the_machine_suspends()
{
	local held

	setup
	cat "$TARGET/hold" >"$TMP/held" &
	held=$!
	eventually 5 grep -q target_hold "/proc/$held/stack" || fail "nobody is in target_hold()"
	(
		status=0
		apply --timeout 60 "$BUNDLES/test-hold.1.mend" >"$TMP/apply" 2>&1 || status=$?
		echo "$status" >"$TMP/status"
	) &
	eventually 20 grep -q . "$SYSFS/waiting" || fail "no switch waits: $(cat "$TMP/apply")"
	# Opening returns when nobody waits any more.
	exec 9<"$SNAPSHOT"
	eventually 10 test -s "$TMP/status" || fail "apply still waits"
	exec 9<&-
	expect 5 "$(cat "$TMP/status")" "exit status of apply"
	grep -q suspending "$TMP/apply" || fail "$(cat "$TMP/apply")"
	echo 1 >"$TARGET/release"
	wait "$held"
	expect_status 0 apply "$BUNDLES/test-hold.1.mend"
}

run_tests "$@"
