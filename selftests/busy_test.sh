#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A task asleep in the function: "mend apply" names it and changes nothing.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

cleanup()
{
	[ ! -e "$TARGET/release" ] || echo 1 >"$TARGET/release"
	clean_modules
}

# A process that reads the file, and so sleeps in target_hold().
start_sleeper()
{
	cat "$TARGET/hold" >"$TMP/held" &
	sleeper=$!
	eventually 5 grep -q target_hold "/proc/$sleeper/stack" || fail "nobody sleeps"
	comm=$(cat "/proc/$sleeper/comm")
}

# Everything that a patch that was applied after all would have changed.
snapshot()
{
	enabled_functions
	cut -d ' ' -f 1 /proc/modules
	patches
	cat "$TARGET/plain"
}

apply_is_busy()
{
	expect_status 5 "$MEND" apply --keys "$KEYS" --timeout 3 "$BUNDLES/test-hold.1.mend"
}

test_apply_exits_5_and_names_pid_comm_function_and_stack()
{
	load_mend
	load_target
	start_sleeper
	apply_is_busy
	expect_output "\\b$sleeper\\b" "\\b$comm\\b" '\btarget_hold\b' 'target_hold\+0x.*\[mend_target\]' \
		'proc_reg_read|seq_read|vfs_read'
}

test_apply_that_was_busy_has_changed_nothing()
{
	local before

	load_mend
	load_target
	start_sleeper
	before=$(snapshot)
	apply_is_busy
	expect "$before" "$(snapshot)" "functions, modules and patches"
}

test_apply_waits_as_long_as_it_was_told()
{
	local start took

	load_mend
	load_target
	start_sleeper
	start=$(date +%s)
	apply_is_busy
	took=$(($(date +%s) - start))
	[ "$took" -ge 3 ] || fail "gave up after $took s"
	[ "$took" -le $((20 * ${MEND_SLOWDOWN:-1})) ] || fail "took $took s"
}

test_apply_succeeds_once_the_task_has_left()
{
	load_mend
	load_target
	start_sleeper
	apply_is_busy
	echo 1 >"$TARGET/release"
	wait "$sleeper"
	expect 0 "$(cat "$TMP/held")" "what the sleeper got: the old function's value"
	expect_status 0 "$MEND" apply --keys "$KEYS" --timeout 3 "$BUNDLES/test-hold.1.mend"
	expect 1 "$(target hold)" "target_hold() with the patch on"
}

test_apply_succeeds_while_it_waits_if_the_task_leaves()
{
	load_mend
	load_target
	start_sleeper
	(sleep 1; echo 1 >"$TARGET/release") &
	expect_status 0 "$MEND" apply --keys "$KEYS" --timeout 20 "$BUNDLES/test-hold.1.mend"
	expect 1 "$(target hold)" "target_hold() with the patch on"
}

test_apply_prints_the_task_as_json_too()
{
	load_mend
	load_target
	start_sleeper
	expect_status 5 "$MEND" apply --json --keys "$KEYS" --timeout 1 "$BUNDLES/test-hold.1.mend"
	expect_output "\"pid\": *$sleeper\\b" "\"comm\": *\"$comm\"" 'target_hold'
}

test_another_function_of_that_module_is_not_held_up()
{
	load_mend
	load_target
	start_sleeper
	expect_status 0 "$MEND" apply --keys "$KEYS" --timeout 3 "$BUNDLES/test-plain.1.mend"
	expect 1 "$(target plain)" "target_plain() with the patch on"
}

run_tests "$@"
