#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Livepatch modules, built against mend's header of livepatch's API and loaded by
# insmod: a counterpart for every case of the kernel's own selftests/livepatch.
# docs/upstream-selftests.md has the table. The shadow variables are in
# shadow_test.sh, the system call in klp_syscall_test.c.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

FTRACE_ENABLED=/proc/sys/kernel/ftrace_enabled
CMDLINE=$(cat /proc/cmdline)
VERSION=$(cat /proc/version)
# The console's log level
LEVEL=$(cut -f1 /proc/sys/kernel/printk)

cleanup()
{
	local module

	[ ! -e "$TARGET/release" ] || echo 1 >"$TARGET/release"
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
	echo 1 >"$FTRACE_ENABLED"
	patches_off
	# shellcheck disable=SC2013 # names of modules: no blanks in them
	for module in $(awk '/^mendklp_/ { print $1 }' /proc/modules); do
		unload "$module"
	done
	clean_modules
}

# The floor and the like do not matter here: one mend.ko does for all.
setup()
{
	if ! is_loaded mend || [ "$(cat /sys/module/mend/parameters/require_signature)" != N ]; then
		load_mend_with require_signature=0
	fi
}

load()
{
	insmod "$MODULES/$1.ko" "${2:-}"
}

# refused MODULE ERROR [PARAMETER]: its insmod fails with that error, and it is gone
refused()
{
	expect_failure insmod "$MODULES/$1.ko" "${3:-}"
	expect_output "$2"
	! is_loaded "$1" || fail "$1 has stayed"
	[ ! -e "$(dir_of "$1")" ] || fail "the patch of $1 is still registered"
}

# dir_of MODULE: of its patch, in sysfs
dir_of()
{
	echo "$SYSFS/$(echo "$1" | tr _ -).1"
}

off()
{
	echo 0 >"$(dir_of "$1")/enabled"
}

# off_and_out MODULE...
off_and_out()
{
	local module

	for module in "$@"; do
		off "$module"
		unload "$module"
	done
}

# expect_attr MODULE FILE VALUE
expect_attr()
{
	expect "$3" "$(cat "$(dir_of "$1")/$2")" "$2 of $1"
}

# expect_mode MODULE FILE MODE
expect_mode()
{
	expect "$3" "$(stat -c %A "$(dir_of "$1")/$2")" "mode of $1/$2"
}

# expect_calls MODULE WORD...: all callbacks so far, in order
expect_calls()
{
	local module=$1

	shift
	expect "$*" "$(cat "/sys/module/$module/parameters/calls")" "callbacks of $module"
}

expect_cmdline()
{
	expect "$1" "$(cat /proc/cmdline)" "/proc/cmdline $2"
}

expect_version()
{
	expect "$1" "$(cat /proc/version)" "/proc/version $2"
}

expect_level()
{
	expect "$1" "$(cut -f1 /proc/sys/kernel/printk)" "the console's log level $2"
}

NEW_CMDLINE="mendklp_cmdline was here"
NEW_VERSION="mendklp_replace was here"

# test-livepatch

test_livepatch_a_function_of_the_kernel()
{
	setup
	load mendklp_cmdline
	expect_cmdline "$NEW_CMDLINE" "with the patch"
	expect_failure rmmod mendklp_cmdline
	off mendklp_cmdline
	expect_cmdline "$CMDLINE" "with the patch off"
	unload mendklp_cmdline
	[ ! -e "$(dir_of mendklp_cmdline)" ] || fail "the patch is still registered"
	expect_cmdline "$CMDLINE" "without the patch"
}

test_livepatch_two_patches()
{
	setup
	load mendklp_cmdline
	expect_cmdline "$NEW_CMDLINE" "with the first"
	expect_version "$VERSION" "with the first"
	load mendklp_replace replace=0
	expect_cmdline "$NEW_CMDLINE" "with both"
	expect_version "$NEW_VERSION" "with both"
	off_and_out mendklp_replace
	expect_cmdline "$NEW_CMDLINE" "with the second off"
	expect_version "$VERSION" "with the second off"
	off_and_out mendklp_cmdline
	expect_cmdline "$CMDLINE" "in the end"
	expect_version "$VERSION" "in the end"
}

