# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The guest's root file system: a base archive with busybox and /init, made
# once and kept in the cache, and behind it an archive of what this run adds.
# The kernel unpacks one archive after the other, later files win. Needs
# common.sh.

# cpio_of DIR FILE: DIR as an archive, owned by root, the same for the same
# content apart from time stamps.
cpio_of()
{
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
	 cpio --quiet -0 -o -H newc -R 0:0 --reproducible) >"$2"
}

# initramfs_base: the path of the base archive.
initramfs_base()
{
	local busybox init=$MEND_ROOT/scripts/lib/vm-init base tmp applet

	need cpio
	busybox=$(command -v busybox) || die "busybox-static is not installed; scripts/deps does it"
	base=$MEND_CACHE/vm/base-$(cat "$busybox" "$init" "${BASH_SOURCE[0]}" |
				   sha256sum | cut -c1-16).cpio
	if [ ! -e "$base" ]; then
		mkdir -p "$MEND_CACHE/vm"
		tmp=$(mktemp -d "$MEND_CACHE/vm/.tmp.XXXXXX")
		mkdir -p "$tmp"/root/{bin,sbin,dev,proc,sys,tmp,run,root,etc,lib,lib64,usr/bin,usr/sbin}
		cp "$busybox" "$tmp/root/bin/busybox"
		for applet in $("$busybox" --list); do
			[ "$applet" = busybox ] || ln -s /bin/busybox "$tmp/root/bin/$applet"
		done
		ln -s /bin/env "$tmp/root/usr/bin/env"
		install -m 755 "$init" "$tmp/root/init"
		printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' \
			>"$tmp/root/etc/passwd"
		printf 'root:x:0:\nnogroup:x:65534:\n' >"$tmp/root/etc/group"
		cpio_of "$tmp/root" "$tmp/base.cpio"
		mv "$tmp/base.cpio" "$base"
		rm -rf "$tmp"
	fi
	printf '%s\n' "$base"
}

is_elf_program()
{
	local head

	[ -f "$1" ] || return 1
	head=$(od -An -tx1 -N18 "$1" | tr -d ' \n')
	# ET_EXEC or ET_DYN; a kernel module is ET_REL
	[[ $head =~ ^7f454c46.{24}0[23]00$ ]]
}

# add_libraries ROOT FILE...: what the dynamic loader would load for each
# program, at the same paths.
add_libraries()
{
	local root=$1 file lib

	shift
	for file in "$@"; do
		is_elf_program "$file" || continue
		while read -r lib; do
			[ ! -e "$root$lib" ] || continue
			mkdir -p "$root${lib%/*}"
			cp -L "$lib" "$root$lib"
		done < <(ldd "$file" 2>/dev/null | awk '
			$2 == "=>" && $3 ~ /^\// { print $3 }
			$1 ~ /^\// { print $1 }')
	done
}

# add_file ROOT SOURCE DEST: a file or a folder, with the libraries of the
# programs in it.
add_file()
{
	local root=$1 source=$2 dest=$3 files

	[ -e "$source" ] || die "there is no file $source"
	[[ $dest == /* ]] || dest=/$dest
	if [ -d "$source" ]; then
		mkdir -p "$root$dest"
		cp -a "$source/." "$root$dest"
		mapfile -d '' files < <(find "$source" -type f -perm /111 -print0)
		add_libraries "$root" "${files[@]}"
	else
		[[ $dest != */ ]] || dest+=${source##*/}
		mkdir -p "$root${dest%/*}"
		cp -L "$source" "$root$dest"
		add_libraries "$root" "$source"
	fi
}

# add_program ROOT NAME: a program of this machine, in front of busybox's.
add_program()
{
	local path

	path=$(type -P "$2") || die "this machine has no program '$2' to put into the guest"
	add_file "$1" "$(readlink -f "$path")" "/bin/$2"
}

# modules_of IMAGE: the folder of the modules that belong to it
modules_of() { printf '%s\n' "${1%/*}/../lib/modules/${1##*/vmlinuz-}"; }

# is_built_in IMAGE NAME: has the kernel that module built in?
is_built_in() { grep -qs "/${2//_/[-_]}\.ko\$" "$(modules_of "$1")/modules.builtin"; }

# add_module ROOT IMAGE SPEC: a module, "FILE.ko [parameters]" or
# "NAME [parameters]"; the latter is taken, with what it depends on, from the
# modules that belong to IMAGE.
add_module()
{
	local root=$1 image=$2 name=${3%% *} params='' dir dep deps

	[[ $3 != *' '* ]] || params=${3#* }
	mkdir -p "$root/.vm" "$root/lib/vm"
	if [[ $name == *.ko || $name == */* ]]; then
		[ -f "$name" ] || die "there is no module file $name"
		cp -L "$name" "$root/lib/vm/${name##*/}"
		printf '/lib/vm/%s %s\n' "${name##*/}" "$params" >>"$root/.vm/modules"
		return
	fi
	dir=$(modules_of "$image")
	[ -f "$dir/modules.dep" ] || die "the kernel has no modules.dep beside it: $dir"
	deps=$(awk -F: -v n="${name//-/_}" '{
		f = $1; sub(/.*\//, "", f); sub(/\.ko.*/, "", f); gsub(/-/, "_", f)
		if (f == n) { m = split($2, d, " "); for (; m; m--) print d[m]; print $1 } }' \
		"$dir/modules.dep")
	[ -n "$deps" ] || die "the kernel has no module '$name' (or has it built in)"
	for dep in $deps; do
		name=${dep##*/}
		case $name in
		*.xz)	name=${name%.xz}; xz -dc "$dir/$dep" >"$root/lib/vm/$name" ;;
		*.zst)	name=${name%.zst}; zstd -qdc "$dir/$dep" >"$root/lib/vm/$name" ;;
		*)	cp "$dir/$dep" "$root/lib/vm/$name" ;;
		esac
		grep -qs "^/lib/vm/$name " "$root/.vm/modules" ||
			printf '/lib/vm/%s %s\n' "$name" \
				"$([ "$dep" != "${deps##*$'\n'}" ] || printf %s "$params")" \
				>>"$root/.vm/modules"
	done
}
