# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Some files include what the kernel's own build generates beside them, from tables and by
# programs of the source (flask.h of SELinux, crc32table.h): headers packages do not have
# these. kbuild makes them, in the copy of the kernel's build folder.

# generate_tools OBJTREE SOURCE FOLDER: programs of another folder, for which its rules have
# none.
generate_tools()
{
	local tool=scripts/selinux/genheaders

	case $3 in
	security/selinux*)
		if [ -e "$2/$tool/Makefile" ] && [ ! -e "$1/$tool/genheaders" ]; then
			generate "$1" "$2" "$tool" "$tool/genheaders"
		fi ;;
	esac
}

# generate OBJTREE SOURCE FOLDER FILE...
generate()
{
	kbuild_make "$1" "$2" "$3" mend-one-object MEND_OBJECT="${*:4}" >"$work/generate.log" 2>&1 || {
		cat "$work/generate.log" >&2
		die "kbuild cannot make ${*:4}; see above"
	}
}

# to_generate OBJECT RULES: what 'make --trace' would update beside the object.
to_generate()
{
	sed -nE "s/^[^ ]+:[0-9]+: (update )?target '([^'/][^']*)' (due to|does not exist).*/\2/p" \
		<<<"$2" | grep -vxF -e "$1" -e mend-one-object -e include/config/auto.conf |
		grep -v '\.o$' || true
}

# generate_for FILE FOLDER OBJECT RULES: once, for the source and for the source with the
# diff: a change of a table or of such a program would come to nothing here.
generate_for()
{
	local names name after=$work/generated

	names=$(to_generate "$3" "$4")
	[ -n "$names" ] || return 0
	rm -rf "$after"
	cp -r "$objtree" "$after"
	rm -rf "$after/scripts/selinux"
	generate_tools "$after" "$overlay" "$2"
	# shellcheck disable=SC2086 # they are several
	generate "$objtree" "$srctree" "$2" $names
	# shellcheck disable=SC2086
	generate "$after" "$overlay" "$2" $names
	# A command may make more than it is asked for.
	while read -r name; do
		cmp -s "$objtree/$2/$name" "$after/$2/$name" || {
			refuse "$1" GENERATED "the diff changes $2/$name, which the kernel's build\
 generates: leave what it is made from as it is"
			return 1
		}
	done < <(cd "$objtree/$2" && find . -name '*.[ch]' -printf '%P\n' | sort)
}
