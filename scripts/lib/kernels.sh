# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The matrix of kernels that mend is tested on, by name ("6.1-cloud"), and
# their images and headers. Needs common.sh.
#
# A name stands for the newest kernel of its series and flavour that the
# package lists offer with headers, so it is resolved at run time and written
# to the cache; every later step reads the cache and sees the same kernel.
#
# Images and headers are downloaded and unpacked into the cache, never installed:
# no boot loader, no initramfs and no /boot of this machine is touched. (The
# headers of Debian's 6.12 depend on the image, so installing them would.)

MATRIX=(6.1-cloud 6.1-rt 6.12-cloud 6.12-rt)

# Not of the matrix: "6.1-debug", which scripts/debug-kernel builds, and "7.2-cloud",
# which scripts/jump-kernel fetches.
EXTRA_KERNELS=(6.1-debug 7.2-cloud)
DEBUG_KERNEL=$MEND_CACHE/debug
JUMP_KERNEL=$MEND_CACHE/sid/7.2-cloud

apt_get()
{
	local opts=(-q -o APT::Color=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)

	# Without this, root's downloads into a private folder print a warning.
	[ "$(id -u)" -ne 0 ] || opts+=(-o APT::Sandbox::User=root)
	DEBIAN_FRONTEND=noninteractive apt-get "${opts[@]}" "$@" </dev/null
}

# Which of the packages given can be downloaded from a configured source; a
# package that is only installed, or only named by another one, cannot.
apt_downloadable() { apt-cache madison "$@" 2>/dev/null | awk '{ print $1 }' | sort -u; }

# matrix_resolve NAME: the release, from the package lists; nothing if they
# do not have it.
matrix_resolve()
{
	local series=${1%-*} flavour=${1##*-} candidates package
	local re="^linux-headers-${series//./\\.}\\.[0-9][^-]*(-[0-9]+)?-$flavour-amd64\$"

	# Read to the end: with pipefail, a reader that leaves early is an error.
	mapfile -t candidates < <(apt-cache pkgnames "linux-headers-$series." | grep -E "$re" |
				  sed 's/^linux-headers-//' | sort -rV)
	for package in "${candidates[@]}"; do
		if [ "$(apt_downloadable "linux-headers-$package" "linux-image-$package" |
			wc -l)" -eq 2 ]; then
			printf '%s\n' "$package"
			return 0
		fi
	done
}

# matrix_refresh: resolve all names and remember them.
matrix_refresh()
{
	local name release new

	mkdir -p "$MEND_CACHE"
	new=$(mktemp "$MEND_CACHE/matrix.XXXXXX")
	for name in "${MATRIX[@]}"; do
		release=$(matrix_resolve "$name")
		if [ -z "$release" ]; then
			rm -f "$new"
			say "the package lists have no kernel for $name with headers;" \
			    "on Debian 12 they are in bookworm-security"
			return 1
		fi
		printf '%s %s\n' "$name" "$release" >>"$new"
	done
	chmod 644 "$new"
	mv "$new" "$MEND_CACHE/matrix"
}

# matrix_release NAME: the release that NAME stands for.
matrix_release()
{
	local release=

	case $1 in
	6.1-debug)
		cat "$DEBUG_KERNEL/release" 2>/dev/null ||
			{ say "there is no debug kernel: scripts/debug-kernel builds it"; return 1; }
		return 0 ;;
	7.2-cloud)
		cat "$JUMP_KERNEL" 2>/dev/null ||
			{ say "there is no kernel $1: scripts/jump-kernel fetches it"; return 1; }
		return 0 ;;
	esac
	[ -e "$MEND_CACHE/matrix" ] || matrix_refresh || return 1
	release=$(awk -v n="$1" '$1 == n { print $2 }' "$MEND_CACHE/matrix")
	[ -n "$release" ] || return 1
	printf '%s\n' "$release"
}

kernel_dir() { printf '%s/kernels/%s\n' "$MEND_CACHE" "$1"; }

