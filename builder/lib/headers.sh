# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Diffs of headers: which files of this kernel are compiled to something else? Those that
# use a name that has changed, directly or through macros and inline functions of other
# headers, and whose text differs behind the preprocessor. They are appended to files.

# More than these are not a fix of something but a change of everything.
readonly NAMES_MAX=400 FILES_MAX=150

constructs() { awk -f "$BUILDER/lib/constructs.awk" "$@"; }

# Constructs of the changed headers that are only in one of both versions.
changed_constructs()
{
	local header

	for header in "${changed_headers[@]}"; do
		LC_ALL=C comm -3 <(constructs "$srctree/$header" | LC_ALL=C sort) \
			<(constructs "$(plain_copy "$header")" | LC_ALL=C sort) | sed 's/^\t//'
	done
}

# What may be part of this kernel and has a name that matches.
list_source()
{
	(cd "$srctree" && find . \( -path ./Documentation -o -path ./tools -o -path ./samples -o \
		-path ./scripts -o -path ./usr -o -path './arch/*' ! -path './arch/x86*' \) \
		-prune -o "$@" -print)
}

# grep_list LIST NAMES: the files of a list that have one of the names. That most have
# none is no error.
grep_list()
{
	(cd "$overlay" && { LC_ALL=C xargs -a "$1" -d '\n' grep -lwF -f "$2" -- || true; })
}

# Names, and those of what uses them in headers, until there are no more.
close_names()
{
	local fresh=$work/names.fresh round=$work/names.round

	list_source -name '*.h' >"$work/all.headers"
	cp "$work/names" "$fresh"
	while [ -s "$fresh" ]; do
		[ "$(wc -l <"$work/names")" -le $NAMES_MAX ] || return 1
		grep_list "$work/all.headers" "$fresh" >"$work/mentioned"
		(cd "$overlay" && xargs -a "$work/mentioned" -r -d '\n' \
			awk -f "$BUILDER/lib/constructs.awk") |
			awk -f "$BUILDER/lib/mentions.awk" "$work/names" - | sort -u >"$round"
		cp "$round" "$fresh"
		sort -u -o "$work/names" "$work/names" "$fresh"
	done
}

# folder_says FOLDER LINE: kbuild's rules there, with this configuration; asked once.
folder_says()
{
	local list=$work/folders/${1//\//_}

	if [ ! -e "$list" ]; then
		mkdir -p "$work/folders"
		run_kbuild "$1" mend-folder >"$list.all"
		grep -E '^(part|folder) ' "$list.all" >"$list" || true
	fi
	grep -qxF "$2" "$list"
}

# Does kbuild enter the folder? The top ones it does; those below if one above says so.
folder_in_config()
{
	local parent=$1

	[[ $1 == */* && $1 != arch/x86 ]] || return 0
	# These the architecture's own Makefile names, as the top one does.
	! grep -q "[[:blank:]]$1/" "$srctree/arch/x86/Makefile" || return 0
	while [[ $parent == */* ]]; do
		parent=$(dirname "$parent")
		! has_rules "$parent" || ! folder_says "$parent" "folder $1" || {
			folder_in_config "$parent"
			return
		}
	done
	return 1
}

file_in_config()
{
	local folder object

	find_rules "$1"
	folder_says "$folder" "part $object" && folder_in_config "$folder"
}

# Where '..' leads out of a folder that is only a link in overlay, it leads to unchanged
# headers: these folders become real. Lines of the preprocessor say which file it read.
find_detours()
{
	local header path found=1

	for header in "${changed_headers[@]}"; do
		while read -r path; do
			[ "$(readlink -f "$path")" != "$overlay/$header" ] || continue
			[ "$(readlink -f "$path")" = "$srctree/$header" ] || continue
			found=0
			while [[ $path == */../* ]]; do
				path=${path%/../*}
				link_folder "${path#"$overlay"/}"
			done
		done < <(sed -n 's/^# [0-9]* "\(.*\)".*/\1/p' "$1" | grep -F "/${header##*/}" |
			 grep -F /../ | sort -u)
	done
	return "$found"
}

# preprocess ROOT FILE OUT: its words, one a line.
preprocess()
{
	local tries=0

	compile "$1" "$2" "$3.i" -E
	while [ "$1" = "$overlay" ] && find_detours "$3.i"; do
		[ $((++tries)) -lt 9 ] || die "$2 reaches a changed header by a way that is not known"
		compile "$1" "$2" "$3.i" -E
	done
	sed '/^# /d' "$3.i" | tr -s '[:space:]' '\n' >"$3"
}

# The same text for the compiler, wherever its lines begin and end?
same_text()
{
	preprocess "$srctree" "$1" "$work/text.before"
	preprocess "$overlay" "$1" "$work/text.after"
	cmp -s "$work/text.before" "$work/text.after"
}

# refuse_fanout WHAT: for all headers at once; which of them it is, nobody can say.
refuse_fanout()
{
	refuse "${changed_headers[0]}" HEADER_FANOUT "$1: make the change in the files that need it"
	exit 2
}

# Files that name one of the names, without those that the diff has changed anyway.
candidates()
{
	list_source -name '*.[cS]' >"$work/all.sources"
	grep_list "$work/all.sources" "$work/names" | sed 's|^\./||' | LC_ALL=C sort |
		grep -vxF -f <(printf '%s\n' "${files[@]}" '') || true
}

consider_file()
{
	local file=$1

	case $file in
	arch/x86/boot/*|arch/x86/realmode/*|arch/x86/purgatory/*|arch/x86/um/*|arch/x86/tools/*|\
	drivers/firmware/efi/libstub/*)
		return 0 ;;
	arch/x86/entry/vdso/*|*.S)
		refuse "$file" ASM_VDSO_LIB "it uses something that changes in a header, and\
 assembler and the vDSO cannot be patched: leave that out"
		return 0 ;;
	esac
	file_in_config "$file" || return 0
	link_folder "$(dirname "$file")"
	kbuild_command "$file" || return 0
	same_text "$file" || files+=("$file")
}

# Files of the diff itself are compiled in any case, with all of the changed headers.
find_detours_of_diff()
{
	local file

	for file in "${files[@]}"; do
		kbuild_command "$file" || exit 2
		preprocess "$overlay" "$file" "$work/text.after"
	done
}

# Appends to files.
header_users()
{
	local list=$work/candidates file own=${#files[@]}

	changed_constructs >"$work/constructs"
	! grep -q '^include' "$work/constructs" || refuse_fanout "another header is included in\
 a header, and what that means to other files is not followed"
	cut -f2 "$work/constructs" | tr ' ' '\n' | sed '/^$/d' | sort -u >"$work/names"
	find_detours_of_diff
	[ -s "$work/names" ] || return 0
	close_names || refuse_fanout "what changes in it is used everywhere"
	candidates >"$list"
	[ "$(wc -l <"$list")" -le $FILES_MAX ] ||
		refuse_fanout "$(wc -l <"$list") files may use what changes in it"
	while read -r file; do
		consider_file "$file"
	done <"$list"
	[ -z "$refused" ] || exit 2
	say "headers: of $(wc -l <"$list") other files that name what changes there," \
	    "$((${#files[@]} - own)) are other text for the compiler"
}