test_livepatch_atomic_replace()
{
	setup
	load mendklp_cmdline
	load mendklp_replace replace=1
	expect_cmdline "$CMDLINE" "after it was replaced"
	expect_version "$NEW_VERSION" "with the replacement"
	expect_attr mendklp_cmdline state replaced
	unload mendklp_cmdline
	expect_version "$NEW_VERSION" "without the replaced module"
	off_and_out mendklp_replace
	expect_cmdline "$CMDLINE" "in the end"
	expect_version "$VERSION" "in the end"
}

test_livepatch_a_function_of_a_module()
{
	setup
	load_target
	expect 0 "$(target plain)" "target_plain() at first"
	load mendklp_plain
	expect 50 "$(target plain)" "target_plain() with the patch"
	off_and_out mendklp_plain
	expect 0 "$(target plain)" "target_plain() in the end"
}

test_livepatch_a_function_of_a_module_that_comes_later()
{
	setup
	load mendklp_plain
	load_target
	expect 50 "$(target plain)" "target_plain() with the patch"
	off_and_out mendklp_plain
	expect 0 "$(target plain)" "target_plain() in the end"
}

# test-callbacks

test_callbacks_the_module_before_the_patch()
{
	setup
	load mendklp_mod
	load mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux pre_patch:mendklp_mod:live \
		post_patch:vmlinux post_patch:mendklp_mod:live
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux pre_patch:mendklp_mod:live \
		post_patch:vmlinux post_patch:mendklp_mod:live \
		pre_unpatch:vmlinux pre_unpatch:mendklp_mod:live \
		post_unpatch:vmlinux post_unpatch:mendklp_mod:live
}

test_callbacks_the_module_comes_later()
{
	setup
	load mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux
	load mendklp_mod
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux \
		pre_patch:mendklp_mod:coming post_patch:mendklp_mod:coming \
		pre_unpatch:vmlinux pre_unpatch:mendklp_mod:live \
		post_unpatch:vmlinux post_unpatch:mendklp_mod:live
}

test_callbacks_the_module_leaves_earlier()
{
	setup
	load mendklp_mod
	load mendklp_callbacks
	rmmod mendklp_mod
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux pre_patch:mendklp_mod:live \
		post_patch:vmlinux post_patch:mendklp_mod:live \
		pre_unpatch:mendklp_mod:going post_unpatch:mendklp_mod:going \
		pre_unpatch:vmlinux post_unpatch:vmlinux
}

test_callbacks_the_module_comes_later_and_leaves_earlier()
{
	setup
	load mendklp_callbacks
	load mendklp_mod
	rmmod mendklp_mod
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux \
		pre_patch:mendklp_mod:coming post_patch:mendklp_mod:coming \
		pre_unpatch:mendklp_mod:going post_unpatch:mendklp_mod:going \
		pre_unpatch:vmlinux post_unpatch:vmlinux
}

test_callbacks_the_module_is_never_there()
{
	setup
	load mendklp_callbacks
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux \
		pre_unpatch:vmlinux post_unpatch:vmlinux
}

test_callbacks_a_failing_pre_patch_refuses_the_patch()
{
	setup
	load mendklp_mod
	refused mendklp_callbacks 'cancell?ed' pre_patch_ret=-19
	dmesg | grep -q "mend: .*'mendklp-callbacks' for vmlinux refused with -19" ||
		fail "the log does not say who refused"
}

