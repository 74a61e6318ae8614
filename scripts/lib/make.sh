# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# make, for a kernel by name. Needs common.sh, kernels.sh.

. "$MEND_ROOT/scripts/lib/sid.sh"

# kbuild NAME ARG...: make, with a kernel's headers and the programs they are for
kbuild()
{
	local name=$1 release

	shift
	case $name in
	7.2-cloud)
		release=$(matrix_release "$name") || return 1
		sid_run "$release" make KDIR="/usr/src/linux-headers-$release" "$@" ;;
	*)
		make KDIR="$(headers_of "$name")" "$@" ;;
	esac
}
