# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# What mend.ko exports, with the versions that its symbols have on that kernel: they are
# the same on each machine where this mend.ko is made for it.

# made_for MEND.KO: the kernel's release; nothing, if it does not say.
made_for() { LC_ALL=C grep -azom 1 '^vermagic=[^ ]*' "$1" | tr -d '\0' | cut -d= -f2 || true; }

# symvers_of MEND.KO: as kbuild writes Module.symvers. A kernel without CONFIG_MODVERSIONS
# has no versions, and kbuild writes 0 then.
symvers_of()
{
	local crcs=$work/mend.crcs

	objcopy -O binary -j __kcrctab_gpl "$1" "$crcs" 2>/dev/null || : >"$crcs"
	{
		od -An -v -tx4 -w4 "$crcs" | awk '{ print "version", (NR - 1) * 4, $1 }'
		nm "$1" | sed -n 's/^0*\([0-9a-f]\{1,\}\) r __crc_/at \1 /p' |
			while read -r _ offset name; do
				printf 'at %d %s\n' "0x$offset" "$name"
			done
		nm "$1" | sed -n 's/.* r __ksymtab_/export /p'
	} | awk '
		$1 == "version" { version[$2] = $3 }
		$1 == "at" { its[$3] = version[$2] }
		$1 == "export" {
			printf "0x%s\t%s\tmend\tEXPORT_SYMBOL_GPL\t\n",
			       $2 in its ? its[$2] : "00000000", $2
		}'
}

# Beside a mend-build that runs in its own tree, if that was built for this kernel.
symvers_of_tree()
{
	local dir=$BUILDER/../kmod

	grep -qs "	mend_register	" "$dir/Module.symvers" || return 1
	[ ! -e "$dir/mend.ko" ] || [ "$(made_for "$dir/mend.ko")" = "${opt[kernel]}" ] || return 1
	readlink -f "$dir/Module.symvers"
}

# Where DKMS installs it, and where it keeps what it has built for kernels that are not
# installed.
symvers_of_module()
{
	local dir

	for dir in "$modules" "/var/lib/dkms/mend/"*"/${opt[kernel]}"; do
		if [ -d "$dir" ] && module_file mend "$dir" &&
		   [ "$(made_for "$work/mend.ko")" = "${opt[kernel]}" ]; then
			symvers_of "$work/mend.ko" >"$work/mend.symvers"
			! grep -q "	mend_register	" "$work/mend.symvers" || {
				printf '%s\n' "$work/mend.symvers"
				return
			}
		fi
	done
	return 1
}

# The file that was named is that one or none.
symvers_named()
{
	local file=${opt[mend-symvers]} of

	grep -qs "	mend_register	" "$file" || die "--mend-symvers: '$file' is no Module.symvers" \
						     "of mend.ko"
	if [ -e "${file%/*}/mend.ko" ]; then
		of=$(made_for "${file%/*}/mend.ko")
		[ "$of" = "${opt[kernel]}" ] || die "'$file' is of a mend.ko for" \
			"${of:-no kernel}: name that of one for ${opt[kernel]} with --mend-symvers"
	fi
	readlink -f "$file"
}

find_symvers()
{
	if [ -n "${opt[mend-symvers]:-}" ]; then
		symvers_named
	else
		symvers_of_tree || symvers_of_module ||
			die "there is no mend.ko for ${opt[kernel]}: have DKMS build it" \
			    "(dkms install mend/VERSION -k ${opt[kernel]}), or build it from mend's" \
			    "tree and name its Module.symvers with --mend-symvers"
	fi
}
