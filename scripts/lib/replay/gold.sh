# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# The gold case: between two of Debian's kernels one file differs. The patch for the
# first must consist of the functions that were shipped in the second.

readonly GOLD_FILE=fs/ext4/mballoc.c GOLD_SERIES=6.1
readonly GOLD_OLD=6.1.192-1 GOLD_OLD_RELEASE=6.1.0-55-cloud-amd64
readonly GOLD_NEW=6.1.192-2 GOLD_NEW_RELEASE=6.1.0-56-cloud-amd64

# gold_served: what is needed and cannot be had; nothing: all is there
gold_missing()
{
	local version package

	for version in "$GOLD_OLD" "$GOLD_NEW"; do
		source_versions "$GOLD_SERIES" | grep -qxF "$version" ||
			echo "linux-source-$GOLD_SERIES $version"
	done
	for package in "linux-image-$GOLD_OLD_RELEASE" "linux-headers-$GOLD_OLD_RELEASE" \
		       "linux-image-$GOLD_NEW_RELEASE"; do
		[ -n "$(apt_downloadable "$package")" ] || echo "$package"
	done
}

# The payload is looked at and never loaded: the symbol versions of any mend.ko will do.
gold_build()
{
	local old_tree new_tree headers

	kernel_fetch "$GOLD_OLD_RELEASE"
	headers_fetch "$GOLD_OLD_RELEASE"
	headers=$MEND_CACHE/headers/$GOLD_OLD_RELEASE/usr/src/linux-headers-$GOLD_OLD_RELEASE
	old_tree=$(source_tree "$GOLD_SERIES" "$GOLD_OLD")
	new_tree=$(source_tree "$GOLD_SERIES" "$GOLD_NEW")
	cp "$symvers" "$WORK/Module.symvers"
	diff -u --label "a/$GOLD_FILE" --label "b/$GOLD_FILE" "$old_tree/$GOLD_FILE" \
		"$new_tree/$GOLD_FILE" >"$WORK/fix.patch" || [ $? -eq 1 ]
	"$MEND_ROOT/builder/mend-build" "$WORK/fix.patch" --name gold --output "$WORK/gold.ko" \
		--kernel "$GOLD_OLD_RELEASE" --headers "$headers" \
		--image "$(kernel_image "$GOLD_OLD_RELEASE")" --source "$old_tree" \
		--modules "$(kernel_dir "$GOLD_OLD_RELEASE")/lib/modules/$GOLD_OLD_RELEASE" \
		--mend-symvers "$WORK/Module.symvers" --keep "$WORK/keep"
}

gold()
{
	local missing status=0 kallsyms

	missing=$(gold_missing)
	if [ -n "$missing" ]; then
		printf 'SKIP gold case %s to %s: no longer served: %s\n' "$GOLD_OLD" "$GOLD_NEW" \
			"$(xargs <<<"$missing")"
		return 0
	fi
	WORK=$BUILD/replay/gold
	rm -rf "$WORK"
	mkdir -p "$WORK"
	gold_build || die "the gold case could not be built"
	kernel_fetch "$GOLD_NEW_RELEASE"
	extract_vmlinux "$(kernel_image "$GOLD_NEW_RELEASE")" >"$WORK/shipped" 2>/dev/null || true
	kallsyms=$(kallsyms_of "$GOLD_OLD_RELEASE")
	"$MEND_ROOT/scripts/check-payload" --keep "$WORK/keep" --kallsyms "$kallsyms" \
		"$WORK/gold.ko" | tee "$WORK/result" || status=$?
	kallsyms=$(kallsyms_of "$GOLD_NEW_RELEASE")
	"$MEND_ROOT/scripts/check-payload" --like "$WORK/shipped" --kallsyms "$kallsyms" \
		"$WORK/gold.ko" | tee -a "$WORK/result" || status=$?
	rm -rf "$WORK/keep"
	return "$status"
}
