#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Shadow variables: mendklp_shadow.ko runs each test from its init, and its insmod
# fails if the test does. Upstream's test-shadow-vars is the first one.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

cleanup()
{
	unload mendklp_shadow
	clean_modules
}

# The kernel's log is emptied before each step that is read there.
clear_log()
{
	dmesg -c >/dev/null
}

# run_in_kernel TEST
run_in_kernel()
{
	clear_log
	insmod "$MODULES/mendklp_shadow.ko" test="$1" || {
		diag "$(dmesg)"
		fail "test '$1' of mendklp_shadow"
	}
}

test_variables_are_made_found_and_freed()
{
	load_mend
	run_in_kernel basic
}

test_free_all_ends_all_of_one_id_and_no_other()
{
	load_mend
	run_in_kernel free_all
}

test_a_failing_constructor_leaves_nothing_behind()
{
	load_mend
	run_in_kernel ctor_fails
	expect 2 "$(dmesg | grep -c 'constructor of shadow variable')" "errors in the log"
}

test_without_a_constructor_a_variable_is_zeros_of_any_size()
{
	load_mend
	run_in_kernel no_ctor
}

test_threads_that_race_get_one_variable_constructed_once()
{
	load_mend
	run_in_kernel race
}

test_variables_outlive_the_module_that_made_them()
{
	load_mend
	run_in_kernel leave
	unload mendklp_shadow
	run_in_kernel find_left
	unload mendklp_shadow
}

test_mend_frees_what_is_left_and_says_so()
{
	load_mend
	run_in_kernel leave
	expect_failure rmmod mend
	unload mendklp_shadow
	clear_log
	rmmod mend
	dmesg | grep -q ' 5 shadow variables .* were freed' ||
		fail "the log does not tell of 5 shadow variables"
	load_mend
	expect_failure insmod "$MODULES/mendklp_shadow.ko" test=find_left
	clear_log
	rmmod mend
	dmesg | grep -q 'shadow variables' && fail "there were variables in a fresh mend"
	return 0
}

run_tests "$@"
