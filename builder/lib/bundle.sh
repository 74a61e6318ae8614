# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# From the payloads of all kernels to a bundle, or to the module alone.

find_mend()
{
	local program

	# Who builds need not be root, and sbin may not be in PATH then.
	for program in "${opt[mend]:-}" "$BUILDER/../loader/mend" "$(command -v mend || true)" \
		       "$BUILDER/../../sbin/mend"; do
		[ -z "$program" ] || [ ! -x "$program" ] || { printf '%s\n' "$program"; return; }
	done
	die "the program mend is not installed: build it (make loader) or name it with --mend"
}

default_title()
{
	local title

	title=$(sed -n 's/^Subject: \(\[[^]]*\] *\)\{0,1\}//p' "$diff" | head -1)
	printf '%s\n' "${title:-$(basename "$diff")}"
}

# What stands above the first file of the diff is for people, and names the CVE.
collect_cves()
{
	mapfile -t cves < <({ printf '%s\n' "${cves[@]}"
			      sed '/^--- /,$d' "$diff" | grep -oE 'CVE-[0-9]{4}-[0-9]{4,}' || true
			    } | sed '/^$/d' | sort -u)
}

json_text()
{
	local text=${1//\\/\\\\}

	printf '"%s"' "${text//\"/\\\"}"
}

# write_vex TIME: OpenVEX; these kernels are not affected while this patch is on.
write_vex()
{
	local cve kernel comma='' and

	printf '{\n  "@context": "https://openvex.dev/ns/v0.2.0",\n'
	printf '  "@id": "urn:mend:%s:%s",\n' "${opt[name]}" "${opt[generation]}"
	printf '  "author": %s,\n' "$(json_text "${opt[author]:-unknown}")"
	printf '  "timestamp": "%s",\n  "version": 1,\n  "tooling": "mend-build",\n' "$1"
	printf '  "statements": ['
	for cve in "${cves[@]}"; do
		printf '%s\n    {\n      "vulnerability": { "name": "%s" },\n' "$comma" "$cve"
		printf '      "products": ['
		and=''
		for kernel in "${built[@]}"; do
			printf '%s\n        { "@id": "pkg:generic/linux@%s" }' "$and" "$kernel"
			and=,
		done
		printf '\n      ],\n      "status": "fixed",\n      "status_notes": '
		printf '"while the patch %s, generation %s, is on"\n    }' "${opt[name]}" \
			"${opt[generation]}"
		comma=,
	done
	printf '\n  ]\n}\n'
}

make_bundle()
{
	local args=() cve mend file name created

	mend=$(find_mend)
	created=$(date -u -d "@${SOURCE_DATE_EPOCH:-$EPOCHSECONDS}" +%Y-%m-%dT%H:%M:%SZ) ||
		die "SOURCE_DATE_EPOCH is '$SOURCE_DATE_EPOCH', which is no time"
	collect_cves
	for cve in "${cves[@]}"; do
		args+=(--cve "$cve")
	done
	if [ ${#cves[@]} -gt 0 ]; then
		write_vex "$created" >"$work/vex.json"
		args+=(--vex "$work/vex.json")
	fi
	write_sbom "$created" >"$work/sbom.json"
	args+=(--sbom "$work/sbom.json")
	for file in "${payloads[@]}"; do
		args+=(--payload "$(cat "$file")")
	done
	for name in id replaces key cert; do
		[ -z "${opt[$name]:-}" ] || args+=("--$name" "${opt[$name]}")
	done
	run "$mend" pack -o "${opt[output]}" --name "${opt[name]}" \
		--generation "${opt[generation]}" --kind "${opt[kind]}" \
		--severity "${opt[severity]}" --title "${opt[title]:-$(default_title)}" \
		--created "$created" \
		"${args[@]}" || die "'mend pack' failed; see above"
}

write_output()
{
	local payload

	case ${opt[output]} in
	*.ko)	payload=$(cat "${payloads[0]}")
		cp "${payload%@*}" "${opt[output]}.new"
		mv "${opt[output]}.new" "${opt[output]}" ;;
	*)	make_bundle ;;
	esac
}
