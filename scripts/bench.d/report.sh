# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# From raw values to summary.tsv, rows.tsv, results.json, report.txt, charts and
# docs/benchmarks.md. Needs RESULTS, LIB, common.sh, kernels.sh.

readonly ACCELERATOR="qemu TCG, thread=single"

# What was measured on; kept with the results, which may be reported on later.
write_machine()
{
	local name

	{
		printf 'cpu\t%s\n' "$(sed -n 's/^model name[[:blank:]]*: //p' /proc/cpuinfo |
				      head -1)"
		printf 'cpus\t%s\n' "$(nproc)"
		printf 'qemu\t%s\n' "$(qemu-system-x86_64 --version |
				       sed -n '1s/.*version \([0-9.]*\).*/\1/p')"
		printf 'accelerator\t%s\n' "$ACCELERATOR"
		printf 'form\t%s\n' "$([ -n "${full:-}" ] && echo full || echo quick)"
		for name in "${MATRIX[@]}"; do
			! compgen -G "$RESULTS/raw/$name-*.tsv" >/dev/null ||
				printf 'kernel %s\t%s\n' "$name" "$(matrix_release "$name")"
		done
	} >"$RESULTS/machine.tsv"
}

machine() { awk -F '\t' -v n="$1" '$1 == n { print $2 }' "$RESULTS/machine.tsv"; }

# In the order of the matrix, whatever the order of the files.
summarize()
{
	local name kind order=0

	for name in "${MATRIX[@]}"; do
		order=$((order + 1))
		for kind in "${BOOTS[@]}"; do
			[ -e "$RESULTS/raw/$name-$kind.tsv" ] || continue
			awk -v k="$order $name" 'BEGIN { OFS = "\t" } { print k, $0 }' \
				"$RESULTS/raw/$name-$kind.tsv"
		done
	done | LC_ALL=C sort -t $'\t' -k1,1 -k2,2 -k3,3 -k4,4 -k5,5g |
		awk -f "$LIB/summary.awk" | sed 's/^[0-9]* //' >"$RESULTS/summary.tsv"
	[ -s "$RESULTS/summary.tsv" ] || die "there are no results to report on"
	awk -f "$LIB/evaluate.awk" "$LIB/figures" "$RESULTS/summary.tsv" >"$RESULTS/rows.tsv"
}

# Why a goal is missed, from the file misses: "id kernel-pattern reason", and
# lines that go on begin with a blank.
reasons()
{
	local kernel id verdict mid pattern reason match

	while IFS=$'\t' read -r kernel id verdict; do
		[ "$verdict" = MISSED ] || continue
		match=
		while read -r mid pattern reason; do
			# shellcheck disable=SC2053 # a pattern by design
			if [ "$mid" = "$id" ] && [[ $kernel == $pattern ]]; then
				match=$reason
			fi
		done < <(sed '/^#/d' "$LIB/misses" | awk '
			/^[ \t]/ { sub(/^[ \t]+/, " "); printf "%s", $0; next }
			{ printf "%s%s", sep, $0; sep = "\n" }
			END { print "" }')
		printf '%s, %s: %s\n' "$kernel" "$id" "${match:-not explained yet}"
	done < <(cut -f 1,2,11 "$RESULTS/rows.tsv")
}

# 1 or 0: is there such a figure?
was_measured()
{
	awk -F '\t' -v kernel="$1" -v figure="$2" '$1 == kernel && $2 == figure { found = 1 }
		END { print found + 0 }' "$RESULTS/summary.tsv"
}

charts()
{
	local name

	have gnuplot || { say "gnuplot is not installed: no charts"; return 0; }
	for name in $(cut -f 1 "$RESULTS/rows.tsv" | uniq); do
		awk -F '\t' -v kernel="$name" -f "$LIB/chart-data.awk" "$RESULTS/summary.tsv" \
			>"$RESULTS/.chart"
		gnuplot -e "data='$RESULTS/.chart'; kernel='$name'; out='$RESULTS/$name'; \
			counted=$(was_measured "$name" call); timed=$(was_measured "$name" apply-idle)" \
			"$LIB/charts.gnuplot" || die "gnuplot does not draw the charts of $name"
	done
	rm -f "$RESULTS/.chart"
}

write_docs()
{
	local name out=$MEND_ROOT/docs/benchmarks.md

	{
		cat "$LIB/benchmarks.head.md"
		printf '\n## Machine\n\n| | |\n|---|---|\n'
		awk -F '\t' '{ printf "| %s | %s |\n", $1, $2 }' "$RESULTS/machine.tsv"
		printf '\n## Figures\n'
		for name in $(cut -f 1 "$RESULTS/rows.tsv" | uniq); do
			printf '\n### %s (%s)\n\n' "$name" "$(machine "kernel $name")"
			awk -v kernel="$name" -f "$LIB/markdown.awk" "$RESULTS/rows.tsv"
		done
		printf '\n## Missed\n\n'
		if [ -n "$(reasons)" ]; then
			reasons | sed 's/^/- /'
		else
			printf 'None.\n'
		fi
	} >"$out.new"
	mv "$out.new" "$out"
	say "wrote docs/benchmarks.md"
}

# report WRITE_DOCS
report()
{
	if [ -z "$report_only" ] || [ ! -e "$RESULTS/machine.tsv" ]; then
		write_machine
	fi
	summarize
	awk -v files="$RESULTS/machine.tsv $RESULTS/summary.tsv $RESULTS/rows.tsv" \
		-f "$LIB/json.awk" "$RESULTS/machine.tsv" "$RESULTS/summary.tsv" \
		"$RESULTS/rows.tsv" >"$RESULTS/results.json"
	{
		awk -f "$LIB/text.awk" "$RESULTS/rows.tsv"
		if grep -q 'MISSED$' "$RESULTS/rows.tsv"; then
			printf '\nmissed:\n'
			reasons | sed 's/^/  /'
		fi
	} | tee "$RESULTS/report.txt"
	charts
	[ -z "$1" ] || write_docs
}
