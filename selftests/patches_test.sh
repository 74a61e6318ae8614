#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The example patches of patches/ do what their README.md says, signed, on the
# stock kernel. Each has a program that exits with 0 when the patch is on and
# with 1 when it is off.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

PATCHES=$MEND_DIR/patches

cleanup()
{
	if [ -e "$TMP/watched" ]; then
		kill "$(cat "$TMP/watched")" 2>/dev/null || true
		rm "$TMP/watched"
	fi
	patches_off
	awk '/^mend_.*_[0-9]+ / { print $1 }' /proc/modules | while read -r module; do
		unload "$module"
	done
}

# show STATUS NAME [ARGUMENT...]
show()
{
	local status=$1 name=$2

	shift 2
	expect_status "$status" "$PATCHES/show-$name" "$@"
}

apply()
{
	expect_status 0 "$MEND" apply --keys "$KEYS" "$PATCHES/$1.mend"
}

# expect_state STATE NAME.GENERATION
expect_state()
{
	expect "$1" "$(cat "$SYSFS/$2/state")" "state of $2"
}

# need_payload NAME.GENERATION: what is made from a diff wants the kernel's source, which
# not all kernels have.
need_payload()
{
	if ! tar -tf "$PATCHES/$1.mend" 2>/dev/null | grep -qxF "payload/$(uname -r).ko"; then
		skip "$1 was not built for this kernel"
	fi
}

test_version_note_changes_a_string_and_gives_it_back()
{
	need_payload version-note.1
	load_mend
	show 1 version-note
	apply version-note.1
	show 0 version-note
	expect_output ", mended, "
	expect_status 0 "$MEND" revert version-note --unload
	show 1 version-note
	is_loaded mend_version_note_1 && fail "the payload is still loaded"
	return 0
}

# 7.2 has the fix in other words, and other names.
need_timens()
{
	grep -qw offset_lock /proc/kallsyms || skip "the patch is not for this kernel's source"
}

test_timens_nsec_closes_the_hole_in_the_instant_of_the_replacement()
{
	need_timens
	load_mend
	apply timens-nsec.1
	show 1 timens-nsec
	expect_output "monotonic +0 +-1$"
	apply timens-nsec.2
	show 0 timens-nsec
	expect_state replaced timens-nsec.1
	expect_state on timens-nsec.2
}

# By the bundle, and by hand with the payload that is still registered.
test_timens_nsec_is_not_opened_again_by_its_old_generation()
{
	need_timens
	load_mend
	apply timens-nsec.1
	apply timens-nsec.2
	expect_status 4 "$MEND" apply --keys "$KEYS" "$PATCHES/timens-nsec.1.mend"
	show 0 timens-nsec
	expect_state on timens-nsec.2
	expect_failure sh -c "echo 1 >'$SYSFS/timens-nsec.1/enabled'"
	show 0 timens-nsec
	expect_state on timens-nsec.2
}

test_timens_nsec_leaves_honest_offsets_alone()
{
	need_timens
	load_mend
	apply timens-nsec.2
	show 0 timens-nsec
	expect_output "monotonic +0 +5$"
}

test_statm_kb_changes_both_functions_and_gives_them_back()
{
	need_payload statm-kb.1
	load_mend
	show 1 statm-kb
	apply statm-kb.1
	[ -d "$SYSFS/statm-kb.1/vmlinux/task_statm,1" ] || fail "task_statm is not in sysfs"
	[ -d "$SYSFS/statm-kb.1/vmlinux/proc_pid_statm,1" ] ||
		fail "proc_pid_statm is not in sysfs"
	show 0 statm-kb
	expect_status 0 "$MEND" revert statm-kb
	show 1 statm-kb
}

# Reads, and holds number and unit against each other, until it is told to stop.
read_statm()
{
	# 0 and 1 are the two units.
	until [ -e "$TMP/stop" ]; do
		"$PATCHES/show-statm-kb" "$watched" 50 || [ $? -eq 1 ] || return 1
	done
}

# Three readers all the time; none of them may see one unit with the other's number.
test_statm_kb_never_shows_one_function_without_the_other()
{
	local i reader readers=''

	need_payload statm-kb.1
	load_mend
	apply statm-kb.1
	sleep 1000 &
	watched=$!
	echo "$watched" >"$TMP/watched"
	for i in 1 2 3; do
		read_statm >"$TMP/reader.$i" 2>&1 &
		readers="$readers $!"
	done
	# They read from before the first switch until after the last one.
	for i in 1 2 3; do
		eventually 60 test -s "$TMP/reader.$i" || fail "reader $i does not read"
	done
	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo 0 >"$SYSFS/statm-kb.1/enabled"
		echo 1 >"$SYSFS/statm-kb.1/enabled"
	done
	: >"$TMP/stop"
	for reader in $readers; do
		wait "$reader" || fail "a reader saw half a patch: $(tail -n 1 "$TMP"/reader.*)"
	done
}

run_tests "$@"