# Upstream refuses to load the module. Nobody's module is refused here.
test_callbacks_a_failing_pre_patch_degrades_the_patch_of_a_module_that_comes()
{
	setup
	load mendklp_callbacks
	echo -19 >/sys/module/mendklp_callbacks/parameters/pre_patch_ret
	load mendklp_mod
	is_loaded mendklp_mod || fail "the module was refused"
	expect_attr mendklp_callbacks state degraded
	expect_attr mendklp_callbacks mendklp_mod/patched 0
	grep -q 'mendklp_mod.* refused with -19' "$(dir_of mendklp_callbacks)/reason" ||
		fail "the reason does not say who refused"
	rmmod mendklp_mod
	expect_attr mendklp_callbacks state on
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux \
		pre_patch:mendklp_mod:coming pre_unpatch:vmlinux post_unpatch:vmlinux
}

test_callbacks_two_modules()
{
	setup
	load_target
	load mendklp_callbacks
	load mendklp_mod
	rmmod mendklp_mod
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux pre_patch:mend_target:live \
		post_patch:vmlinux post_patch:mend_target:live \
		pre_patch:mendklp_mod:coming post_patch:mendklp_mod:coming \
		pre_unpatch:mendklp_mod:going post_unpatch:mendklp_mod:going \
		pre_unpatch:vmlinux pre_unpatch:mend_target:live \
		post_unpatch:vmlinux post_unpatch:mend_target:live
}

# A process that reads the file, and so sleeps in target_hold().
start_sleeper()
{
	cat "$TARGET/hold" >"$TMP/held" &
	sleeper=$!
	eventually 5 grep -q target_hold "/proc/$sleeper/stack" || fail "nobody sleeps"
}

# Upstream loads the patch all the same, and its transition stalls. Here its insmod
# waits, modules come and go meanwhile, and it is on as soon as the task has left.
test_callbacks_a_busy_module_delays_the_patch_and_nobody_else()
{
	local loader

	setup
	load_target
	start_sleeper
	insmod "$MODULES/mendklp_callbacks.ko" &
	loader=$!
	eventually 5 grep -q " $sleeper mend_target:target_hold " "$SYSFS/waiting" ||
		fail "the switch does not wait for the sleeper"
	load mendklp_mod
	rmmod mendklp_mod
	expect_attr mendklp_callbacks enabled 0
	expect_calls mendklp_callbacks pre_patch:vmlinux pre_patch:mend_target:live
	echo 1 >"$TARGET/release"
	wait "$loader" || fail "insmod"
	wait "$sleeper"
	expect 0 "$(cat "$TMP/held")" "what the sleeper got"
	expect 60 "$(target hold)" "target_hold() with the patch"
	off_and_out mendklp_callbacks
}

# And if the task does not leave, nothing has happened.
test_callbacks_a_busy_module_keeps_the_patch_off()
{
	local before

	setup
	load_target
	before=$(enabled_functions)
	load mendklp_callbacks
	off mendklp_callbacks
	start_sleeper
	(echo 1 >"$(dir_of mendklp_callbacks)/enabled") 2>"$TMP/out" && fail "it is on"
	grep -qi busy "$TMP/out" || fail "not EBUSY: $(cat "$TMP/out")"
	expect_attr mendklp_callbacks enabled 0
	expect_calls mendklp_callbacks pre_patch:vmlinux pre_patch:mend_target:live \
		post_patch:vmlinux post_patch:mend_target:live \
		pre_unpatch:vmlinux pre_unpatch:mend_target:live \
		post_unpatch:vmlinux post_unpatch:mend_target:live \
		pre_patch:vmlinux pre_patch:mend_target:live \
		post_unpatch:vmlinux post_unpatch:mend_target:live
	unload mendklp_callbacks
	expect "$before" "$(enabled_functions)" "traced functions"
	kill -0 "$sleeper" || fail "the sleeper has gone"
	echo 1 >"$TARGET/release"
	wait "$sleeper"
	expect 0 "$(cat "$TMP/held")" "what the sleeper got"
}

test_callbacks_two_patches()
{
	setup
	load mendklp_callbacks
	load mendklp_callbacks2
	off mendklp_callbacks2
	off mendklp_callbacks
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux \
		pre_unpatch:vmlinux post_unpatch:vmlinux
	expect_calls mendklp_callbacks2 pre_patch:vmlinux post_patch:vmlinux \
		pre_unpatch:vmlinux post_unpatch:vmlinux
}

