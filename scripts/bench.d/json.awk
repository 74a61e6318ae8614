# SPDX-License-Identifier: MIT
#
# results.json. In: "name value" lines about the machine, then summary.tsv, then the
# rows of evaluate.awk; -v files="machine summary rows" are their names in that order.

BEGIN {
	FS = "\t"
	split(files, name, " ")
	printf "{\n  \"format\": 1"
}

function quoted(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

FNR == 1 {
	if (FILENAME == name[1])
		printf ",\n  \"machine\": {"
	else if (FILENAME == name[2])
		printf "\n  },\n  \"figures\": ["
	else
		printf "\n  ],\n  \"goals\": ["
	separator = ""
}

{ printf "%s\n    ", separator; separator = "," }

FILENAME == name[1] { printf "%s: %s", quoted($1), quoted($2); next }

FILENAME == name[2] {
	printf "{\"kernel\": %s, \"figure\": %s, \"contender\": %s, \"unit\": %s, ",
	       quoted($1), quoted($2), quoted($3), quoted($4)
	printf "\"n\": %d, \"min\": %s, \"median\": %s, \"p99\": %s, \"max\": %s, \"capped\": %d}",
	       $5, $6, $7, $8, $9, $10
	next
}

{
	printf "{\"kernel\": %s, \"id\": %s, \"what\": %s, \"kind\": %s, ",
	       quoted($1), quoted($2), quoted($3), quoted($4)
	printf "\"ratio\": %s, \"goal\": %s, \"verdict\": %s}", quoted($9), quoted($10), quoted($11)
}

END { printf "\n  ]\n}\n" }
