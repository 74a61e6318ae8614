# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What every script of this folder needs: where the tree is, where the cache
# is, and how to say that something is wrong. Sourced; sets MEND_ROOT.

MEND_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${HOME:=/root}"
: "${MEND_CACHE:=$HOME/.cache/mend}"
export MEND_ROOT MEND_CACHE

# sbin holds depmod, insmod and dkms, and is not in every user's PATH.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Usage errors exit 64 in all of mend; anything else that the script itself
# cannot do exits with $MEND_DIE_STATUS (scripts/vm: 126), 1 by default.
usage_error()
{
	say "$* (--help shows the options)"
	exit 64
}

die()
{
	say "$*"
	exit "${MEND_DIE_STATUS:-1}"
}

have() { command -v "$1" >/dev/null 2>&1; }

# The header comment of a script is its --help: everything from line 3 down to
# the first line that is not a comment.
print_help() { sed -n '3,/^[^#]/{s/^# \{0,1\}//p;}' "$1"; }

# How many guests, or parts of a check, at a time: two, if there are the cores for it.
cores_to_use() { if [ "$(nproc)" -gt 1 ]; then echo 2; else echo 1; fi; }

need()
{
	local tool

	for tool in "$@"; do
		have "$tool" || die "'$tool' is not installed; scripts/deps installs what is needed"
	done
}
