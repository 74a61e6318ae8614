#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mend status, list, uname, check, history and stage on a kernel that runs.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

STORE=/var/lib/mend
CONF=/etc/mend/mend.conf

cleanup()
{
	[ ! -e "$TARGET/release" ] || echo 1 >"$TARGET/release"
	rm -rf "$STORE" "$CONF"
	echo 1 >/proc/sys/kernel/ftrace_enabled
	clean_modules
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

check()
{
	"$MEND" check --keys "$KEYS" "$@"
}

# answers STATUS REGEX: what the first line of status is, and the exit status
answers()
{
	expect_status "$1" "$MEND" status --exit-code
	head -n 1 "$TMP/out" | grep -Eq "$2" || fail "the answer is '$(head -n 1 "$TMP/out")'"
}

test_the_first_line_of_status_is_the_answer()
{
	unload mend
	answers 1 '^not covered: mend.ko is not loaded'
	setup
	answers 1 '^not covered: no patch is on$'
	expect_status 0 apply "$(bundle test-plain.1)"
	answers 0 '^protected, no reboot needed: 1 patch'
	expect_output "^  build-id    [0-9a-f]{40}$"
	expect_status 0 "$MEND" uname
	expect_output "^$(uname -r)\\+test-plain.1$"
	expect_status 0 "$MEND" list
	expect_output '^test-plain +1  on '
	expect_status 0 apply "$(bundle test-plain.2)" --probation 1m
	answers 0 '^protected, on probation: 1 patch'
	expect_status 6 apply "$(bundle test-dup1.1)" --probation 1m --health false
	answers 1 "^rolled back: 'test-dup1' generation 1: .*[(]HEALTH[)]"
}

test_check_finds_nothing_wrong_with_a_good_bundle()
{
	setup
	expect_status 0 check "$(bundle test-plain.1)"
	expect_output '^fit: ' '^  good     config' '^  good     keyring .* trusts [1-9]' \
		'^  good     payload' '^  good     functions +1 of 1 there' \
		'^  good     traceable' '^  good     owners' \
		'^  unknown  types .*carries no type information'
	expect_status 0 check --json "$(bundle test-plain.1)"
	expect_output '"fit": true'
	expect_status 0 check "$(bundle test-noobject.1)"
	expect_output '0 of 1 there; the others belong to modules'
	expect '' "$(patches)" "patches in sysfs"
}

# What mend.ko would say after loading it, said before
test_check_names_what_does_not_fit()
{
	setup
	expect_status 3 check "$(bundle test-missing.1)"
	expect_output '^not fit' '^  failed   functions .*there is no function'
	expect_status 3 check "$(bundle test-notrace.1)"
	expect_output '^  failed   traceable '
	expect_status 3 check "$(bundle test-dup0.1)"
	expect_output '^  failed   functions .*does not say which'
	expect_status 3 check "$(bundle wrong-release)"
	expect_output '^  failed   payload '
	expect_status 4 check "$(bundle wrong-key)"
	expect_output '^  failed   bundle '
	unload mend
	expect_status 1 check
	expect_output '^  failed   mend.ko '
}

test_ftrace_that_is_off_is_told_and_nothing_is_loaded()
{
	setup
	echo 0 >/proc/sys/kernel/ftrace_enabled
	expect_status 3 check
	expect_output 'failed   ftrace' 'sysctl kernel.ftrace_enabled=1'
	expect_status 3 apply "$(bundle test-plain.1)"
	expect_output 'ftrace is switched off'
	expect '' "$(patches)" "patches in sysfs"
}

test_history_knows_how_each_of_them_ended()
{
	local pid

	setup
	expect_status 0 "$MEND" history
	expect_output 'There is no history yet'
	expect_status 0 apply "$(bundle test-plain.1)"
	expect_status 4 apply "$(bundle wrong-key)"
	expect_status 0 apply "$(bundle test-dup1.1)" --probation 1
	eventually 6 grep -q rolled-back "$SYSFS/test-dup1.1/state" || fail "it is still on"
	expect_status 0 "$MEND" revert test-plain
	expect_status 0 "$MEND" history
	expect_output ' us +apply test-plain.1: done$|ms +apply test-plain.1: done$' \
		'apply : refused [(]SIGNATURE[)]' \
		'apply test-dup1.1: rolled-back [(]DEADLINE[)]' 'revert test-plain.1: done$'
	# killed while it waits for a task
	cat "$TARGET/hold" >/dev/null &
	pid=$!
	eventually 5 grep -q target_hold "/proc/$pid/stack" || fail "nobody sleeps in target_hold()"
	"$MEND" apply --keys "$KEYS" "$(bundle test-hold.1)" --timeout 60 >/dev/null 2>&1 &
	eventually 10 grep -q attempting "$STORE/history/0000000005.json" || fail "no attempt is recorded"
	kill -9 $!
	wait $! || true
	echo 1 >"$TARGET/release"
	wait "$pid" || true
	expect_status 0 "$MEND" history test-hold
	expect_output 'apply test-hold.1: interrupted: the program ended before'
	expect_status 0 apply "$(bundle test-hold.1)"
}

test_policy_is_kept_and_what_is_staged_is_told()
{
	setup
	mkdir -p "${CONF%/*}"
	printf '[policy]\nmode = stage\n' >"$CONF"
	expect_status 4 apply "$(bundle test-plain.1)"
	expect_output 'kept for later and not applied'
	expect_status 0 "$MEND" stage --keys "$KEYS" "$(bundle test-plain.2)"
	rm "$CONF"
	expect_status 0 apply "$(bundle test-plain.1)"
	answers 2 "^update available: 'test-plain' generation 2 is in the store"
	expect_status 0 apply "$STORE/bundles/test-plain.2.mend"
	answers 0 '^protected'
}

run_tests "$@"