# unpack_packages DIR FINISH PACKAGE...: DIR becomes what is in the packages, after
# the function FINISH has put its root in order. Complete or absent: it is made
# aside and renamed. Several callers may ask for the same one at once.
unpack_packages()
{
	local dir=$1 finish=$2 tmp deb

	shift 2
	need apt-get dpkg
	mkdir -p "${dir%/*}"
	(
		flock 9
		[ ! -e "$dir" ] || exit 0
		say "downloading $* into $MEND_CACHE"
		tmp=$(mktemp -d "${dir%/*}/.tmp.XXXXXX")
		trap 'rm -rf "$tmp"' EXIT
		cd "$tmp" || exit 1
		mkdir root
		# Every step by itself: bash ignores set -e in front of ||.
		apt_get download "$@" >&2 || exit 1
		for deb in ./*.deb; do
			dpkg -x "$deb" root || exit 1
		done
		"$finish" root "${dir##*/}" && mv root "$dir"
	) 9>"${dir%/*}/.lock" || {
		say "cannot download $* with apt-get; 'apt-get update' and try again"
		return 1
	}
}

# Newer packages have the image beside the modules.
finish_image()
{
	if [ ! -e "$1/boot/vmlinuz-$2" ]; then
		mkdir -p "$1/boot"
		mv "$1/usr/lib/modules/$2/vmlinuz" "$1/boot/vmlinuz-$2" || return 1
	fi
	[ -d "$1/lib" ] || ln -s usr/lib "$1/lib" || return 1
	need depmod
	depmod -b "$1" "$2"
}

# The links between the packages are relative; one name is not.
finish_headers()
{
	local makefile=$1/usr/src/linux-headers-$2/Makefile

	[ -e "${makefile%/*}/Module.symvers" ] || return 1
	# shellcheck disable=SC2016 # the dollars are for make
	sed -i 's,^include /usr/src/,include $(dir $(lastword $(MAKEFILE_LIST)))../,' "$makefile"
}

# kernel_fetch RELEASE: have its image in the cache. Newer packages are in parts.
kernel_fetch()
{
	local parts

	[ ! -e "$(kernel_dir "$1")" ] || return 0
	mapfile -t parts < <(apt-cache depends "linux-image-$1" |
			     awk '$2 ~ /^linux-(binary|modules)-/ { print $2 }')
	unpack_packages "$(kernel_dir "$1")" finish_image "linux-image-$1" "${parts[@]}"
}

# headers_fetch RELEASE: have its headers in the cache, and the scripts and the
# objtool that they refer to.
headers_fetch()
{
	local dir=$MEND_CACHE/headers/$1 packages

	[ ! -e "$dir" ] || return 0
	mapfile -t packages < <(apt-cache depends "linux-headers-$1" |
				awk '$2 ~ /^linux-(headers|kbuild)-/ { print $2 }' | sort -u)
	unpack_packages "$dir" finish_headers "linux-headers-$1" "${packages[@]}"
}

# headers_of NAME: the folder to build modules for it with, for make's KDIR=.
headers_of()
{
	local release

	case $1 in
	*-debug)
		printf '%s/source\n' "$DEBUG_KERNEL" ;;
	7.2-cloud)
		release=$(matrix_release "$1") || return 1
		printf '%s/root/%s/usr/src/linux-headers-%s\n' "${JUMP_KERNEL%/*}" "$release" \
			"$release" ;;
	*)
		release=$(matrix_release "$1") || return 1
		printf '%s/headers/%s/usr/src/linux-headers-%s\n' "$MEND_CACHE" "$release" \
			"$release" ;;
	esac
}

# kernel_version NAME: the version of the package that its kernel was made from.
kernel_version()
{
	local generated

	generated=$(headers_of "$1")/include/generated
	sed -n 's/.* Debian \([^ ]*\) .*/\1/p' "$generated/compile.h" "$generated/utsversion.h" \
		2>/dev/null | head -1
}

