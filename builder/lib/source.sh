# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# The kernel's source, and the diff on top of it. Sets srctree, the pristine source, and its
# source_version;
# overlay, a tree that looks like it with the diff applied; and what changes: files and
# changed_headers.

# Unpacked once, beside other things that can be had again.
unpack_source()
{
	local tar=$1 cache=${MEND_CACHE:-${HOME:-/root}/.cache/mend}/source tmp id

	id=$(basename "$tar" .tar.xz)-$(stat -Lc %Y-%s "$tar")
	if [ ! -d "$cache/$id" ]; then
		step "unpacking $tar into $cache, once"
		need tar xz
		mkdir -p "$cache"
		tmp=$(mktemp -d "$cache/.tmp.XXXXXX")
		tar -C "$tmp" -xJf "$tar" || { rm -rf "$tmp"; die "'$tar' cannot be unpacked"; }
		mv "$tmp"/*/ "$tmp/tree"
		# Somebody else may have been faster.
		mv -T "$tmp/tree" "$cache/$id" 2>/dev/null || true
		rm -rf "$tmp"
	fi
	srctree=$cache/$id
}

# leave_out FILE WHY: said here, and in the bundle's SBOM.
leave_out()
{
	say "$1: left out, $2"
	printf '%s: %s\n' "$1" "$2" >>"$work/left-out"
}

make_value() { sed -n "s/^$1 = //p" "$srctree/Makefile" | head -1; }

# As the headers say what they were made from, in KERNEL_VERSION's order.
check_version()
{
	local code want

	source_version=$(make_value VERSION).$(make_value PATCHLEVEL).$(make_value SUBLEVEL)
	code=$(sed -n 's/^#define LINUX_VERSION_CODE //p' \
		"$objtree/include/generated/uapi/linux/version.h" 2>/dev/null || true)
	[ -n "$code" ] || return 0
	want=$((code >> 16)).$((code >> 8 & 255)).$((code & 255))
	[ "$want" = "$source_version" ] && return 0
	say "IDENTITY: the source in '$srctree' is $source_version and ${opt[kernel]} was made from" \
	    "$want: install that version of linux-source, or name it with --source"
	exit 4
}

source_find()
{
	local version=${opt[kernel]%%-*} source=${opt[source]:-}

	version=$(cut -d. -f1,2 <<<"$version")
	source=${source:-/usr/src/linux-source-$version.tar.xz}
	if [ -d "$source" ]; then
		srctree=$(readlink -f "$source")
	elif [ -r "$source" ]; then
		unpack_source "$source"
	else
		die "no kernel source '$source': install linux-source-$version, or name it with" \
		    "--source"
	fi
	[ -e "$srctree/scripts/Makefile.build" ] || die "'$srctree' is no kernel source"
	check_version
}

# refuse FILE CLASS WHAT: as mend-differ does, for what no compiler is needed.
refuse()
{
	printf '%s:*: %s: %s\n' "$1" "$2" "$3" >&2
	if [ -n "${opt[json]:-}" ]; then
		printf '{"file": "%s", "refused": [{"file": "%s", "function": "*", ' "$1" "$1"
		printf '"class": "%s", "what": "%s"}]}\n' "$2" "$3"
	fi
	refused=1
}

# The two names of each file in the diff, with the first folder, which patch -p1 removes.
diff_files() { awk -v names=1 -f "$BUILDER/lib/diff.awk" "$diff" | sort -u; }

add_file()
{
	case $1 in
	*.c)	files+=("$1") ;;
	*)	changed_headers+=("$1") ;;
	esac
}

# classify_file OLD NEW
classify_file()
{
	local file=${2#*/} why=''

	[ "$2" != /dev/null ] || file=${1#*/}
	case $file in
	/*|../*|*/../*)
		die "the diff names '$file', which is outside the source" ;;
	Documentation/*|*.rst|*.txt|MAINTAINERS|tools/*|samples/*)
		why="it is no code of the kernel" ;;
	arch/x86/*)
		;;
	arch/*/*)
		why="it is of another architecture" ;;
	esac
	if [ -n "$why" ]; then
		leave_out "$file" "$why"
		printf '%s %s\n' "$1" "$2" >>"$work/drop"
	elif [ "$1" = /dev/null ] || [ "$2" = /dev/null ]; then
		refuse "$file" NEW_FILE "files that come or go are not built into patches:\
 put new functions into a file that exists"
	else
		classify_code "$file"
	fi
}

# classify_code FILE
classify_code()
{
	case $1 in
	arch/x86/entry/vdso/*|arch/x86/boot/*|arch/x86/realmode/*|arch/x86/purgatory/*|*.S|*.lds)
		refuse "$1" ASM_VDSO_LIB "assembler, vDSO and boot code cannot be patched:\
 leave it out" ;;
	*.c|*.h)
		add_file "$1" ;;
	*)
		refuse "$1" NOT_CODE "changes of how the kernel is built cannot be patched in" ;;
	esac
}

# link_folder PATH: make overlay/PATH a folder of its own, with links to what is in it.
link_folder()
{
	local path=$1 entry entries=()

	# What is above comes first: below a link all is the source itself.
	[ "$path" = . ] || link_folder "$(dirname "$path")"
	[ -L "$overlay/$path" ] || [ ! -d "$overlay/$path" ] || return 0
	rm -f "$overlay/$path"
	mkdir -p "$overlay/$path"
	for entry in "$srctree/$path"/* "$srctree/$path"/.[!.]*; do
		[ ! -e "$entry" ] || entries+=("$entry")
	done
	[ ${#entries[@]} -eq 0 ] || ln -s -t "$overlay/$path" "${entries[@]}"
}

# The numbers of unchanged lines stay what they were, for whatever uses __LINE__.
number_lines()
{
	diff -U0 "$1" "$2" | sed -n 's/^@@ -\([0-9,]*\) +\([0-9,]*\) @@.*/\1 \2/p' \
		>"$work/hunks" || true
	awk -f "$BUILDER/lib/lines.awk" "$work/hunks" "$2" >"$work/numbered"
}

# A changed file as the diff leaves it, without numbers.
plain_copy() { printf '%s\n' "$work/out/${1//\//_}.plain"; }

source_patch()
{
	local old new file log=$work/patch.log

	need patch diff
	files=()
	changed_headers=()
	refused=
	: >"$work/drop"
	while read -r old new; do
		classify_file "$old" "$new"
	done < <(diff_files)
	[ -z "$refused" ] || exit 2
	[ $((${#files[@]} + ${#changed_headers[@]})) -gt 0 ] ||
		die "'$diff' is no diff with changes of C files (paths with one leading folder," \
		    "as git makes them)"
	overlay=$work/src
	for file in "${files[@]}" "${changed_headers[@]}"; do
		[ -f "$srctree/$file" ] || die "the source has no $file"
		link_folder "$(dirname "$file")"
		rm -f "$overlay/$file"
		cp "$srctree/$file" "$overlay/$file"
	done
	awk -v drop="$work/drop" -f "$BUILDER/lib/diff.awk" "$diff" >"$work/kept.patch"
	patch -d "$overlay" -p1 -F0 -f --no-backup-if-mismatch -i "$work/kept.patch" >"$log" 2>&1 || {
		cat "$log" >&2
		die "the diff does not apply to this kernel's source"
	}
	for file in "${files[@]}" "${changed_headers[@]}"; do
		number_lines "$srctree/$file" "$overlay/$file"
		cp "$overlay/$file" "$(plain_copy "$file")"
		cp "$work/numbered" "$overlay/$file"
	done
}
