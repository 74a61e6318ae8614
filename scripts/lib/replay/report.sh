# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Tables from the folders of cases: docs/coverage.md, and a summary for the terminal.

lines_of() { if [ -e "$1" ]; then wc -l <"$1"; else echo 0; fi; }

# table_of WORK: a line for each drawn case: result, checked, applied, functions, called,
# file; separated by tabs. What is not known yet is '-'. A campaign that was stopped ends
# with the last case that has a result.
table_of()
{
	local file number=0 dir last

	last=$(find "$1/cases" -name result -size +0 | sort | tail -1)
	last=$(basename "$(dirname "$last")")
	while read -r file; do
		number=$((number + 1))
		[ "$number" -le $((10#$last)) ] || break
		dir=$1/cases/$(printf %03d "$number")
		printf '%s\t%s\t%s\t%d\t%d\t%s\n' \
			"$(cat "$dir/result" 2>/dev/null || echo pending)" \
			"$(cat "$dir/checked" 2>/dev/null || echo -)" \
			"$(cat "$dir/applied" 2>/dev/null || echo -)" \
			"$(lines_of "$dir/functions")" \
			"$(awk '$2 > 0' "$dir/hits" 2>/dev/null | wc -l)" "$file"
	done <"$1/drawn"
}

# summary_of WORK: every count with what it is a part of
summary_of()
{
	table_of "$1" | awk -F'\t' '
	function row(name, n, of) {
		printf "| %s | %d | %s |\n", name, n,
		       of ? sprintf("of %d, %.0f %%", of, 100 * n / of) : ""
	}
	{
		all++
		split($1, r, " ")
		n[r[1]]++
		checked[$2]++
		if ($1 != "built")
			next
		if ($3 == "-") {
			waiting++
			next
		}
		tried++
		if ($3 ~ /^clean/)
			clean++
		if ($3 ~ /without its module/)
			unloaded++
		else if ($3 ~ /^clean/)
			$5 ? called++ : silent++
		functions += $4
		hit += $5
	}
	END {
		print "| | files | |"
		print "|---|---|---|"
		row("drawn", all)
		if (n["pending"])
			row("not finished", n["pending"], all)
		row("not part of this kernel", n["absent"], all)
		row("not even the newer file compiles by itself", n["alone"], all)
		row("the older file does not compile with the newer headers", n["uncompiled"], all)
		row("no change of code in this configuration", n["unchanged"], all)
		some = n["built"] + n["refused"] + n["failed"] + n["identity"]
		row("**change something here**", some, all)
		row("**built**", n["built"], some)
		row("refused, each with a reason", n["refused"], some)
		row("failed for another reason", n["failed"], some)
		row("source or compiler did not reproduce the kernel", n["identity"], some)
		row("**check-payload finds nothing wrong**", checked["same"], n["built"])
		row("it finds something wrong", checked["wrong"], n["built"])
		row("it could not tell", checked["untold"], n["built"])
		row("tried in a guest", tried, n["built"])
		row("**applied, run under load and reverted**", clean, tried)
		row("of these: a new function was called", called, clean)
		row("no new function was called", silent, clean)
		row("their module does not load in the guest", unloaded, clean)
		printf "\nFunctions replaced: %d, called under the workload: %d.\n", functions, hit
	}'
}

all_is_well()
{
	! table_of "$1" | awk -F'\t' '$1 == "failed" || $2 == "wrong" || $2 == "untold" ||
		($1 == "built" && $3 != "-" && $3 !~ /^clean/)' | grep .
}

# One line of the log for each finding, without what to do about it.
refusals_of()
{
	local dir

	for dir in "$1"/cases/*/; do
		[[ $(cat "$dir/result" 2>/dev/null) == @(refused*|failed|identity|alone) ]] || continue
		# shellcheck disable=SC2016 # markdown
		printf '| `%s` | %s |\n' "$(cat "$dir/file")" \
			"$(sed -nE '/: left out, /d
				    s/^[^ :]+:([^ ]+: [A-Z_]+: [^;]*).*/\1/p
				    s/^mend-build: //p' "$dir/build.log" | head -3 |
			   sed 's/|/\\|/g' | paste -sd ';' | sed 's/;/; /g')"
	done
}

built_of()
{
	table_of "$1" | awk -F'\t' '$1 == "built" {
		printf "| `%s` | %d | %d | %s | %s |\n", $6, $4, $5, $2, $3 }' | LC_ALL=C sort
}

section_of()
{
	local release from to seed

	read -r release from to seed <"$1/what"
	printf '\n## %s\n\n' "$release"
	printf 'From %s back to %s, seed %s: drawn from %d C files that differ.\n\n' "$to" "$from" \
		"$seed" "$(wc -l <"$1/changed")"
	summary_of "$1"
	printf '\nNot built:\n\n| file | why |\n|---|---|\n'
	refusals_of "$1"
	printf '\nBuilt:\n\n| file | functions | called | check-payload | guest |\n'
	printf '|---|---|---|---|---|\n'
	built_of "$1"
}

# report: docs/coverage.md, from all there is
report()
{
	local out=$MEND_ROOT/docs/coverage.md work

	cp "$MEND_ROOT/scripts/lib/replay/coverage.head.md" "$out.new"
	for work in "$BUILD"/replay/*/; do
		if [ -s "$work/drawn" ]; then
			section_of "${work%/}"
		elif [ -s "$work/result" ]; then
			printf '\n## The gold case\n\n%s is what differs from %s to %s. ' \
				"$GOLD_FILE" "$GOLD_OLD" "$GOLD_NEW"
			printf 'Built for %s, and compared\nwith what was shipped in %s:\n\n```\n' \
				"$GOLD_OLD_RELEASE" "$GOLD_NEW_RELEASE"
			sed 's,^[^ ]*/,,' "$work/result"
			printf '```\n'
		fi
	done >>"$out.new"
	mv "$out.new" "$out"
}
