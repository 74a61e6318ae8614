# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Each drawn file on its way to a bundle: a folder with fix.patch, build.log, result, and
# when it is built patch.mend, payload.ko, functions and check.log. A folder that has a
# result is done. Needs what scripts/replay sets.

# make_diff FILE DIR: from the newer source back to the older one.
make_diff()
{
	diff -u --label "a/$1" --label "b/$1" "$new_tree/$1" "$old_tree/$1" >"$2/fix.patch" ||
		[ $? -eq 1 ]
}

# run_builder NAME DIR OUTPUT OPTIONS...: with what was built in this tree
run_builder()
{
	"$MEND_ROOT/builder/mend-build" "$2/fix.patch" --name "$1" --output "$3" \
		--kernel "$release" --headers "$headers" --image "$image" \
		--modules "$(kernel_dir "$release")/lib/modules/$release" \
		--mend-symvers "$symvers" --mend "$BUILD/mend" --source "$new_tree" \
		--keep "$2/keep" "${@:4}" </dev/null >"$2/build.log" 2>&1
}

# outcome STATUS DIR: what a status of mend-build means, with the class of a refusal.
outcome()
{
	local status=$1 log=$2/build.log classes

	classes=$(sed -nE 's/^[^ :]+:[^:]+: ([A-Z_]+): .*/\1/p' "$log" | sort -u | xargs)
	case $status in
	0)	echo built ;;
	2)	case $classes in
		NOT_IN_CONFIG)	echo absent ;;
		*)		echo "refused ${classes:-?}" ;;
		esac ;;
	3)	echo unchanged ;;
	4)	echo identity ;;
	*)	if ! grep -q 'does not compile; see above$' "$log"; then
			echo failed
		elif [ -e "$2/keep/out/0.before.o" ]; then
			echo uncompiled
		else
			echo alone
		fi ;;
	esac
}

functions_of() { sed -n 's/^  \([^ ]*:[^ ]*\), [0-9]* bytes$/\1/p' "$1"; }

# The other half of mend-build's word: a program that shares no code with it.
check_built()
{
	local dir=$1 status=0

	tar -xOf "$dir/patch.mend" "payload/$release.ko" >"$dir/payload.ko"
	"$MEND_ROOT/scripts/check-payload" --keep "$dir/keep" --kallsyms "$kallsyms" \
		"$dir/payload.ko" >"$dir/check.log" 2>&1 || status=$?
	functions_of "$dir/build.log" >"$dir/functions"
	case $status in
	0)	echo same ;;
	1)	echo wrong ;;
	*)	echo untold ;;
	esac >"$dir/checked"
}

# build_case NUMBER FILE
build_case()
{
	local dir=$CASES/$1 status=0

	if [ -s "$dir/result" ]; then
		return
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	printf '%s\n' "$2" >"$dir/file"
	make_diff "$2" "$dir"
	if ! is_shipped "$new_tree/$2"; then
		echo absent >"$dir/result"
		return
	fi
	run_builder "replay-$1" "$dir" "$dir/patch.mend" --kind test --key "$KEYS/good.key" \
		--cert "$KEYS/trusted/good.pem" || status=$?
	[ "$status" -ne 0 ] || check_built "$dir"
	outcome "$status" "$dir" >"$dir/result.new"
	[ -n "$keep" ] || rm -rf "$dir/keep"
	mv "$dir/result.new" "$dir/result"
	printf '%s %-12s %s %s\n' "$1" "$(cut -c1-40 "$dir/result")" "$2" \
		"$(cat "$dir/checked" 2>/dev/null || true)"
}
