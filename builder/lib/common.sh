# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# What all parts of mend-build need. Sourced; options are in the array opt.

say() { printf 'mend-build: %s\n' "$*" >&2; }

usage_error()
{
	say "$* (--help shows the options)"
	exit 64
}

die()
{
	say "$*"
	exit 1
}

print_help() { sed -n '3,/^[^#]/{s/^# \{0,1\}//p;}' "$1"; }

need()
{
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 ||
			die "'$tool' is not installed; mend-build(1) lists what is needed"
	done
}

# step NAME: progress, with the time since the beginning.
step()
{
	local ms=$(((${EPOCHREALTIME//[.,]/} - ${begin//[.,]/}) / 1000))

	printf '[%3d.%03d] %s\n' $((ms / 1000)) $((ms % 1000)) "$*" >&2
}

# run COMMAND...: show it with --verbose; what it prints goes to standard error.
run()
{
	[ -z "${opt[verbose]:-}" ] || printf '+ %s\n' "$*" >&2
	"$@" >&2
}
