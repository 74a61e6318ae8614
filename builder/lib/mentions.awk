# SPDX-License-Identifier: MIT
#
# What else changes when some names do. First input: names, one a line. Second: what
# constructs.awk makes of headers. Prints the names of macros and inline functions that
# use one of them, and of types whose size may hang on one.

# Words that a macro makes of pieces: "foo_##x" may be any name that begins so.
function is_pasted(text,   name, n, i, list) {
	if (text !~ /##/)
		return 0
	gsub(/[ ]*##[ ]*/, "##", text)
	n = split(text, list, /[^A-Za-z0-9_#]+/)
	for (i = 1; i <= n; i++) {
		if (list[i] !~ /##/)
			continue
		if (match(list[i], /^[A-Za-z0-9_][A-Za-z0-9_][A-Za-z0-9_]+##/))
			for (name in changed)
				if (index(name, substr(list[i], 1, RLENGTH - 2)) == 1)
					return 1
		if (match(list[i], /##[A-Za-z0-9_][A-Za-z0-9_][A-Za-z0-9_]+$/))
			for (name in changed)
				if (name ~ (substr(list[i], RSTART + 2) "$"))
					return 1
	}
	return 0
}

function mentions(text,   n, i, list) {
	n = split(text, list, /[^A-Za-z0-9_]+/)
	for (i = 1; i <= n; i++)
		if (list[i] in changed)
			return 1
	return is_pasted(text)
}

FILENAME == ARGV[1] { changed[$1] = 1; next }

BEGIN { FS = "\t" }

$1 == "declaration" || $1 == "include" { next }

mentions($4) {
	n = split($1 == "member" ? $3 : $2, list, " ")
	for (i = 1; i <= n; i++)
		if (!(list[i] in changed))
			print list[i]
}