test_callbacks_a_replaced_patch_is_not_called()
{
	setup
	load mendklp_callbacks
	load mendklp_callbacks2 replace=1
	expect_attr mendklp_callbacks state replaced
	off mendklp_callbacks2
	expect_calls mendklp_callbacks pre_patch:vmlinux post_patch:vmlinux
	expect_calls mendklp_callbacks2 pre_patch:vmlinux post_patch:vmlinux \
		pre_unpatch:vmlinux post_unpatch:vmlinux
}

# test-state

test_state_is_saved_and_restored()
{
	setup
	load mendklp_state
	expect_level 9 "with the patch"
	off mendklp_state
	expect_level "$LEVEL" "without it"
	expect_calls mendklp_state pre_patch:vmlinux post_patch:vmlinux saved \
		pre_unpatch:vmlinux restored post_unpatch:vmlinux
}

test_state_is_taken_over_by_a_cumulative_patch()
{
	setup
	load mendklp_state
	load mendklp_state2
	expect_calls mendklp_state pre_patch:vmlinux post_patch:vmlinux saved
	unload mendklp_state
	expect_level 9 "with the second patch"
	off mendklp_state2
	expect_level "$LEVEL" "without it"
	expect_calls mendklp_state2 pre_patch:vmlinux post_patch:vmlinux taken \
		pre_unpatch:vmlinux restored post_unpatch:vmlinux
}

test_state_compatible_cumulative_patches()
{
	setup
	load mendklp_state2
	load mendklp_state3
	unload mendklp_state2
	load mendklp_state2
	expect_attr mendklp_state3 state replaced
	expect_level 9 "with the last patch"
	expect_calls mendklp_state3 pre_patch:vmlinux post_patch:vmlinux taken
	expect_calls mendklp_state2 pre_patch:vmlinux post_patch:vmlinux taken
	off mendklp_state2
	expect_level "$LEVEL" "without it"
}

test_state_an_older_version_is_refused()
{
	setup
	load mendklp_state2
	refused mendklp_state 'invalid (argument|parameters)'
	expect_level 9 "after the refusal"
	expect_attr mendklp_state2 state on
	off mendklp_state2
	expect_level "$LEVEL" "in the end"
}

# test-ftrace

test_ftrace_enabled_and_patches_keep_each_other_out()
{
	setup
	echo 0 >"$FTRACE_ENABLED"
	refused mendklp_cmdline 'no such device'
	expect_cmdline "$CMDLINE" "after the refusal"
	echo 1 >"$FTRACE_ENABLED"
	load mendklp_cmdline
	expect_cmdline "$NEW_CMDLINE" "with ftrace back"
	if echo 0 2>/dev/null >"$FTRACE_ENABLED"; then
		fail "ftrace was switched off under a patch"
	fi
	expect_cmdline "$NEW_CMDLINE" "after the refusal"
}

# trace FUNCTION
trace()
{
	echo "$1" >"$TRACING/set_ftrace_filter"
	echo function >"$TRACING/current_tracer"
	echo >"$TRACING/trace"
}

expect_traced()
{
	grep -q "$1 <-" "$TRACING/trace" || fail "the trace has no $1"
}

test_ftrace_the_new_function_is_traced_and_stays_in_effect()
{
	setup
	load mendklp_cmdline
	trace klp_cmdline_proc_show
	expect_cmdline "$NEW_CMDLINE" "while it is traced"
	expect_traced klp_cmdline_proc_show
	off_and_out mendklp_cmdline
	expect_cmdline "$CMDLINE" "in the end"
}

test_ftrace_a_traced_function_is_patched_and_stays_traced()
{
	setup
	trace cmdline_proc_show
	load mendklp_cmdline
	expect_cmdline "$NEW_CMDLINE" "while the old function is traced"
	expect_traced cmdline_proc_show
	off_and_out mendklp_cmdline
	expect_cmdline "$CMDLINE" "in the end"
}

