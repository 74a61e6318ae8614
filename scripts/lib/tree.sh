# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The files of this tree, and shadows of it to build in: one tree per kernel or
# compiler, of links to the sources, so that the same sources are built in many
# ways at once and the tree itself stays clean. Needs common.sh.

# The matrix's folders are build/NAME, e.g. build/6.1-cloud.
export BUILD=$MEND_ROOT/build

# tree_files [PATHSPEC...]: what is or is about to be in the repository,
# relative to its top. Files that are deleted but not yet committed are left out.
# A copy of the tree inside of another repository is none itself.
tree_files()
{
	local file

	if have git &&
	   [ "$(git -C "$MEND_ROOT" rev-parse --show-toplevel 2>/dev/null)" -ef "$MEND_ROOT" ]; then
		git -C "$MEND_ROOT" ls-files -co --exclude-standard -- "$@"
	else
		(cd "$MEND_ROOT" && find "${@:-.}" -type f -not -path './build/*' \
			-not -name '*.o' -not -name '*.ko' -not -name '.*.cmd' | sed 's,^\./,,')
	fi | LC_ALL=C sort -u | while IFS= read -r file; do
		[ ! -f "$MEND_ROOT/$file" ] || printf '%s\n' "$file"
	done
}

# uninstalls FOLDER O [FILE]: what install installs goes again, but for that file.
uninstalls()
{
	local root=$BUILD/uninstall-$1 left

	rm -rf "$root"
	make -C "$MEND_ROOT/$1" O="$2" DESTDIR="$root" install
	make -C "$MEND_ROOT/$1" DESTDIR="$root" uninstall
	left=$(find "$root" -not -type d)
	echo "left: $left"
	[ "$left" = "${3:+$root$3}" ] && [ ! -e "$root/usr/local/lib/mend" ]
}

# shadow DIR PATH...: make DIR a tree of links to these parts of the source.
shadow()
{
	local dir=$1 file

	shift
	mkdir -p "$dir"
	find "$dir" -xtype l -delete
	while IFS= read -r file; do
		[ ! -L "$dir/$file" ] || continue
		mkdir -p "$dir/${file%/*}"
		ln -sfn "$MEND_ROOT/$file" "$dir/$file"
	done < <(tree_files "$@")
}
