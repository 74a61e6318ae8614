# SPDX-License-Identifier: MIT
#
# Turns the output of cmocka's programs (its standard format) into the result
# lines of scripts/check. -v prefix=TEXT goes before every name.

function done_with(name, verdict, reason)
{
	printf "%s %s%s%s\n", verdict, prefix, name, reason == "" ? "" : ": " reason
	running = ""
	diagnostic = ""
}

/^\[ RUN      \] / {
	if (running != "")
		done_with(running, "FAIL", "the program ended in this test")
	running = $4
	next
}

/^\[       OK \] / { done_with($4, "PASS", ""); next }

/^\[  FAILED  \] / {
	# Failures are listed once more behind the last test.
	if (running != "")
		done_with(running, "FAIL", diagnostic)
	next
}

/^\[  SKIPPED \] / {
	if (running != "")
		done_with(running, "SKIP", diagnostic == "" ? "skipped" : diagnostic)
	next
}

/ERROR|runtime error|AddressSanitizer|LeakSanitizer/ && !sanitized {
	diagnostic = $0
	if (/runtime error|Sanitizer/)
		sanitized = $0
	next
}

running != "" && diagnostic == "" && !/^\[/ { diagnostic = $0 }

END {
	if (running != "")
		done_with(running, "FAIL", sanitized == "" ? "the program ended in this test" : \
			  sanitized)
	else if (sanitized != "")
		done_with("sanitizers", "FAIL", sanitized)
}
