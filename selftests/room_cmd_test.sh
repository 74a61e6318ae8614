#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A store without room, and one that is read-only: what is refused, and what is not.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

STORE=/var/lib/mend

cleanup()
{
	umount "$STORE" 2>/dev/null || true
	rm -rf "$STORE"
	clean_modules
}

setup()
{
	load_mend
	load_target
	mkdir -p "$STORE"
	mount -t tmpfs -o size=512k tmpfs "$STORE"
}

# does VERB BUNDLE...: whose signer is trusted
does()
{
	local verb=$1

	shift
	"$MEND" "$verb" --keys "$KEYS" "$@"
}

# To the last page
fill()
{
	dd if=/dev/zero of="$STORE/filler" bs=4k 2>/dev/null || true
	expect 0 "$(df -k "$STORE" | awk 'END { print $4 }')" "KiB that are free"
}

make_read_only()
{
	mount -o remount,ro "$STORE"
}

# Everything that is there to be lost
snapshot()
{
	find "$STORE" -type f ! -name filler -exec sha256sum {} + | sort
	patches
	awk '/^mend_test_/ { print $1 }' /proc/modules
	target plain
}

# refused REGEX COMMAND...: with status 1 and the reason, and nothing has changed
refused()
{
	local regex=$1 before

	shift
	before=$(snapshot)
	expect_status 1 "$@"
	expect_output "$regex"
	expect "$before" "$(snapshot)" "store, patches and modules"
}

# Nothing new is begun; what is there can be seen, kept and taken back.
without_room()
{
	local regex=$2

	setup
	expect_status 0 does stage "$(bundle test-dup1.1)"
	expect_status 0 does apply --probation 10m "$(bundle test-plain.1)"
	expect_status 0 does install "$(bundle test-dup2.1)"
	"$1"
	refused "$regex" does apply "$(bundle test-pair.1)"
	expect_output 'what to do: .*--unrecorded'
	refused "$regex" does stage "$(bundle test-pair.1)"
	refused "$regex" does install "$(bundle test-pair.1)"
	expect_status 0 "$MEND" confirm test-plain
	expect_status 0 "$MEND" status
	expect_output 'test-plain +1 +on '
	expect_status 0 "$MEND" history
	expect_output 'test-plain.1: confirmed'
	expect_status 0 "$MEND" revert test-plain --unload
	expect 0 "$(target plain)" "target_plain() once it is reverted"
	expect_status 0 does apply --unrecorded "$(bundle test-pair.1)"
	expect_status 0 "$MEND" revert test-pair test-dup2 --unload
	expect '' "$(patches)" "patches at the end"
	expect_status 0 "$MEND" history --json
	expect_output '"damaged": 0'
}

test_a_full_disk_keeps_nobody_from_going_back()
{
	without_room fill '0 KiB are free'
}

test_a_read_only_disk_keeps_nobody_from_going_back()
{
	without_room make_read_only 'read-only'
}

# Room for the attempt, and none for how it ended: that would look like a crash.
test_a_disk_that_is_almost_full_is_refused_before_anything_is_done()
{
	setup
	expect_status 0 does stage "$(bundle test-dup1.1)"
	fill
	rm "$STORE/filler"
	dd if=/dev/zero of="$STORE/filler" bs=4k \
		count=$(($(df -k "$STORE" | awk 'END { print $4 }') / 4 - 2)) 2>/dev/null
	refused 'KiB are free' does apply "$(bundle test-plain.1)"
}

run_tests "$@"
