#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Others on the same function: the kernel's own livepatch and kprobes with a
# post_handler own it, tracers share it. In both orders.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

BUNDLE=$BUNDLES/test-plain.1.mend
KLP=/sys/kernel/livepatch/mend_klp

klp_off()
{
	[ -e "$KLP" ] || return 0
	[ "$(cat "$KLP/enabled")" = 0 ] || echo 0 >"$KLP/enabled"
	eventually 60 test ! -e "$KLP" || fail "the livepatch does not go away"
}

tracing_off()
{
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
	echo >"$TRACING/set_graph_function"
	[ ! -e "$TRACING/events/mend_test" ] || echo 0 >"$TRACING/events/mend_test/enable"
	[ ! -e "$TRACING/kprobe_events" ] || echo >"$TRACING/kprobe_events"
	echo >"$TRACING/trace"
}

cleanup()
{
	tracing_off
	klp_off
	unload mend_klp
	clean_modules
}

setup()
{
	load_mend
	load_target
}

apply()
{
	expect_status 0 "$MEND" apply --keys "$KEYS" "$BUNDLE"
}

revert()
{
	expect_status 0 "$MEND" revert --unload test-plain
}

expect_plain()
{
	expect "$1" "$(target plain)" "target_plain() $2"
}

klp_on()
{
	[ -e "$MODULES/mend_klp.ko" ] || skip "this kernel has no livepatch"
	insmod "$MODULES/mend_klp.ko"
	eventually 60 grep -q 0 "$KLP/transition" || fail "the livepatch does not come on"
}

test_a_function_that_livepatch_owns_is_refused_and_the_owner_named()
{
	setup
	klp_on
	expect_plain 100 "with the livepatch"
	expect_status 3 "$MEND" apply --keys "$KEYS" "$BUNDLE"
	expect_output 'target_plain' 'livepatch|mend_klp'
	expect_plain 100 "after the refusal"
	is_loaded mend_test_plain && fail "the payload has stayed"
	klp_off
	expect_plain 0 "without the livepatch"
	apply
	expect_plain 1 "with the patch, after the livepatch has gone"
}

test_livepatch_cannot_take_a_function_that_is_patched()
{
	[ -e "$MODULES/mend_klp.ko" ] || skip "this kernel has no livepatch"
	setup
	apply
	expect_failure insmod "$MODULES/mend_klp.ko"
	expect_plain 1 "after livepatch was refused"
	revert
	expect_plain 0 "after the revert"
}

test_a_function_with_a_post_handler_kprobe_is_refused_and_the_owner_named()
{
	setup
	insmod "$MODULES/mend_kprobe.ko" post=1
	expect_status 3 "$MEND" apply --keys "$KEYS" "$BUNDLE"
	expect_output 'target_plain' 'kprobe'
	expect_plain 0 "after the refusal"
	unload mend_kprobe
	apply
	expect_plain 1 "with the patch, after the kprobe has gone"
}

test_a_post_handler_kprobe_cannot_take_a_function_that_is_patched()
{
	setup
	apply
	# 7.2's register_kprobe() says 0 when ftrace has refused; then the probe does not fire.
	if insmod "$MODULES/mend_kprobe.ko" post=1; then
		expect_plain 1 "after the kprobe was refused"
		expect 0 "$(cat /sys/module/mend_kprobe/parameters/hits)" "hits of the kprobe"
		unload mend_kprobe
	fi
	expect_plain 1 "after the kprobe was refused"
	revert
	expect_plain 0 "after the revert"
}

kprobe_on()
{
	insmod "$MODULES/mend_kprobe.ko"
}

# The probe still fires: what was patched is the function, not its entry.
expect_kprobe_hits()
{
	local before after

	before=$(cat /sys/module/mend_kprobe/parameters/hits)
	target plain >/dev/null
	after=$(cat /sys/module/mend_kprobe/parameters/hits)
	[ "$after" -gt "$before" ] || fail "the kprobe does not fire $1"
}

