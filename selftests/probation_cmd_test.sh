#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mend apply --probation and --health, mend confirm, mend verify --running.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

VICTIM=/proc/mend_victim
SLOW=${MEND_SLOWDOWN:-1}

cleanup()
{
	[ ! -e "$VICTIM/hold" ] || echo 0 >"$VICTIM/hold"
	[ ! -e "$TMP/sleep" ] || kill "$(cat "$TMP/sleep")" 2>/dev/null || true
	rm -f "$TMP/sleep" "$TMP/begun"
	unload mend_poke
	clean_modules
	unload mend_victim
}

setup()
{
	load_mend
	load_target
}

apply()
{
	"$MEND" apply --keys "$KEYS" --timeout 5 "$@"
}

state_of()
{
	cat "$SYSFS/$1/state"
}

state_is()
{
	[ "$(state_of "$1")" = "$2" ]
}

# expect_state NAME.GENERATION STATE [REASON]: and the first number of its reason
expect_state()
{
	expect "$2" "$(state_of "$1")" "state of $1"
	[ $# -lt 3 ] || expect "$3" "$(cut -d ' ' -f 1 "$SYSFS/$1/reason")" "reason of $1"
}

# A health command that lasts: it says that it has begun, and how to end it.
lasting()
{
	echo "echo \$\$ >$TMP/sleep; : >$TMP/begun; exec sleep 600"
}

test_what_is_not_confirmed_is_taken_back_at_the_deadline()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-dup1.1)" \
		--probation $((2 * SLOW))s
	expect_output "taken back after .*, unless 'mend confirm test-plain'"
	expect 1 "$(target plain)" "target_plain() on probation"
	expect_status 0 "$MEND" status
	expect_output 'test-plain .* on probation for .* more'
	eventually 6 state_is test-plain.1 rolled-back || fail "it is still on"
	expect 0 "$(target plain)" "target_plain() after the deadline"
	expect_state test-plain.1 rolled-back 128
	expect_state test-dup1.1 rolled-back 128
	expect_status 0 "$MEND" status test-plain
	expect_output 'mend.ko has taken it back' 'because .*DEADLINE'
	expect_status 6 "$MEND" confirm test-plain
	expect_output 'has been taken back'
	expect_status 6 "$MEND" confirm
}

test_what_is_confirmed_stays()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-dup1.1)" \
		--probation $((3 * SLOW))s
	expect_status 0 "$MEND" confirm test-dup1
	expect_output "'test-plain' generation 1 is confirmed" "'test-dup1' generation 1 is confirmed"
	expect_status 2 "$MEND" confirm test-plain
	expect_status 2 "$MEND" confirm
	sleep $((3 * SLOW + 1))
	expect_state test-plain.1 on
	expect 1 "$(target plain)" "target_plain() after the deadline"
}

test_a_health_command_that_passes_confirms()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" --probation 1m --health "grep -q 1 $TARGET/plain"
	expect_output 'passed by the health command: confirmed'
	expect_state test-plain.1 on
	expect 0 "$(cat "$SYSFS/test-plain.1/probation_ms")" "time on probation that is left"
	expect_status 2 "$MEND" confirm
}

test_one_that_fails_brings_back_what_was_there()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-dup1.1)"
	expect_status 6 apply "$(bundle test-plain.2)" --revert test-dup1 --probation 1m \
		--health "grep -q 1 $TARGET/plain"
	expect_output 'exit status 1; all of it was taken back'
	expect 1 "$(target plain)" "target_plain() after that"
	expect_state test-plain.2 rolled-back 132
	expect_state test-plain.1 on
	expect_state test-dup1.1 on
	# no reason to refuse the lower generation later on
	expect_status 6 "$MEND" confirm test-plain
	expect_status 0 "$MEND" revert test-plain
	expect_status 0 apply "$(bundle test-plain.1)"
}

