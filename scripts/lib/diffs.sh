# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2153,SC2034
#
# The diffs of builder/tests on their way to the end, for one kernel: built, confirmed,
# applied in a guest. Needs common.sh, kernels.sh, tree.sh, results.sh, kbuild.sh and
# builder.sh; and NAME, the kernel; SOURCE, its source; WORK, a folder; and TREE, where
# mend-build is.

# The smallest one, for what is tried once.
readonly VERSION_NOTE=$MEND_ROOT/patches/version-note/version-note.patch

# mend_build DIFF NAME OUTPUT OPTIONS...
mend_build()
{
	local options

	mapfile -t options < <(builder_options "$(matrix_release "$NAME")" \
		"$(headers_of "$NAME")" "$BUILD/$NAME/src/kmod/Module.symvers" "$SOURCE")
	/usr/bin/time -a -o "$WORK/memory" -f %M "$TREE/builder/mend-build" "$1" \
		"${options[@]}" --name "$2" --output "$3" --mend "$BUILD/mend" \
		--key "$KEYS/good.key" --cert "$KEYS/trusted/good.pem" "${@:4}"
}

# What the second line of a diff says will come of it: a status, and then the
# functions, or the findings.
diff_gives()
{
	local diff=$1 name expect want status=0 out

	name=$(basename "$diff" .patch)
	expect=$(sed -n '2s/^Expect: //p' "$diff")
	want=${expect%% *}
	out=$(mend_build "$diff" "$name" "$WORK/$name.1.mend" --keep "$WORK/$name" 2>&1) ||
		status=$?
	printf '%s\n' "$out"
	[ "$status" -eq "$want" ] || { echo "status $status, and not $want"; return 1; }
	case $want in
	0)	[ "$(sed -n 's/^  \([^ ]*\), [0-9]* bytes$/\1/p' <<<"$out" | xargs)" = \
		  "${expect#* }" ] || { echo "these are other functions"; return 1; } ;;
	2)	expect=${expect#* }
		while read -r want; do
			grep -qF ":$want" <<<"$out" || { echo "no $want"; return 1; }
		done <<<"${expect//, /$'\n'}" ;;
	esac
}

# What was built is what the compiler meant, as a program says that shares no code with
# mend-differ. Leaves NAME.ko.
payload_is_right()
{
	tar -xOf "$WORK/$1.1.mend" "payload/$(matrix_release "$NAME").ko" >"$WORK/$1.ko"
	"$MEND_ROOT/scripts/check-payload" --keep "$WORK/$1" --kallsyms "$kallsyms" "$WORK/$1.ko"
}

# run_guest PREFIX PROGRAM FOLDER OPTIONS...: a program of builder/tests, with that folder.
run_guest()
{
	local status=0 log=$CHECK_LOGS/builder-$NAME-$2

	cp "$MEND_ROOT/builder/tests/$2" "$MEND_ROOT/builder/tests/tap.sh" "$3/"
	"$MEND_ROOT/scripts/vm" -k "$NAME" -t 900 -l "$log.console" \
		-m "$BUILD/$NAME/mend.ko" -f "$BUILD/mend:/bin/mend" \
		-f "$KEYS/trusted:/etc/mend/keys" -f "$3:/builder" "${@:4}" \
		-- "/builder/$2" /builder >"$log.tap" 2>"$log.err" || status=$?
	cat "$log.tap" "$log.err"
	tap_results "$1" "$log.tap"
	[ "$status" -le 1 ] || fail "${1}the guest" "$(head -2 "$log.err" | tr '\n' ' ')"
}

# in_a_guest PREFIX: applied, at work, reverted.
in_a_guest()
{
	mkdir -p "$WORK/guest"
	cp "$WORK"/*.1.mend "$WORK/guest/"
	# As mend-build has unpacked it.
	cp "$WORK/module/loop.ko" "$WORK/guest/"
	run_guest "${1}in a guest: " guest "$WORK/guest" --allow 'invoked oom-killer' \
		--allow 'a mended mask'
}

# test_diffs [PREFIX]: all of them; the prefix is for the names of the results. Sets kallsyms.
test_diffs()
{
	local prefix=${1:-} diff

	for diff in "$MEND_ROOT"/builder/tests/diffs/*.patch "$MEND_ROOT"/patches/*/*.patch; do
		result_of "$prefix$(basename "$diff")" diff_gives "$diff"
	done
	kallsyms=$(kallsyms_of "$NAME")
	for diff in "$WORK"/*.1.mend; do
		result_of "$prefix$(basename "$diff") is what was meant" payload_is_right \
			"$(basename "$diff" .1.mend)"
	done
	in_a_guest "$prefix"
}
