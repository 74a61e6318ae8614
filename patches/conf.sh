# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Reads a patch.conf; sourced by stage, from-diffs and bundle. Lines of "key value"
# as in a bundle's manifest, '#' starts a comment line. Keys:
#
#   name generation replaces kind severity cve* id title expires
#                    as in the manifest, see include/mend/bundle.h
#   diff FILE        the patch, as a diff of the kernel's source
#   unloadable yes   nothing points into its payload once it is off
#
#   source FILE      or, written by hand, the payload's only source file
#   define X=Y *     a macro for it
#
# Files are beside the patch.conf.
# What a patch replaces is not here: mend pack reads that from the payload.

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# conf_read FILE: sets CONF (by key), CVES and DEFINES, or dies.
conf_read()
{
	local file=$1 key value number=0

	unset CONF
	declare -gA CONF=([replaces]=none)
	CVES=() DEFINES=()
	while read -r key value || [ -n "$key" ]; do
		number=$((number + 1))
		case $key in
		'' | '#'*) continue ;;
		cve) CVES+=("$value") ;;
		define) DEFINES+=("$value") ;;
		name | generation | replaces | kind | severity | id | title | expires | \
		diff | unloadable | source)
			CONF[$key]=$value ;;
		*) die "$file:$number: unknown key '$key'" ;;
		esac
		[ -n "$value" ] || die "$file:$number: '$key' has no value"
	done < "$file"

	for key in name generation kind severity id title; do
		[ -n "${CONF[$key]:-}" ] || die "$file: no '$key'"
	done
	[[ ${CONF[name]} =~ ^[a-z][a-z0-9-]{0,62}$ ]] ||
		die "$file: '${CONF[name]}' is no patch name: a-z, 0-9 and '-', at most 63"
	[[ ${CONF[generation]} =~ ^[1-9][0-9]{0,18}$ ]] ||
		die "$file: generation '${CONF[generation]}' is no number from 1"
	conf_check_form "$file"
}

# conf_check_form FILE: it is a diff, or written by hand, and has the keys of that.
conf_check_form()
{
	local form=${CONF[diff]:-${CONF[source]:-}}

	[ -n "$form" ] || die "$1: no 'diff', and no 'source'"
	[ -z "${CONF[source]:-}${DEFINES[*]}" ] || [ -z "${CONF[diff]:-}${CONF[unloadable]:-}" ] ||
		die "$1: 'diff' and 'unloadable' do not go with 'source' and 'define'"
	[[ ${CONF[unloadable]:-no} =~ ^(yes|no)$ ]] || die "$1: 'unloadable' is yes or no"
	[ -f "${1%/*}/$form" ] || die "$1: there is no ${1%/*}/$form"
}

# conf_module: the payload's module name; another one per generation, so that
# two generations can be loaded at a time.
conf_module() { printf 'mend_%s_%s\n' "${CONF[name]//-/_}" "${CONF[generation]}"; }

# conf_wanted [NAME...]: is the patch one of these? All are, if there are none.
conf_wanted()
{
	local name

	[ $# -gt 0 ] || return 0
	for name in "$@"; do
		[ "$name" != "${CONF[name]}" ] || return 0
	done
	return 1
}

# conf_files: every patch there is, one path a line, in a stable order.
conf_files()
{
	local here
	here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
	LC_ALL=C find "$here" -mindepth 2 -maxdepth 2 -name '*.conf' | LC_ALL=C sort
}