test_what_a_patch_supersedes_is_told_and_comes_back_with_it()
{
	setup
	insmod "$MODULES/mend_victim.ko"
	expect_status 0 apply "$(bundle test-victim.1)" "$(bundle test-plain.1)"
	expect_status 6 apply "$(bundle test-all.1)" --probation 1m --health false
	expect_output "^'test-all' generation 1 is on" \
		"^'test-victim' generation 1 is off: superseded" \
		"^'test-plain' generation 1 is off: superseded"
	expect_state test-all.1 rolled-back 132
	expect_state test-victim.1 on
	expect_state test-plain.1 on
	expect 1 "$(target plain)" "target_plain() after that"
}

test_one_that_hangs_is_killed_and_taken_back_before_the_deadline()
{
	setup
	expect_status 6 apply "$(bundle test-plain.1)" --probation $((3 * SLOW))s --health "$(lasting)"
	expect_output 'not done within .* s; the patch was taken back'
	expect_state test-plain.1 rolled-back 132
	[ ! -e "/proc/$(cat "$TMP/sleep")" ] || fail "the health command lives"
}

# Nobody is left who could take it back but mend.ko.
test_the_deadline_holds_when_mend_is_killed()
{
	local pid

	setup
	"$MEND" apply --keys "$KEYS" "$(bundle test-plain.1)" --probation $((3 * SLOW))s \
		--health "$(lasting)" >"$TMP/out" 2>&1 &
	pid=$!
	eventually 10 test -e "$TMP/begun" || fail "the health command does not begin"
	kill -9 "$pid"
	expect 1 "$(target plain)" "target_plain() with mend gone"
	eventually 8 state_is test-plain.1 rolled-back || fail "it is still on"
	expect_state test-plain.1 rolled-back 128
}

test_a_signal_to_mend_leaves_it_on_probation()
{
	local pid status=0

	setup
	"$MEND" apply --keys "$KEYS" "$(bundle test-plain.1)" --probation 1m --health "$(lasting)" \
		>"$TMP/out" 2>&1 &
	pid=$!
	eventually 10 test -e "$TMP/begun" || fail "the health command does not begin"
	kill -TERM "$pid"
	wait "$pid" || status=$?
	expect 1 "$status" "exit status after SIGTERM"
	expect_output 'mend.ko takes it back at the deadline' "'mend confirm test-plain' keeps it"
	[ ! -e "/proc/$(cat "$TMP/sleep")" ] || fail "the health command lives"
	expect_state test-plain.1 on
	expect_status 0 "$MEND" revert test-plain
	expect_state test-plain.1 off
}

test_a_task_inside_holds_it_up_and_that_is_said()
{
	load_mend
	insmod "$MODULES/mend_victim.ko"
	expect_status 6 apply "$(bundle test-victim.7)" --probation 1m \
		--health "echo 1 >$VICTIM/hold; echo 1 >$VICTIM/thread; sleep 0.3; false"
	expect_output 'as soon as no task is inside'
	expect_state test-victim.7 rollback-blocked 132
	expect_status 0 "$MEND" status
	expect_output 'test-victim .* rollback-blocked .* HEALTH'
	expect_status 0 "$MEND" status test-victim
	expect_output 'waits for a task' 'because .*mend_victim'
	expect_status 6 "$MEND" confirm test-victim
	echo 0 >"$VICTIM/hold"
	eventually 5 state_is test-victim.7 rolled-back || fail "it is still on"
	expect_status 6 "$MEND" confirm test-victim
}

test_verify_running_names_the_function_that_was_changed()
{
	load_mend
	insmod "$MODULES/mend_victim.ko"
	expect_status 0 "$MEND" verify --running
	expect_output '0 functions of 0 patches'
	expect_status 0 apply "$(bundle test-victim.1)"
	expect_status 0 "$MEND" verify --running
	expect_output 'Good: .* 1 function of 1 patch\.'
	insmod "$MODULES/mend_poke.ko" symbol=mend_test_calm:new_victim_call
	expect_status 4 "$MEND" verify --running
	expect_output 'victim_call'
	expect_status 4 "$MEND" verify --running --json
	expect_output '"reason": "INTEGRITY"'
	expect_status 0 "$MEND" status
	expect_output 'test-victim .* degraded .* INTEGRITY'
	unload mend_poke
}

run_tests "$@"
