# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# sbom.json of a bundle, SPDX 2.3: what its payloads were made from, and what of the diff
# is not in them. The same inputs give the same bytes: no paths, no random ids, and the time
# is the bundle's.

# A digest a line; sha256sum marks lines whose file has an odd name.
sha256_of() { sha256sum -- "$@" | sed 's/^\\\{0,1\}\([0-9a-f]*\) .*/\1/'; }

# part RELATION NAME VERSION SHA256 [COMMENT]: a line of $work/parts; the relation is one of
# SPDX's, to the patch. A name of a file may have anything in it.
part()
{
	local field

	for field in "$1" "$2" "$3" "$4" "${5:-}"; do
		printf '%s\037' "${field//[^ -~]/?}"
	done
	printf '\n'
}

# tool COMMAND WHAT-IT-SAYS: of both its name once.
tool() { part BUILD_TOOL_OF "$1" "${2#"$1" }" ''; }

# What the payload of this kernel was made from.
sbom_parts()
{
	local digests compiler_says linker_says id

	need sha256sum readelf ld
	mapfile -t digests < <(sha256_of "$diff" "$objtree/.config" \
		"$objtree/tools/objtool/objtool")
	[ ${#digests[@]} -eq 3 ] || die "sha256sum failed; see above"
	compiler_says=$("$cc" --version)
	linker_says=$(ld --version)
	linker_says=${linker_says%%$'\n'*}
	id=$(readelf -n "$vmlinux" 2>/dev/null | sed -n 's/.*Build ID: \([0-9a-f]*\).*/\1/p')
	part GENERATED_FROM "${diff##*/}" '' "${digests[0]}"
	part GENERATED_FROM linux-source "$source_version" ''
	part PATCH_FOR linux "${opt[kernel]}" '' "GNU build-id ${id:-unknown}"
	part GENERATED_FROM "config-${opt[kernel]}" '' "${digests[1]}"
	tool "$cc" "${compiler_says%%$'\n'*}"
	tool "${linker_says%% (*}" "$linker_says"
	part BUILD_TOOL_OF objtool '' "${digests[2]}"
	part BUILD_TOOL_OF mend-build "$BUILDER_VERSION" ''
}

# of_all_kernels FILE: the lines of that file in the folders of all payloads, each once, and
# without what JSON may not have.
of_all_kernels()
{
	local folder

	for folder in "$work" "${payloads[@]%/*}"; do
		[ ! -e "$folder/$1" ] || cat "$folder/$1"
	done | awk '{ gsub(/[^ -~\037]/, "?") } !seen[$0]++'
}

# write_member NAME TEXT: nothing without text. Without a process for each, they are many.
write_member()
{
	[ -n "$2" ] || return 0
	printf '      "%s": ' "$1"
	json_text "$2"
	printf ',\n'
}

# write_package ID NAME VERSION SHA256 COMMENT
write_package()
{
	printf '    {\n      "SPDXID": "SPDXRef-%s",\n' "$1"
	write_member name "$2"
	write_member versionInfo "$3"
	write_member comment "$5"
	[ -z "$4" ] || printf '      "checksums": [ { "algorithm": "SHA256", %s"%s" } ],\n' \
			      '"checksumValue": ' "$4"
	printf '      "downloadLocation": "NOASSERTION",\n      "filesAnalyzed": false\n    }'
}

write_packages()
{
	local name version sha256 comment n=0

	printf '  "packages": [\n'
	write_package Patch "${opt[name]}" "${opt[generation]}" '' ''
	while IFS=$'\037' read -r _ name version sha256 comment; do
		n=$((n + 1))
		printf ',\n'
		write_package "Part-$n" "$name" "$version" "$sha256" "$comment"
	done < <(of_all_kernels parts)
	printf '\n  ],\n'
}

# write_relation FROM RELATION TO
write_relation()
{
	printf '    { "spdxElementId": "SPDXRef-%s", "relationshipType": "%s", ' "$1" "$2"
	printf '"relatedSpdxElement": "SPDXRef-%s" }' "$3"
}

write_relations()
{
	local relation n=0

	printf '  "relationships": [\n'
	write_relation DOCUMENT DESCRIBES Patch
	while IFS=$'\037' read -r relation _; do
		n=$((n + 1))
		printf ',\n'
		case $relation in
		BUILD_TOOL_OF)	write_relation "Part-$n" "$relation" Patch ;;
		*)		write_relation Patch "$relation" "Part-$n" ;;
		esac
	done < <(of_all_kernels parts)
	printf '\n  ]'
}

# write_annotations TIME: of what leave_out() has noted.
write_annotations()
{
	local line begin=',\n  "annotations": [\n' end=''

	while IFS= read -r line; do
		printf '%b' "$begin"
		printf '    {\n      "annotationType": "OTHER",\n'
		write_member comment "left out: $line"
		printf '      "annotator": "Tool: mend-build-%s",\n' "$BUILDER_VERSION"
		printf '      "annotationDate": "%s"\n    }' "$1"
		begin=',\n' end='\n  ]'
	done < <(of_all_kernels left-out)
	printf '%b' "$end"
}

# write_sbom TIME
write_sbom()
{
	{
		printf '  "SPDXID": "SPDXRef-DOCUMENT",\n  "dataLicense": "CC0-1.0",\n'
		printf '  "name": "%s-%s",\n' "${opt[name]}" "${opt[generation]}"
		printf '  "creationInfo": {\n    "created": "%s",\n' "$1"
		printf '    "creators": [ "Tool: mend-build-%s" ]\n  },\n' "$BUILDER_VERSION"
		write_packages
		write_relations
		write_annotations "$1"
		printf '\n}\n'
	} >"$work/sbom.body"
	# Another document has another name, and the same one the same.
	printf '{\n  "spdxVersion": "SPDX-2.3",\n  "documentNamespace": "urn:mend:sbom:%s",\n' \
		"$(sha256_of "$work/sbom.body")"
	cat "$work/sbom.body"
}
