# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Reads a patch.conf; sourced by stage and bundle. Lines of "key value" as in a
# bundle's manifest, '#' starts a comment line. Keys:
#
#   name generation replaces kind severity cve* id title expires
#                    as in the manifest, see include/mend/bundle.h
#   source FILE      the payload's only source file, beside the patch.conf
#   define X=Y *     a macro for it
#
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
		name | generation | replaces | kind | severity | id | title | expires | source)
			CONF[$key]=$value ;;
		*) die "$file:$number: unknown key '$key'" ;;
		esac
		[ -n "$value" ] || die "$file:$number: '$key' has no value"
	done < "$file"

	for key in name generation kind severity id title source; do
		[ -n "${CONF[$key]:-}" ] || die "$file: no '$key'"
	done
	[[ ${CONF[name]} =~ ^[a-z][a-z0-9-]{0,62}$ ]] ||
		die "$file: '${CONF[name]}' is no patch name: a-z, 0-9 and '-', at most 63"
	[[ ${CONF[generation]} =~ ^[1-9][0-9]{0,18}$ ]] ||
		die "$file: generation '${CONF[generation]}' is no number from 1"
	[ -f "${file%/*}/${CONF[source]}" ] || die "$file: there is no ${file%/*}/${CONF[source]}"
}

# conf_module: the payload's module name; another one per generation, so that
# two generations can be loaded at a time.
conf_module() { printf 'mend_%s_%s\n' "${CONF[name]//-/_}" "${CONF[generation]}"; }

# conf_files: every patch there is, one path a line, in a stable order.
conf_files()
{
	local here
	here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
	LC_ALL=C find "$here" -mindepth 2 -maxdepth 2 -name '*.conf' | LC_ALL=C sort
}
