# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# mend-build for the kernels of the matrix: where it is, where their source is, and what
# it has to be told. Needs common.sh, kernels.sh, tree.sh and replay/sources.sh.

# builder_tree DIR MEND-DIFFER: mend-build as it lies in the tree, with that program.
builder_tree()
{
	rm -rf "$1"
	shadow "$1" builder include
	cp "$2" "$1/builder/"
	# A link would lead it back to where there is no mend-differ.
	cp --remove-destination "$MEND_ROOT/builder/mend-build" "$1/builder/"
}

# source_of NAME: what that kernel was made from, an archive or a folder. If it cannot be
# had, false, and why.
source_of()
{
	local package=linux-source-${1%-*} version installed

	version=$(kernel_version "$1")
	installed=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null || true)
	if [[ $1 == *-rt ]]; then
		echo "$1 has real-time patches that $package lacks"
		return 1
	elif [[ $1 != 6.*-cloud ]]; then
		echo "mend-build is not tried with $1"
		return 1
	elif [ -r "/usr/src/$package.tar.xz" ] && [ "$version" = "$installed" ]; then
		echo "/usr/src/$package.tar.xz"
	elif source_versions "${1%-*}" | grep -xF "$version" >/dev/null; then
		source_tree "${1%-*}" "$version" ||
			{ echo "$package $version could not be fetched"; return 1; }
	else
		echo "$package $version is not served"
		return 1
	fi
}

# builder_options RELEASE HEADERS SYMVERS SOURCE: what mend-build is told of a kernel, one
# word a line. SYMVERS is that of a mend.ko for it.
builder_options()
{
	printf '%s\n' --kernel "$1" --headers "$2" --image "$(kernel_image "$1")" \
		--modules "$(kernel_dir "$1")/lib/modules/$1" --mend-symvers "$3" --source "$4"
}
