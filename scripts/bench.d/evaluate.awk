# SPDX-License-Identifier: MIT
#
# Compares with the goals. In: the file figures, then summary.tsv. Out: a row per
# kernel and figure that was measured, "kernel id what kind unit mend walk klp ratio
# goal verdict", the cells as people read them.

BEGIN { OFS = "\t" }

function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }

# First the figures, with ; between the fields.
FNR == NR {
	if ($0 ~ /^#/ || $0 !~ /;/)
		next
	split($0, f, ";")
	nr_rows++
	id[nr_rows] = trim(f[1]); what[nr_rows] = trim(f[2]); kind[nr_rows] = trim(f[3])
	unit[nr_rows] = trim(f[4]); figure[nr_rows] = trim(f[5]); stat[nr_rows] = trim(f[6])
	goal[nr_rows] = trim(f[7])
	if (figure[nr_rows] == "=")
		figure[nr_rows] = id[nr_rows]
	next
}

{
	split($0, s, "\t")
	if (!(s[1] in seen)) {
		seen[s[1]] = 1
		kernels[++nr_kernels] = s[1]
	}
	key = s[1] SUBSEP s[2] SUBSEP s[3]
	count[key] = s[5]; low[key] = s[6]; median[key] = s[7]; p99[key] = s[8]
	high[key] = s[9]; capped[key] = s[10]
}

function k_of(kernel, fig, who) { return kernel SUBSEP fig SUBSEP who }
function value_of(key, st) { return st == "p99" ? p99[key] : median[key] }

function digits(x)
{
	if (x < 0)
		return "-" digits(-x)
	if (x >= 10000)
		return sprintf("%.0f", x)
	return sprintf(x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x)
}

# What a contender has: its statistic and, in brackets, from where to where. less:
# what is taken off, scale: what it is divided by.
function cell(key, st, less, scale,   v)
{
	if (!(key in median))
		return "-"
	v = value_of(key, st)
	if (capped[key] && v >= high[key])
		return "over " digits((v - less) / scale)
	v = digits((v - less) / scale)
	if (count[key] == 1)
		return v
	if (st == "p99")
		return v " (max " digits((high[key] - less) / scale) ")"
	return v " (" digits((low[key] - less) / scale) "-" digits((high[key] - less) / scale) ")"
}

function ratio_text(x)
{
	if (x <= 0)
		return "0"
	return x < 0.15 ? "1/" digits(1 / x) : sprintf("%.2f", x)
}

function fraction(s,   p)
{
	return split(s, p, "/") == 2 ? p[1] / p[2] : s + 0
}

# The goal that holds for this kernel: "a,6.12=b".
function goal_of(spec, kernel,   p, i, n, series, own)
{
	series = kernel
	sub(/-.*/, "", series)
	n = split(spec, p, ",")
	own = p[1]
	for (i = 2; i <= n; i++)
		if (index(p[i], series "=") == 1)
			own = substr(p[i], length(series) + 2)
	return own
}

# Sets ratio, limit, goal_words; ratio is "" if there is nothing to compare with.
function judge(row, kernel, g,   p, mine, peer, base)
{
	ratio = ""
	split(g, p, ":")
	mine = k_of(kernel, figure[row], "mend")
	if (p[1] == "max") {
		goal_words = "at most " p[2] (unit[row] ? " " unit[row] : "")
		limit = p[2]
		ratio = value_of(mine, stat[row]) / scale
		return
	}
	base = 0
	if (p[1] == "growth") {
		peer = k_of(kernel, p[2], "mend")
		goal_words = "at most " p[3] " times"
		limit = p[3]
	} else {
		peer = k_of(kernel, figure[row], p[1] == "walk" ? "walk" : "klp")
		goal_words = "at most " p[2] " of " (p[1] == "walk" ? "walk-all" : "livepatch")
		if (p[2] == 1)
			goal_words = "below livepatch"
		limit = fraction(p[2])
		if (p[1] == "added")
			base = median[k_of(kernel, figure[row], "none")]
	}
	if (peer in median && value_of(peer, stat[row]) - base > 0)
		ratio = (value_of(mine, stat[row]) - base) / (value_of(peer, stat[row]) - base)
}

function row_of(row, kernel,   g, mark, less, shown, verdict)
{
	if (!(k_of(kernel, figure[row], "mend") in median))
		return
	scale = unit[row] == "k" ? 1000 : 1
	g = goal_of(goal[row], kernel)
	mark = sub(/^\*/, "", g)
	less = g ~ /^added/ ? median[k_of(kernel, figure[row], "none")] : 0
	shown = verdict = "-"
	goal_words = "-"
	if (g != "-") {
		judge(row, kernel, g)
		verdict = ratio == "" ? "no peer" : ratio <= limit ? "met" : "MISSED"
		if (ratio != "" && g !~ /^max/)
			shown = ratio_text(ratio)
		if (mark && ratio != "")
			verdict = ratio <= limit ? "below" : "above"
	}
	print kernel, id[row], what[row], kind[row], unit[row],
	      cell(k_of(kernel, figure[row], "mend"), stat[row], less, scale),
	      g ~ /^growth/ ? "-" : cell(k_of(kernel, figure[row], "walk"), stat[row], less, scale),
	      g ~ /^growth/ ? "-" : cell(k_of(kernel, figure[row], "klp"), stat[row], less, scale),
	      shown, goal_words, verdict
}

END {
	for (k = 1; k <= nr_kernels; k++)
		for (i = 1; i <= nr_rows; i++)
			row_of(i, kernels[k])
}
