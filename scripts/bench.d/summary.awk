# SPDX-License-Identifier: MIT
#
# Statistics of sorted raw values. In: "kernel figure contender unit value" lines,
# sorted by the first four and then by value. Out: "kernel figure contender unit n
# min median p99 max capped". A value that ends in + was cut off there: capped counts
# them. Percentiles are nearest-rank; the median of an even number is the mean of two.

BEGIN { FS = OFS = "\t" }

function flush(   rank)
{
	if (!n)
		return
	rank = int(n * 0.99)
	if (rank < n * 0.99)
		rank++
	print key, n, v[1], (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2, v[rank], v[n], capped
}

{
	now = $1 OFS $2 OFS $3 OFS $4
	if (now != key) {
		flush()
		key = now
		n = capped = 0
	}
	if ($5 ~ /\+$/)
		capped++
	v[++n] = $5 + 0
}

END { flush() }
