# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# The kernel that is to be patched: headers, configuration, shipped image, modules.
# Sets headers, vmlinux, modules and objtree; none of the originals is changed.

# le_number FILE OFFSET BYTES: unsigned, little endian.
le_number()
{
	od -An -v -tu1 -j "$2" -N "$3" "$1" |
		awk '{ for (i = NF; i; i--) n = n * 256 + $i; print n + 0 }'
}

# unpack_kernel VMLINUZ VMLINUX: an x86 bzImage says where its content is. The size
# of the unpacked kernel follows the stream, and unpackers complain about it.
unpack_kernel()
{
	local offset size magic unpack

	[ "$(le_number "$1" 510 2)" -eq $((0xaa55)) ] || die "$1 is no kernel image"
	offset=$((($(le_number "$1" $((0x1f1)) 1) + 1) * 512 + $(le_number "$1" $((0x248)) 4)))
	size=$(le_number "$1" $((0x24c)) 4)
	magic=$(od -An -v -tx1 -j "$offset" -N 4 "$1" | tr -d ' ')
	case $magic in
	fd377a58)	unpack=(xz -dc --single-stream) ;;
	28b52ffd)	unpack=(zstd -qdc) ;;
	02214c18)	unpack=(lz4 -qdc) ;;
	1f8b*)		unpack=(gzip -qdc) ;;
	*)		die "$1 is compressed with something unknown ($magic)" ;;
	esac
	need "${unpack[0]}"
	# The status says nothing: head leaves early, and a number follows the stream.
	tail -c +$((offset + 1)) "$1" | head -c "$size" | "${unpack[@]}" >"$2" 2>/dev/null || true
	[ -s "$2" ] || die "$1 could not be unpacked"
}

# A copy without links of what kbuild writes beside, and reads from, a built kernel. But
# for include/config/OPTION, thousands of empty files: their dates tell kbuild what it has
# to make again, and it is asked for one object that has never been made.
make_objtree()
{
	local name

	objtree=$work/obj
	mkdir -p "$objtree/include/config"
	for name in arch include/generated scripts tools .config Module.symvers \
		    include/config/auto.conf include/config/kernel.release; do
		[ -e "$headers/$name" ] || die "$headers lacks $name: are these the headers of" \
					       "linux-headers-${opt[kernel]}?"
		cp -rL "$headers/$name" "$objtree/$name"
	done
}

# kernel_check RELEASE: is all there? Sets headers, modules and opt[image], and what else
# the options say of this kernel.
kernel_check()
{
	local name image its all

	opt[kernel]=$1
	for name in source headers image modules mend-symvers; do
		its=$1:$name all=:$name
		# shellcheck disable=SC2004 # opt has names and no numbers
		opt[$name]=${opt[$its]:-${opt[$all]:-}}
	done
	headers=${opt[headers]:-/usr/src/linux-headers-${opt[kernel]}}
	image=${opt[image]:-/boot/vmlinuz-${opt[kernel]}}
	modules=${opt[modules]:-/lib/modules/${opt[kernel]}}
	[ -e "$headers/.config" ] || die "no kernel headers in '$headers': install" \
		"linux-headers-${opt[kernel]}, or name them with --headers"
	[ -r "$image" ] || die "no kernel image '$image': install" \
		"linux-image-${opt[kernel]}, or name it with --image"
	grep -qsF "\"${opt[kernel]}\"" "$headers/include/generated/utsrelease.h" ||
		die "'$headers' belongs to another kernel than ${opt[kernel]}"
	headers=$(readlink -f "$headers")
	opt[image]=$image
}

kernel_find()
{
	need od awk
	vmlinux=$work/vmlinux
	unpack_kernel "${opt[image]}" "$vmlinux"
	make_objtree
}
