#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The one thing about shadow variables that the kernel warns of.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

cleanup()
{
	unload mendklp_shadow
	clean_modules
}

run_in_kernel()
{
	dmesg -c >/dev/null
	insmod "$MODULES/mendklp_shadow.ko" test="$1" || {
		diag "$(dmesg)"
		fail "test '$1' of mendklp_shadow"
	}
}

test_a_second_variable_for_the_same_pair_is_refused_with_one_warning()
{
	load_mend
	run_in_kernel duplicate
	expect 1 "$(dmesg | grep -c 'duplicate shadow variable')" "warnings"
	unload mendklp_shadow
	run_in_kernel duplicate
	expect 0 "$(dmesg | grep -c 'duplicate shadow variable')" "warnings, again"
}

run_tests "$@"