test_a_kprobe_first_then_the_patch()
{
	setup
	kprobe_on
	apply
	expect_plain 1 "with both"
	expect_kprobe_hits "with both"
	revert
	expect_plain 0 "with the kprobe alone"
	expect_kprobe_hits "after the revert"
}

test_the_patch_first_then_a_kprobe()
{
	setup
	apply
	kprobe_on
	expect_plain 1 "with both"
	expect_kprobe_hits "with both"
	unload mend_kprobe
	expect_plain 1 "with the patch alone"
	revert
	expect_plain 0 "after the revert"
}

# Each tracer: how to start it on target_plain(), and what its trace must show.
start_function()
{
	echo target_plain >"$TRACING/set_ftrace_filter"
	echo function >"$TRACING/current_tracer"
}

start_function_graph()
{
	echo target_plain >"$TRACING/set_graph_function"
	echo target_plain >"$TRACING/set_ftrace_filter"
	echo function_graph >"$TRACING/current_tracer"
}

start_kprobe_event()
{
	echo 'p:mend_test/entry target_plain' >"$TRACING/kprobe_events"
	echo 1 >"$TRACING/events/mend_test/enable"
}

start_kretprobe_event()
{
	# shellcheck disable=SC2016 # $retval is the tracer's
	echo 'r:mend_test/exit target_plain value=$retval' >"$TRACING/kprobe_events"
	echo 1 >"$TRACING/events/mend_test/enable"
}

start_both_tracers()
{
	start_function
	start_kretprobe_event
}

expect_traced()
{
	echo >"$TRACING/trace"
	target plain >/dev/null
	grep -v '^#' "$TRACING/trace" | grep -q "$2" || {
		diag "$(head -n 20 "$TRACING/trace")"
		fail "the trace has no $2 $1"
	}
}

# tracer_first NAME PATTERN
tracer_first()
{
	setup
	"start_$1"
	expect_plain 0 "with the tracer alone"
	expect_traced "before the patch" "$2"
	apply
	expect_plain 1 "with both"
	expect_traced "with both" "$2"
	tracing_off
	expect_plain 1 "with the patch alone"
	"start_$1"
	revert
	expect_plain 0 "with the tracer alone, after the revert"
	expect_traced "after the revert" "$2"
}

# patch_first NAME PATTERN
patch_first()
{
	setup
	apply
	"start_$1"
	expect_plain 1 "with both"
	expect_traced "with both" "$2"
	revert
	expect_plain 0 "with the tracer alone"
	expect_traced "after the revert" "$2"
	apply
	expect_plain 1 "on again under the tracer"
	tracing_off
	expect_plain 1 "with the patch alone"
}

test_the_function_tracer_first_then_the_patch()
{
	tracer_first function target_plain
}

test_the_patch_first_then_the_function_tracer()
{
	patch_first function target_plain
}

test_the_function_graph_tracer_first_then_the_patch()
{
	tracer_first function_graph 'target_plain\|}'
}

test_the_patch_first_then_the_function_graph_tracer()
{
	patch_first function_graph 'target_plain\|}'
}

test_a_kprobe_event_first_then_the_patch()
{
	tracer_first kprobe_event entry
}

test_the_patch_first_then_a_kprobe_event()
{
	patch_first kprobe_event entry
}

test_a_kretprobe_first_then_the_patch()
{
	tracer_first kretprobe_event exit
}

test_the_patch_first_then_a_kretprobe()
{
	patch_first kretprobe_event exit
}

test_a_kretprobe_sees_what_the_new_function_returns()
{
	setup
	apply
	start_kretprobe_event
	expect_traced "with the patch" 'value=0x1'
}

test_two_tracers_first_then_the_patch()
{
	tracer_first both_tracers target_plain
}

test_tracers_come_and_go_while_the_patch_stays_on()
{
	local i

	setup
	apply
	for i in 1 2 3 4 5; do
		start_function
		expect_plain 1 "with the function tracer, round $i"
		tracing_off
		start_kretprobe_event
		expect_plain 1 "with the kretprobe, round $i"
		tracing_off
	done
	expect_plain 1 "in the end"
}

run_tests "$@"
