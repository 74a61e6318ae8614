# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2153
#
# Built bundles in a guest, several at a time: applied, run under load, reverted. Leaves
# applied in the folder of each case. Needs what scripts/replay sets.

# modules_for OBJECT: paths of the module and of what it needs, in the order of loading.
modules_for()
{
	awk -F: -v n="$1" '{
		f = $1
		sub(/.*\//, "", f)
		sub(/\.ko.*/, "", f)
		gsub(/-/, "_", f)
		if (f == n) {
			for (m = split($2, d, " "); m; m--)
				print d[m]
			print $1
		}
	}' "$modules/modules.dep"
}

# put_module PATH FOLDER: without compression; prints its name there.
put_module()
{
	local name=${1##*/}

	name=${name%.ko*}.ko
	case $1 in
	*.xz)	[ -e "$2/$name" ] || xz -dc "$modules/$1" >"$2/$name" ;;
	*)	[ -e "$2/$name" ] || cp "$modules/$1" "$2/$name" ;;
	esac
	printf '%s\n' "$name"
}

# guest_folder FOLDER CASE...: with a line for each case: number, payload, modules.
guest_folder()
{
	local folder=$1 case object path list

	shift
	mkdir -p "$folder/modules"
	cp "$MEND_ROOT/scripts/lib/replay-guest" "$folder/run"
	cp "$MEND_ROOT/scripts/lib/workload-guest" "$folder/workload"
	for case in "$@"; do
		cp "$CASES/$case/patch.mend" "$folder/$case.mend"
		cut -d: -f2 "$CASES/$case/functions" >"$folder/$case.functions"
		list=
		while read -r object; do
			[ "$object" != vmlinux ] || continue
			while read -r path; do
				list+=" $(put_module "$path" "$folder/modules")"
			done < <(modules_for "$object")
		done < <(cut -d: -f1 "$CASES/$case/functions" | sort -u)
		printf '%s mend_replay_%s_1%s\n' "$case" "$case" "$list"
	done >"$folder/cases"
	# What the workload mounts and sends through, beside what is patched.
	for object in loop dummy veth bridge overlay isofs tun \
		      nf_tables xfs btrfs scsi_debug sch_htb sch_fq_codel sch_netem; do
		while read -r path; do
			put_module "$path" "$folder/modules" >>"$folder/modules.list"
		done < <(modules_for "$object")
	done
}

# boot_guest CASE...: what the guest said is in $WORK/guest.out.
boot_guest()
{
	local status=0 programs=() program

	rm -rf "$WORK/guest"
	guest_folder "$WORK/guest" "$@"
	for program in ip tc mke2fs unshare keyctl; do
		! type -P "$program" >/dev/null || programs+=(-p "$program")
	done
	"$MEND_ROOT/scripts/vm" -k "$NAME" -t 2400 -l "$WORK/console.log" -m "$BUILD/$NAME/mend.ko" \
		-f "$BUILD/mend:/bin/mend" -f "$KEYS/trusted:/etc/mend/keys" -f "$WORK/guest:/replay" \
		"${programs[@]}" \
		-- sh /replay/run >"$WORK/guest.out" 2>"$WORK/guest.err" || status=$?
	cat "$WORK/guest.out" "$WORK/guest.err" >>"$WORK/guests.log"
	return "$status"
}

# note_case CASE TEXT: how it went; hits stand in hits.
note_case()
{
	sed -n "s/^hit $1 //p" "$WORK/guest.out" >"$CASES/$1/hits"
	sed -n "s/^say $1 //p" "$WORK/guest.out" >"$CASES/$1/guest.log"
	printf '%s\n' "$2" >"$CASES/$1/applied"
	printf '%s applied: %s, %s of %s functions called\n' "$1" "$2" \
		"$(awk '$2 > 0' "$CASES/$1/hits" | wc -l)" "$(wc -l <"$CASES/$1/functions")"
}

# boot_cases CASE...: one that makes the kernel complain is found by itself.
boot_cases()
{
	local case status=0 verdict

	boot_guest "$@" || status=$?
	if [ "$status" -ne 0 ] && [ $# -gt 1 ]; then
		printf 'the guest ended with %s: %s\n' "$status" \
			"$(head -3 "$WORK/guest.err" | tr '\n' ' ')"
		for case in "$@"; do
			boot_cases "$case"
		done
		return
	fi
	for case in "$@"; do
		verdict=$(sed -n "s/^case $case //p" "$WORK/guest.out" | tail -1)
		if [ "$status" -ne 0 ]; then
			verdict="trouble: status $status, $(sed -n 2p "$WORK/guest.err")"
		fi
		note_case "$case" "${verdict:-the guest says nothing of it}"
	done
}

# A function's name says which patch was called: in a boot each occurs once.
clashes()
{
	local case=$1 other

	shift
	for other in "$@"; do
		! grep -qxFf <(cut -d: -f2 "$CASES/$case/functions") \
			<(cut -d: -f2 "$CASES/$other/functions") || return 0
	done
	return 1
}

# boot_all: the built ones that were not yet in a guest, per_boot at a time.
boot_all()
{
	local dir case left=() later batch

	for dir in "$CASES"/*/; do
		case=$(basename "$dir")
		if [ "$(cat "$dir/result" 2>/dev/null)" = built ] && [ ! -s "$dir/applied" ]; then
			left+=("$case")
		fi
	done
	while [ ${#left[@]} -gt 0 ]; do
		batch=()
		later=()
		for case in "${left[@]}"; do
			if [ ${#batch[@]} -lt "$per_boot" ] && ! clashes "$case" "${batch[@]}"; then
				batch+=("$case")
			else
				later+=("$case")
			fi
		done
		boot_cases "${batch[@]}"
		left=("${later[@]}")
	done
}
