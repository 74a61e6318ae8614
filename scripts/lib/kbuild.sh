# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Building modules for the kernels of the matrix. Needs common.sh, kernels.sh,
# tree.sh and results.sh.

. "$MEND_ROOT/scripts/lib/make.sh"

KEYS=$BUILD/keys

# test_keys: the keys that the tests' mend.ko trusts; made once per tree.
test_keys() { "$MEND_ROOT/selftests/mkkeys" "$KEYS"; }

# Leaves out what kbuild prints on stock headers about itself and not about our
# code: the compiler's revision, and BTF without a vmlinux.
complaints_of_build()
{
	grep -iE '(warning|error):|objtool|undefined!|\*\*\*' "$1" |
		grep -vE '^warning: the compiler differs|^Skipping BTF generation' || true
}

# sparse_of NAME: the flag for kbuild. The flavours of a series have the same sources; and
# sparse comes from this machine, which 7.2's compiler does not.
sparse_of() { if [[ $1 == *-rt || $1 == 7.2-* ]]; then echo C=0; else echo C=1; fi; }

# build_modules NAME COMMAND...: two results, that it builds and that it does so
# without a word; the command's output stays in the log. Returns the first.
build_modules()
{
	local name=$1 log status=0

	shift
	log=$(mktemp "$CHECK_LOGS/build.XXXXXX")
	printf '== %s: %s\n' "$name" "$*"
	"$@" >"$log" 2>&1 || status=$?
	cat "$log"
	if [ "$status" -eq 0 ]; then
		pass "$name builds"
		verdict "$name builds without warnings" "$(complaints_of_build "$log")"
	else
		fail "$name builds" "$(grep -m1 -iE 'error|\*\*\*' "$log" || tail -1 "$log")"
	fi
	rm -f "$log"
	return "$status"
}