# test-kprobe

test_kprobe_with_a_post_handler_refuses_the_patch()
{
	setup
	load_target
	load mend_kprobe post=1
	refused mendklp_plain 'busy'
	expect 0 "$(target plain)" "target_plain() after the refusal"
	unload mend_kprobe
	load mendklp_plain
	expect 50 "$(target plain)" "target_plain() without the kprobe"
}

test_kprobe_without_a_post_handler_is_no_obstacle()
{
	setup
	load_target
	load mend_kprobe post=0
	load mendklp_plain
	expect 50 "$(target plain)" "target_plain() with both"
	unload mend_kprobe
	expect 50 "$(target plain)" "target_plain() with the patch alone"
	off_and_out mendklp_plain
	expect 0 "$(target plain)" "target_plain() in the end"
}

# test-sysfs

test_sysfs_a_patch_shows_itself()
{
	setup
	load mendklp_cmdline
	expect_mode mendklp_cmdline . drwxr-xr-x
	expect_mode mendklp_cmdline enabled -rw-r--r--
	expect_attr mendklp_cmdline enabled 1
	expect_mode mendklp_cmdline replace -r--r--r--
	expect_mode mendklp_cmdline stack_order -r--r--r--
	expect_mode mendklp_cmdline state -r--r--r--
	expect_attr mendklp_cmdline state on
	expect_attr mendklp_cmdline unloadable 1
	expect_mode mendklp_cmdline vmlinux/patched -r--r--r--
	expect_attr mendklp_cmdline vmlinux/patched 1
	[ -d "$(dir_of mendklp_cmdline)/vmlinux/cmdline_proc_show,1" ] ||
		fail "the function has no folder"
	off mendklp_cmdline
	expect_attr mendklp_cmdline enabled 0
	expect_attr mendklp_cmdline vmlinux/patched 0
}

test_sysfs_patched_follows_the_module()
{
	setup
	load mendklp_callbacks
	expect_attr mendklp_callbacks mendklp_mod/patched 0
	load mendklp_mod
	expect_attr mendklp_callbacks mendklp_mod/patched 1
	rmmod mendklp_mod
	expect_attr mendklp_callbacks mendklp_mod/patched 0
}

test_sysfs_replace_is_1_for_a_replacement()
{
	setup
	load mendklp_replace replace=1
	expect_attr mendklp_replace replace 1
}

test_sysfs_replace_is_0_otherwise()
{
	setup
	load mendklp_replace replace=0
	expect_attr mendklp_replace replace 0
}

test_sysfs_stack_order_is_the_place_among_the_active()
{
	setup
	load mendklp_cmdline
	expect_attr mendklp_cmdline stack_order 1
	load mendklp_callbacks
	expect_attr mendklp_callbacks stack_order 2
	load mendklp_replace
	expect_attr mendklp_replace stack_order 3
	off mendklp_callbacks
	expect_attr mendklp_cmdline stack_order 1
	expect_attr mendklp_callbacks stack_order 0
	expect_attr mendklp_replace stack_order 2
}

# Not upstream's

test_a_livepatch_is_refused_where_signatures_are_required()
{
	load_mend
	refused mendklp_cmdline 'rejected'
	expect_cmdline "$CMDLINE" "after the refusal"
}

test_a_livepatch_from_a_bundle_is_switched_on_by_apply()
{
	load_mend
	expect_status 0 "$MEND" apply --keys "$KEYS" "$BUNDLES/mendklp-cmdline.1.mend"
	expect_cmdline "$NEW_CMDLINE" "with the bundle applied"
	expect_status 0 "$MEND" revert --unload mendklp-cmdline
	expect_cmdline "$CMDLINE" "after the revert"
	is_loaded mendklp_cmdline && fail "the payload has stayed"
	dmesg | grep 'mendklp_cmdline' | grep -q 'its init or exit is wrong' &&
		fail "mend complains about an exit that is as it should be"
	return 0
}

run_tests "$@"
