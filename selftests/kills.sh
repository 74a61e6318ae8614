#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kills.sh STEP...: ends mend, or the machine, in the middle, and looks what is left.
#
# Not one of the tests that run_tests.sh runs: scripts/parts/kills boots one guest after
# the other with it and with one disk, on /var. A step is a name and its arguments, with
# colons between them; each is one line of TAP. JOB is a command of mend, see job().
#
#	count:JOB		how many system calls it makes, to be kept on the disk
#	kill:JOB:RANDOM:BEFORE	SIGKILL at one of them; BEFORE: see mend_kill.c
#	every:JOB:FIRST:STEP:BEFORE	SIGKILL at call FIRST, then STEP later and so on, until it
#				ends by itself
#	cut:JOB:RANDOM:MS	the power is cut MS after one of them, 0: at it. The end
#	after:JOB		what a cut has left is sound, and doing it again does it
#	careless		a stage that does not sync, and then the power is cut. The end
#	noticed			what that has left is found to be damaged
#	torn			a stage that writes in place, and is killed: found to be damaged
#	panic:JOB		a patch on probation, by apply or boot, panics the kernel. The end
#	held			that patch is held back, also by boot
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

STORE=/var/lib/mend
VICTIM=/proc/mend_victim
KILL=/sys/module/mend_kill/parameters
CARELESS=$MEND_DIR/careless.so
SIGKILLED=137

cleanup()
{
	[ ! -e "$KILL" ] || echo 0 >"$KILL/nth"
	clean_modules
	unload mend_victim
}

setup()
{
	load_mend
	load_target
	is_loaded mend_kill || insmod "$MODULES/mend_kill.ko"
}

# Nothing that ext4 does for programs which are not careful is to help.
setup_disk()
{
	mount -o remount,noauto_da_alloc,commit=1 /var
}

# job JOB [OPTION...]: two patches in one switch, or one after the other at a boot, or one
# bundle for later
job()
{
	local job=$1

	shift
	case $job in
	apply)	"$MEND" apply --keys "$KEYS" --timeout 5 "$@" "$(bundle test-plain.1)" \
			"$(bundle test-pair.1)" ;;
	stage)	"$MEND" stage --keys "$KEYS" "$@" "$(bundle test-plain.1)" ;;
	install) "$MEND" install --keys "$KEYS" --timeout 5 "$@" "$(bundle test-plain.1)" \
			"$(bundle test-pair.1)" ;;
	boot)	"$MEND" boot --keys "$KEYS" --timeout 5 "$@" ;;
	*)	fail "there is no job '$job'" ;;
	esac
}

# What has to be there before the job
prepare()
{
	if [ "$1" = boot ] && [ "$(installed | wc -l)" != 2 ]; then
		expect_status 0 job install --no-apply
	fi
}

# Names of patches whose payloads are loaded
loaded_names()
{
	patches | sed 's/\..*//'
}

undo()
{
	if [ -n "$(patches)" ]; then
		# shellcheck disable=SC2046 # words
		expect_status 0 "$MEND" revert $(loaded_names) --unload
	fi
	expect '' "$(patches)" "patches once they are reverted and unloaded"
}

# strike_at NTH [BEFORE [POWER [MS]]]: 0: just count
strike_at()
{
	echo "${2:-0}" >"$KILL/before"
	echo "${3:-0}" >"$KILL/power"
	echo "${4:-0}" >"$KILL/later_ms"
	echo "$1" >"$KILL/nth"
}

disarm()
{
	strike_at 0
}

# Names of what is installed
installed()
{
	find "$STORE/installed" -name '*.json' -exec basename {} .json \; 2>/dev/null
}

# The files of the store are whole, and mend can tell what has happened.
check_store()
{
	local file

	expect_status 0 "$MEND" status
	expect_status 0 "$MEND" history --all --json
	expect_output '"damaged": 0'
	! grep -q '"outcome": "attempting"' "$TMP/out" || fail "an attempt goes on for ever"
	[ -e "$STORE" ] || return 0
	for file in "$STORE"/bundles/*.mend; do
		[ ! -e "$file" ] || expect_status 0 "$MEND" verify --keys "$KEYS" "$file"
	done
	for file in $(installed); do
		[ -e "$STORE/bundles/$file.1.mend" ] || fail "$file is installed without a bundle"
	done
	expect '' "$(find "$STORE" -type f | grep -Ev '/(history/[0-9]{10}\.json|bundles/[^/]*\.mend|'\
'installed/test-[a-z]+\.json)(\.[[:alnum:]]{6})?$')" \
		"files that do not belong there"
}

# check_kernel JOB: old or new, and both patches alike, unless they go on one by one
check_kernel()
{
	local plain outer

	plain=$(target plain)
	outer=$(target outer)
	expect "$((plain + outer))" "$(cat "$SYSFS"/*.*/enabled 2>/dev/null | grep -c 1)" \
		"patches that are on"
	[ "$1" = boot ] || expect "$plain" "$outer" "target_outer() beside target_plain()"
}

