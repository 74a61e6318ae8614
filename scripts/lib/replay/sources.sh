# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The sources of Debian's point releases, and what differs between two of them. Needs
# common.sh and kernels.sh.

readonly SOURCES=$MEND_CACHE/source

# source_versions SERIES: those that can be had, the newest first.
source_versions() { apt-cache madison "linux-source-$1" | awk '{ print $3 }' | uniq; }

# older_version SERIES VERSION: the newest of another upstream point release.
older_version()
{
	local version upstream=${2%%-*}

	while read -r version; do
		if [ "${version%%-*}" != "$upstream" ] && dpkg --compare-versions "$version" lt "$2"
		then
			printf '%s\n' "$version"
			return 0
		fi
	done < <(source_versions "$1")
	return 1
}

finish_source()
{
	local tar

	tar=$(find "$1/usr/src" -name 'linux-source-*.tar.xz')
	mkdir "$1/tree"
	tar -C "$1/tree" --strip-components=1 -xJf "$tar" && rm -rf "${1:?}/usr" "${1:?}/lib"
}

# source_tree SERIES VERSION: the folder with that source; downloaded when missing.
source_tree()
{
	local dir=$SOURCES/linux-source-$1_$2

	[ -e "$dir" ] || unpack_packages "$dir" finish_source "linux-source-$1=$2" || return 1
	printf '%s/tree\n' "$dir"
}

# C files that could be part of an x86-64 kernel.
digests()
{
	(cd "$1" && find . \( -path ./Documentation -o -path ./tools -o -path ./samples \
		-o -path ./scripts -o -path ./usr -o -path ./arch/x86/um \
		-o -path './arch/*' -not -path ./arch/x86 -not -path './arch/x86/*' \) -prune \
		-o -name '*.c' -type f -print0 | LC_ALL=C sort -z | xargs -0 sha1sum)
}

# changed_files OLD NEW: those that both trees have, and that differ.
changed_files()
{
	LC_ALL=C join -j 2 <(digests "$1" | LC_ALL=C sort -k2) <(digests "$2" | LC_ALL=C sort -k2) |
		awk '$2 != $3 { sub(/^\.\//, "", $1); print $1 }'
}

# drawn SEED: the lines of standard input in an order that depends on SEED alone.
drawn() { sort -R --random-source=<(yes "$1"); }

# shipped_names KALLSYMS MODULES: every name in that kernel and its modules
shipped_names()
{
	{
		awk '{ print $3 }' "$1"
		find -L "$2" -name '*.ko' -print0 | xargs -r0 nm -jA 2>/dev/null | sed 's/.*://'
		find -L "$2" -name '*.ko.xz' | while read -r module; do
			xz -dc "$module" >"$WORK/module.ko"
			nm -j "$WORK/module.ko"
		done
	} | LC_ALL=C sort -u
	rm -f "$WORK/module.ko"
}

# Names in front of the first parenthesis of lines that look like definitions.
names_in()
{
	awk '/^[A-Za-z_].*\(/ && !/;[ \t]*$/ && !/=/ {
		sub(/[ \t]*\(.*/, "")
		sub(/.*[^A-Za-z0-9_]/, "")
		print
	}' "$1" | LC_ALL=C sort -u
}

# is_shipped FILE: does the kernel have any function of a name that the file has? If not,
# it is no part of it, and need not be compiled to find that out.
is_shipped() { [ -n "$(LC_ALL=C comm -12 <(names_in "$1") "$WORK/names")" ]; }
