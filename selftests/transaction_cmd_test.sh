#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Several bundles and names in one call of the program mend: one switch, or nothing.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

cleanup()
{
	[ ! -e "$TARGET/release" ] || echo 1 >"$TARGET/release"
	clean_modules
}

setup()
{
	load_mend
	load_target
}

apply()
{
	"$MEND" apply --keys "$KEYS" "$@"
}

# A process that reads the file, and so sleeps in target_hold().
start_sleeper()
{
	cat "$TARGET/hold" >"$TMP/held" &
	sleeper=$!
	eventually 5 grep -q target_hold "/proc/$sleeper/stack" || fail "nobody sleeps"
}

# state_of NAME.GENERATION
state_of()
{
	cat "$SYSFS/$1/state"
}

# Everything that a part of a transaction would have changed
snapshot()
{
	enabled_functions
	awk '{ print $1 }' /proc/modules
	for name in $(patches | sort); do
		echo "$name $(state_of "$name")"
	done
	target plain
	target outer
}

# refused STATUS REGEX ARGUMENTS: exits with it, tells why, and has changed nothing
refused()
{
	local status=$1 regex=$2 before

	shift 2
	before=$(snapshot)
	expect_status "$status" "$MEND" apply --keys "$KEYS" --timeout 1 "$@"
	expect_output "$regex"
	expect "$before" "$(snapshot)" "functions, modules and patches"
}

# One switch leaves the same moment and the same pause with all its patches.
expect_one_switch()
{
	local first=$1 file

	for name in "$@"; do
		for file in switched_at pause_ns rendezvous_ns attempts; do
			expect "$(cat "$SYSFS/$first/$file")" "$(cat "$SYSFS/$name/$file")" \
				"$file of $name and $first"
		done
	done
}

test_three_bundles_go_on_in_one_switch()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-pair.1)" \
		"$(bundle test-dup1.1)"
	expect_output "'test-plain' generation 1 is on" "'test-pair' generation 1 is on" \
		"'test-dup1' generation 1 is on"
	expect 1 "$(grep -c '^  pause' "$TMP/out")" "times that the pause is told"
	expect 1 "$(target plain)" "target_plain() with the patches on"
	expect on "$(state_of test-pair.1)" "state of test-pair"
	expect_one_switch test-plain.1 test-pair.1 test-dup1.1
}

test_on_and_off_and_replaced_are_one_switch()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-dup1.1)"
	expect_status 0 apply "$(bundle test-plain.2)" "$(bundle test-pair.1)" --revert test-dup1
	expect_output "'test-plain' generation 2 is on" 'replaced +generation 1' \
		"'test-dup1' generation 1 is off"
	expect 2 "$(target plain)" "target_plain() with generation 2"
	expect replaced "$(state_of test-plain.1)" "state of generation 1"
	expect off "$(state_of test-dup1.1)" "state of test-dup1"
	expect_one_switch test-plain.2 test-pair.1 test-dup1.1 test-plain.1
}

test_what_is_on_already_does_not_hold_up_the_others()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)"
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-pair.1)"
	expect_output "'test-plain' generation 1 was on already" "'test-pair' generation 1 is on"
	expect_status 2 apply "$(bundle test-plain.1)" "$(bundle test-pair.1)"
}

test_a_second_bundle_that_cannot_be_verified_keeps_the_first_off()
{
	setup
	refused 4 'wrong-key' "$(bundle test-plain.1)" "$(bundle wrong-key)"
	refused 4 'truncated' "$(bundle test-plain.1)" "$(bundle truncated-512)"
	refused 3 '9.9.9-other' "$(bundle test-pair.1)" "$(bundle wrong-release)"
}

# The kernel refuses it only when the first one is loaded.
test_a_second_payload_that_does_not_fit_takes_the_first_away()
{
	setup
	refused 3 'target_no_such_function' "$(bundle test-plain.1)" "$(bundle test-missing.1)"
	refused 3 'target_no_such_function' "$(bundle test-plain.1)" "$(bundle test-pair.1)" \
		"$(bundle test-half.1)"
}