# Is there nothing left to be done?
is_finished()
{
	case $1 in
	apply)		[ "$(target plain)$(target outer)" = 11 ] ;;
	install)	is_finished apply && [ "$(installed | wc -l)" = 2 ] ;;
	*)		false ;;
	esac
}

check_finished()
{
	if [ "$1" = stage ]; then
		expect 0 "$(target plain)" "target_plain() with a bundle for later"
		expect_status 0 "$MEND" verify --keys "$KEYS" "$STORE/bundles/test-plain.1.mend"
	else
		expect 1 "$(target plain)" "target_plain() at the end"
		expect 1 "$(target outer)" "target_outer() at the end"
	fi
	case $1 in
	install|boot)	expect 2 "$(installed | wc -l)" "patches that are installed" ;;
	*)		expect 0 "$(installed | wc -l)" "patches that are installed" ;;
	esac
	check_store
}

# finish JOB [OPTION...]: doing it again does the rest, and leaves nothing else lying about
finish()
{
	local wanted=0

	! is_finished "$1" || wanted=2
	[ ! -e "$STORE" ] || find "$STORE" -type f -exec touch -d '2020-01-01 00:00' {} \;
	expect_status "$wanted" job "$@"
	[ "$wanted" = 2 ] || expect '' "$(find "$STORE" -type f -name '*.[[:alnum:]][[:alnum:]]????')" \
		"what the killed one has left"
	check_finished "$1"
}

calls_of()
{
	cat "/var/calls.$1" || fail "the system calls of '$1' have not been counted"
}

step_count()
{
	setup
	rm -rf "$STORE"
	prepare "$1"
	disarm
	expect_status 0 job "$1"
	cp "$KILL/count" "/var/calls.$1"
	diag "$1 makes $(calls_of "$1") system calls"
	undo
}

# kill_at JOB NTH BEFORE: false if it ended before that
kill_at()
{
	local status=0

	prepare "$1"
	strike_at "$2" "$3"
	job "$1" >"$TMP/job" 2>&1 || status=$?
	if [ "$(cat "$KILL/call")" = -1 ]; then
		disarm
		expect 0 "$status" "exit status of '$1', which nobody has killed"
		return 1
	fi
	echo "$1, killed at call $2 (number $(cat "$KILL/call"))" >"$TMP/where"
	disarm
	expect "$SIGKILLED" "$status" "exit status of $(cat "$TMP/where")"
}

check_and_finish()
{
	check_store
	check_kernel "$1"
	finish "$1"
	undo
	rm -rf "$STORE"
}

step_kill()
{
	local nth=$(($2 % $(calls_of "$1") + 1))

	setup
	kill_at "$1" "$nth" "$3" || fail "it ended before call $nth"
	diag "$(cat "$TMP/where")"
	check_and_finish "$1"
}

step_every()
{
	local nth=$2

	setup
	rm -rf "$STORE"
	while kill_at "$1" "$nth" "$4"; do
		(check_and_finish "$1") || fail "$(cat "$TMP/where")"
		nth=$((nth + $3))
	done
	undo
	diag "$1 was killed $(((nth - $2) / $3)) times, at calls $2 to $((nth - $3))"
	[ "$nth" -gt "$2" ] || fail "it was not killed once"
}

# What is on the disk now has to be there afterwards.
remember()
{
	[ -e "$STORE" ] || expect_status 0 "$MEND" stage --keys "$KEYS" "$(bundle test-dup1.1)"
	find "$STORE" -type f -exec sha256sum {} + >/var/before
	sync
}

die_now()
{
	strike_at 1 0 1
	"$MEND" --version
	fail "the power is still on"
}

step_cut()
{
	local nth=$(($2 % $(calls_of "$1") + 1))

	setup
	setup_disk
	prepare "$1"
	remember
	diag "the power is cut $3 ms after call $nth of $1"
	strike_at "$nth" 0 1 "$3"
	job "$1" >/dev/null 2>&1 || true
	sleep 1
	# It has become quicker than it was when it was counted.
	die_now
}