# slowdown_of NAME: how many times longer than on a stock kernel its tests may take
slowdown_of()
{
	case $1 in
	*-debug)	echo 10 ;;
	*)		echo 1 ;;
	esac
}

# kernel_image NAME-OR-RELEASE-OR-PATH: the path of its vmlinuz.
kernel_image()
{
	local release=$1

	case $1 in
	*/*)
		[ -f "$1" ] || { say "there is no kernel image $1"; return 1; }
		printf '%s\n' "$1"
		return 0 ;;
	esac
	if [[ " ${MATRIX[*]} ${EXTRA_KERNELS[*]} " == *" $1 "* ]]; then
		release=$(matrix_release "$1") || return 1
	elif [[ $1 != *-amd64 ]]; then
		say "'$1' is neither one of ${MATRIX[*]} ${EXTRA_KERNELS[*]}, nor a release, nor a path"
		return 1
	fi
	kernel_fetch "$release" || return 1
	printf '%s/boot/vmlinuz-%s\n' "$(kernel_dir "$release")" "$release"
}

# le_bytes FILE OFFSET COUNT: an unsigned little-endian number.
le_bytes()
{
	od -An -v -tu1 -j "$2" -N "$3" "$1" |
		awk '{ for (i = NF; i; i--) n = n * 256 + $i; print n }'
}

# extract_vmlinux VMLINUZ: the ELF file that is compressed in it, on standard
# output. Where it lies stands in the boot protocol's header. Unpackers complain
# about the size that stands behind their stream; the status says nothing.
extract_vmlinux()
{
	local image=$1 offset size magic

	[ "$(le_bytes "$image" 510 2)" -eq $((0xaa55)) ] || die "$image is not a kernel image"
	offset=$(((($(le_bytes "$image" $((0x1f1)) 1)) + 1) * 512 +
		  $(le_bytes "$image" $((0x248)) 4)))
	size=$(le_bytes "$image" $((0x24c)) 4)
	magic=$(od -An -v -tx1 -j "$offset" -N 4 "$image" | tr -d ' ')
	tail -c +$((offset + 1)) "$image" | head -c "$size" |
	case $magic in
	fd377a58)	xz -dc --single-stream ;;
	28b52ffd)	zstd -qdc ;;
	02214c18)	lz4 -qdc ;;
	1f8b*)		gzip -qdc ;;
	*)		die "$image is compressed with something unknown ($magic)" ;;
	esac
}

# kernel_build_id VMLINUZ: its GNU build-id, remembered beside it when it can be.
kernel_build_id()
{
	local image=$1 store=$1.build-id tmp id

	if [ -s "$store" ]; then
		cat "$store"
		return 0
	fi
	need readelf xz lz4 zstd
	tmp=$(mktemp)
	extract_vmlinux "$image" >"$tmp" 2>/dev/null || true
	id=$(readelf -nW "$tmp" 2>/dev/null | sed -n 's/.*Build ID: \([0-9a-f]\{40\}\)$/\1/p' |
	     head -1)
	rm -f "$tmp"
	[ -n "$id" ] || { say "$image holds no GNU build-id"; return 1; }
	printf '%s\n' "$id" >"$store" 2>/dev/null || true
	printf '%s\n' "$id"
}

# kallsyms_of NAME-OR-RELEASE: a file with the addresses of its symbols, as it says itself.
kallsyms_of()
{
	local image id file

	image=$(kernel_image "$1") || return 1
	id=$(kernel_build_id "$image") || return 1
	file=$MEND_CACHE/kallsyms/$id
	if [ ! -s "$file" ]; then
		mkdir -p "${file%/*}"
		"$MEND_ROOT/scripts/vm" -k "$1" -a nokaslr -t 300 \
			-- 'grep -v "\[" /proc/kallsyms | gzip' | gzip -dc >"$file.new" || return 1
		mv "$file.new" "$file"
	fi
	printf '%s\n' "$file"
}