test_a_second_patch_that_is_busy_keeps_all_as_it_is()
{
	setup
	expect_status 0 apply "$(bundle test-dup1.1)"
	start_sleeper
	refused 5 'target_hold' "$(bundle test-plain.1)" "$(bundle test-hold.1)" \
		--revert test-dup1
	echo 1 >"$TARGET/release"
	wait "$sleeper"
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-hold.1)" --revert test-dup1
	expect 1 "$(target plain)" "target_plain() once the task has left"
}

# A terminal that hangs up, too: all that was loaded for it is unloaded again.
test_a_signal_while_it_waits_takes_everything_away()
{
	local signal status

	setup
	start_sleeper
	for signal in HUP TERM; do
		"$MEND" apply --keys "$KEYS" --timeout 1m "$(bundle test-plain.1)" \
			"$(bundle test-hold.1)" >"$TMP/out" 2>&1 &
		eventually 20 grep -q . "$SYSFS/waiting" || fail "it does not wait"
		kill -"$signal" $!
		status=0
		wait $! || status=$?
		expect 1 "$status" "exit status after SIG$signal"
		expect_output 'interrupted'
		expect '' "$(patches)" "payloads that are left by SIG$signal"
	done
}

test_a_name_twice_or_unknown_is_an_error_before_anything_is_loaded()
{
	setup
	refused 1 'more than once' "$(bundle test-plain.1)" "$(bundle test-plain.2)"
	refused 1 'more than once' "$(bundle test-plain.1)" --revert test-plain
	refused 1 'no patch' "$(bundle test-plain.1)" --revert no-such-patch
	refused 64 'twice' "$(bundle test-plain.1)" --revert test-pair --revert test-pair
}

test_several_are_reverted_and_unloaded_at_once()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-pair.1)" \
		"$(bundle test-dup1.1)"
	expect_status 1 "$MEND" revert test-plain no-such-patch
	expect 1 "$(target plain)" "target_plain() after the error"
	expect_status 0 "$MEND" revert test-plain test-pair --unload
	expect_output "'test-plain' generation 1 is off" "'test-pair' generation 1 is off"
	expect 0 "$(target plain)" "target_plain() with the patch off"
	expect test-dup1.1 "$(patches)" "what is left"
	expect_status 0 "$MEND" revert test-dup1
	expect_status 2 "$MEND" revert test-dup1
}

test_the_documents_tell_of_every_patch()
{
	setup
	expect_status 0 apply --json "$(bundle test-plain.1)" "$(bundle test-pair.1)"
	expect_output '"patches": \[' '"name": "test-plain"' '"name": "test-pair"' \
		'"name": null' '"probation": null' '"pause_ns": [1-9]'
	expect_status 0 apply --json "$(bundle test-dup1.1)" --revert test-plain --revert test-pair
	expect_output '"name": "test-dup1"' '"reverted": \[' '"name": "test-plain"' \
		'"name": "test-pair"'
	expect 0 "$(grep -c '"name": null' "$TMP/out")" "names that are not there"
}

# In one transaction with others, and with a note that says what it waits for
test_a_patch_for_a_module_that_is_not_there_waits_for_it()
{
	setup
	expect_status 0 apply "$(bundle test-plain.1)" "$(bundle test-noobject.1)"
	expect 1 "$(target plain)" "target_plain() with the patches on"
	expect_status 0 "$MEND" status
	expect_output 'test-noobject .* waits for module mend_no_such_module$'
	expect_status 0 "$MEND" status test-noobject
	expect_output 'waits for +module mend_no_such_module, which is not loaded'
	expect_status 0 "$MEND" status --json
	expect_output '"loaded": false'
	expect_status 0 "$MEND" revert test-plain test-noobject --unload
}

run_tests "$@"