is_held_back()
{
	"$MEND" status | head -n 1 | grep -q '^held back: .* the machine went down'
}

# What is held back is not tried again by itself, but by who says so.
finish_held()
{
	local again=$1

	diag "it is held back"
	[ "$again" != boot ] || again=install
	expect_status 4 job "$1"
	expect_output 'held back: the machine went down'
	finish "$again" --retry
}

step_after()
{
	setup_disk
	setup
	[ ! -s /var/before ] || expect_status 0 sha256sum -c /var/before
	check_store
	expect 0 "$(target plain)" "target_plain() after the reboot"
	if is_held_back; then
		finish_held "$1"
	else
		finish "$1"
	fi
	# shellcheck disable=SC2046 # words
	[ -z "$(installed)" ] || expect_status 0 "$MEND" uninstall $(installed)
	undo
}

# careless HOW: stage, see careless.c
careless()
{
	env CARELESS="$1" LD_PRELOAD="$CARELESS" "$MEND" stage --keys "$KEYS" \
		"$(bundle test-plain.1)"
}

step_careless()
{
	setup
	setup_disk
	rm -rf "$STORE"
	sync
	expect_status 0 careless sync
	check_store
	# Names are written within a second, contents much later.
	sleep 3
	die_now
}

expect_damage()
{
	if (set -e; check_store) >"$TMP/check" 2>&1; then
		fail "nobody would have noticed: $1"
	fi
	diag "found, as it should be: $(grep FAIL "$TMP/check")"
	rm -rf "$STORE"
}

step_noticed()
{
	[ -e "$STORE/history" ] || fail "not even the names have come to the disk"
	setup
	expect_damage "a program that does not sync"
}

step_torn()
{
	local status=0

	setup
	rm -rf "$STORE"
	disarm
	expect_status 0 careless place
	rm -rf "$STORE"
	strike_at $(($(cat "$KILL/count") / 2))
	careless place >/dev/null 2>&1 || status=$?
	disarm
	expect "$SIGKILLED" "$status" "exit status"
	expect_damage "a program that writes in place"
}

# on_probation JOB: with the patch that panics
on_probation()
{
	local panic

	panic=$(bundle test-panic.1)
	if [ "$1" = boot ]; then
		expect_status 0 "$MEND" install --keys "$KEYS" --no-apply --probation 10m "$panic"
		expect_status 0 job boot
	else
		expect_status 0 "$MEND" apply --keys "$KEYS" --probation 10m "$panic"
	fi
	expect on "$(cat "$SYSFS/test-panic.1/state")" "state of test-panic"
}

step_panic()
{
	rm -rf "$STORE"
	load_mend
	insmod "$MODULES/mend_victim.ko"
	on_probation "$1"
	diag "the machine panics"
	cat "$VICTIM/call"
	fail "it is still alive"
}

# Whoever asks for it all the same gets it, now and at the boots to come.
step_held()
{
	load_mend
	insmod "$MODULES/mend_victim.ko"
	expect_status 1 "$MEND" status --exit-code
	expect_output "^held back: 'test-panic' generation 1: the machine went down before it was"
	expect_status 4 "$MEND" apply --keys "$KEYS" "$(bundle test-panic.1)"
	expect_output 'held back: the machine went down'
	if [ -n "$(installed)" ]; then
		expect_status 4 job boot
		expect_output 'test-panic.*held back'
	fi
	expect '' "$(patches)" "patches"
	expect 0 "$(cat "$VICTIM/call")" "victim_call()"
	expect_status 0 "$MEND" install --keys "$KEYS" --retry "$(bundle test-panic.1)"
	expect_status 0 "$MEND" uninstall test-panic
	expect_status 0 "$MEND" revert test-panic --unload
}

# A step in a subshell of its own, under set -e; see run_one().
run_step()
{
	local status

	# shellcheck disable=SC2086 # its words
	(set -e; IFS=:; set -- $1; unset IFS; step=step_$1; shift; "$step" "$@")
	status=$?
	(cleanup) || status=1
	tests_run=$((tests_run + 1))
	if [ "$status" = 0 ]; then
		echo "ok $tests_run $1"
	else
		echo "not ok $tests_run $1"
		tests_failed=1
	fi
}

echo "TAP version 13"
tests_run=0
tests_failed=0
for step in "$@"; do
	run_step "$step"
done
echo "1..$tests_run"
[ "$tests_failed" = 0 ] && [ "$tests_run" -gt 0 ]
