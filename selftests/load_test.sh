#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Loading and unloading mend.ko, and what is refused while a patch is on.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

FTRACE_ENABLED=/proc/sys/kernel/ftrace_enabled

cleanup()
{
	echo 1 >"$FTRACE_ENABLED"
	clean_modules
}

patch_on()
{
	load_mend_with require_signature=0
	load_target
	insmod "$MODULES/mend_test_plain.ko"
	echo 1 >"$SYSFS/test-plain.1/enabled"
	expect 1 "$(target plain)" "target_plain() with the patch on"
}

# Loading runs a redirection of mend.ko's own; without it insmod would fail.
test_mend_loads_after_its_self_test_and_unloads()
{
	local before

	before=$(enabled_functions)
	load_mend
	[ -c /dev/mend ] || fail "there is no /dev/mend"
	[ -d "$SYSFS" ] || fail "there is no $SYSFS"
	expect 600 "$(stat -c %a /dev/mend)" "mode of /dev/mend"
	expect "$before" "$(enabled_functions)" "traced functions after the self-test"
	rmmod mend
	[ ! -e /dev/mend ] || fail "/dev/mend is still there"
	[ ! -e "$SYSFS" ] || fail "$SYSFS is still there"
}

test_mend_loads_and_unloads_ten_times()
{
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		insmod "$MEND_KO" || fail "load number $i"
		rmmod mend || fail "unload number $i"
	done
}

test_mend_requires_signatures_unless_told_otherwise()
{
	load_mend
	expect Y "$(cat /sys/module/mend/parameters/require_signature)" require_signature
	load_target
	expect_failure insmod "$MODULES/mend_test_plain.ko"
	is_loaded mend_test_plain && fail "an unsigned payload was loaded"
	[ ! -e "$SYSFS/test-plain.1" ] || fail "an unsigned payload was registered"
	expect 0 "$(target plain)" "target_plain()"
}

test_mode_off_or_stage_keeps_mend_from_being_loaded()
{
	local mode

	unload mend
	for mode in off stage nonsense; do
		expect_failure insmod "$MEND_KO" mode=$mode
		is_loaded mend && fail "mend.ko is loaded with mode=$mode"
	done
	load_mend_with mode=apply
	expect apply "$(cat /sys/module/mend/parameters/mode)" "the mode"
}

test_require_signature_cannot_be_changed_later()
{
	load_mend
	expect 444 "$(stat -c %a /sys/module/mend/parameters/require_signature)" mode
}

test_rmmod_mend_is_refused_while_a_patch_is_on()
{
	patch_on
	expect_failure rmmod mend
	is_loaded mend || fail "mend is gone"
	expect 1 "$(target plain)" "target_plain() after the refused rmmod"
}

test_rmmod_of_a_payload_is_refused_while_it_is_on()
{
	patch_on
	expect_failure rmmod mend_test_plain
	expect 1 "$(target plain)" "target_plain() after the refused rmmod"
	expect on "$(cat "$SYSFS/test-plain.1/state")" state
}

test_rmmod_is_clean_after_the_patch_is_off()
{
	local before

	before=$(enabled_functions)
	patch_on
	echo 0 >"$SYSFS/test-plain.1/enabled"
	expect 0 "$(target plain)" "target_plain() with the patch off"
	unload mend_test_plain
	[ ! -e "$SYSFS/test-plain.1" ] || fail "the patch is still in sysfs"
	unload mend
	expect "$before" "$(enabled_functions)" "traced functions"
	expect 0 "$(target plain)" "target_plain() without mend"
}

test_a_patch_works_again_after_mend_was_reloaded()
{
	patch_on
	echo 0 >"$SYSFS/test-plain.1/enabled"
	unload mend_test_plain
	unload mend
	patch_on
}

test_ftrace_enabled_0_is_refused_while_a_patch_is_on()
{
	patch_on
	if echo 0 2>/dev/null >"$FTRACE_ENABLED"; then
		fail "ftrace was switched off under a patch"
	fi
	expect 1 "$(cat "$FTRACE_ENABLED")" ftrace_enabled
	expect 1 "$(target plain)" "target_plain()"
	echo 0 >"$SYSFS/test-plain.1/enabled"
	unload mend_test_plain
	unload mend
	echo 0 >"$FTRACE_ENABLED"
	expect 0 "$(cat "$FTRACE_ENABLED")" "ftrace_enabled without a patch"
}

test_a_patch_is_refused_while_ftrace_is_off()
{
	load_mend_with require_signature=0
	load_target
	insmod "$MODULES/mend_test_plain.ko"
	echo 0 >"$FTRACE_ENABLED"
	if echo 1 2>/dev/null >"$SYSFS/test-plain.1/enabled"; then
		fail "switched on although ftrace is off"
	fi
	expect 0 "$(cat "$SYSFS/test-plain.1/enabled")" enabled
	expect 0 "$(target plain)" "target_plain()"
	echo 1 >"$FTRACE_ENABLED"
	echo 1 >"$SYSFS/test-plain.1/enabled"
	expect 1 "$(target plain)" "target_plain() with ftrace back"
}

run_tests "$@"
