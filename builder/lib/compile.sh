# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Each touched file, compiled with the flags that kbuild gives it: as the distribution
# did, and twice with a section for every function, before and after the diff. Then
# mend-differ. Appends to objects what becomes part of the payload.

# kbuild_environment OBJTREE SOURCE: what tells kbuild where it is; the rest it works out by
# itself.
kbuild_environment()
{
	export sub_make_done=1 abs_srctree=$2 abs_objtree=$1
	export KBUILD_BUILD_TIMESTAMP='' LOCALVERSION='' quiet='' Q='' KBUILD_VERBOSE=1
	unset MAKEFLAGS MAKELEVEL MFLAGS KBUILD_OUTPUT KBUILD_EXTMOD
}

has_rules() { [ -e "$srctree/$1/Makefile" ] || [ -e "$srctree/$1/Kbuild" ]; }

# find_rules FILE: sets folder, the nearest one with rules of its own, and object, as
# these call it. Some objects are made by the rules of a folder beside theirs.
find_rules()
{
	object=${1%.c}.o
	case $1 in
	virt/kvm/*)	folder=arch/x86/kvm object=$folder/../../../$object ;;
	drivers/gpu/drm/amd/amdgpu/*)
			folder=drivers/gpu/drm/amd/amdgpu ;;
	drivers/gpu/drm/amd/*)
			folder=drivers/gpu/drm/amd/amdgpu
			object=$folder/..${object#drivers/gpu/drm/amd} ;;
	drivers/usb/misc/onboard_usb_hub_pdevs.c)
			folder=drivers/usb/core object=$folder/../misc/${object##*/} ;;
	*)		folder=$(dirname "$1")
			while ! has_rules "$folder"; do
				[ "$folder" != . ] || die "no Makefile of the kernel covers $1"
				folder=$(dirname "$folder")
			done ;;
	esac
}

compiler() { sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' "$objtree/.config"; }

# kbuild_make OBJTREE SOURCE FOLDER TARGET...: with options of make, if it is to say only what
# it would do.
kbuild_make()
{
	(cd "$1" && kbuild_environment "$1" "$2" &&
	 make -rR --no-print-directory -I "$2" -f "$BUILDER/lib/one-object.mk" \
		KBUILD_EXTMOD="$1/none" CC="$cc" HOSTCC="$cc" delay-objtool= \
		MEND_LIB="$BUILDER/lib" MEND_FOLDER="$3" "${@:4}")
}

# run_kbuild FOLDER TARGET...: what it would do, and what it says.
run_kbuild()
{
	kbuild_make "$objtree" "$srctree" "$1" -n --trace "${@:2}" 2>"$work/make.log" || {
		cat "$work/make.log" >&2
		die "kbuild has no rule for ${*:2} in $1"
	}
}

# kbuild_command FILE: its command line for gcc, without output, input and what only
# concerns make; and in objtool_args what it would have objtool do: nothing, if the file is
# not in this configuration. Fails if the file has been refused.
kbuild_command()
{
	local rules folder object

	find_rules "$1"
	generate_tools "$objtree" "$srctree" "$folder"
	rules=$(run_kbuild "$folder" mend-one-object MEND_OBJECT="$object") || exit
	generate_for "$1" "$folder" "$object" "$rules"
	# The command stands behind the traps that remove a partial object.
	command=$(sed -n "s|.* PIPE; \($cc -Wp,.* -c -o \)$object .*|\1|p" <<<"$rules" | head -1)
	command=$(sed "s|^.* PIPE; \($cc \)|\1|; s| -c -o $object .*| -c|" <<<"$command" |
		  sed 's/-Wp,-MMD,[^ ]*//; s/ -c -o $/ -c/; s/ -g / /')
	objtool_args=$(sed -n "s|.*; \./tools/objtool/objtool \([^;']*\) $object;.*|\1|p" <<<"$rules" |
		       head -1)
	# kbuild of newer kernels has objtool look at nothing but what is part of the kernel.
	if [ -z "$command" ] || { [ -z "$objtool_args" ] && file_in_config "$1"; }; then
		die "kbuild's rule for $object is not one that mend-build can read"
	fi
}

# compile ROOT SOURCE OUT [FLAGS]: ROOT stands for the source tree in all paths.
compile()
{
	local root=$1 source=$2 out=$3 line

	shift 3
	line="${command//"$srctree"/"$root"} $* -o '$out' '$root/$source'"
	[ -z "${opt[verbose]:-}" ] || printf '+ %s\n' "$line" >&2
	(cd "$objtree" && eval "$line") >"$out.log" 2>&1 || {
		cat "$out.log" >&2
		die "$source does not compile; see above"
	}
}

# The three compiles of a file, at the same time. Debug information is for the types; it
# changes no code, and where variables are at which moment is of no interest. Which types
# a function uses, the compiler's dump says.
compile_three()
{
	local file=$1 stem=$2 pid pids=() failed=
	local flags="-ffunction-sections -fdata-sections -g -gdwarf-5 -gz=none \
		     -gno-split-dwarf -fno-var-tracking -femit-struct-debug-detailed=any \
		     -I'$include'"

	compile "$srctree" "$file" "$stem.exact.o" & pids+=($!)
	compile "$srctree" "$file" "$stem.before.o" "$flags" & pids+=($!)
	compile "$overlay" "$file" "$stem.after.o" "$flags \
		-fdump-tree-optimized='$stem.after.dump'" & pids+=($!)
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	[ -z "$failed" ] || exit 1
}

# Which module the object is part of, from its flags; nothing: it is built in.
module_of_command()
{
	grep -q -- ' -DMODULE ' <<<"$command" || return 0
	sed -n 's/.* -D__KBUILD_MODNAME=kmod_\([A-Za-z0-9_]*\).*/\1/p' <<<"$command"
}

# module_file NAME [DIR]: the module's file, without compression, as $work/NAME.ko: names
# on disk may have '-' for '_'.
module_file()
{
	local name=$1 found

	found=$(find -L "${2:-$modules}" -name "${name//_/[-_]}.ko*" | head -1)
	case $found in
	'')	return 1 ;;
	*.ko)	cp "$found" "$work/$name.ko" ;;
	*.ko.xz) need xz; xz -dc "$found" >"$work/$name.ko" ;;
	*.ko.zst) need zstd; zstd -qdc "$found" >"$work/$name.ko" ;;
	*.ko.gz) gzip -dc "$found" >"$work/$name.ko" ;;
	*)	return 1 ;;
	esac
	[ -s "$work/$name.ko" ]
}

# differ FILE STEM MODULE NUMBER: its status; 3 and 2 let the others go on.
differ()
{
	local status=0 args=()

	[ -z "$3" ] || args+=(--module "$work/$3.ko" --module-name "$3")
	[ -z "${opt[json]:-}" ] || args+=(--json)
	[ ! -s "$2.shared" ] || args+=(--shared "$2.shared")
	"$BUILDER/mend-differ" diff --exact "$2.exact.o" --before "$2.before.o" \
		--after "$2.after.o" --dump "$2.after.dump" --kernel "$vmlinux" \
		--symvers "$objtree/Module.symvers" --mend-symvers "$symvers" --file "$1" \
		--prefix "$4" --out "$2.diff.o" "${args[@]}" || status=$?
	return "$status"
}

# Why code may be other than the kernel's: the compiler says of itself what it is.
compare_compilers()
{
	local its this

	its=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\(.*\)"$/\1/p' "$objtree/.config")
	this=$("$cc" --version | head -1)
	[ "$its" = "$this" ] ||
		say "IDENTITY: ${opt[kernel]} was compiled by '$its', and this is '$this'"
}

# Compiles, and keeps what comparing needs to know: "FILE MODULE" and objtool's arguments.
compile_file()
{
	local file=$1 stem=$work/out/$2 module

	kbuild_command "$file" || return 2
	if [ -z "$objtool_args" ]; then
		refuse "$file" NOT_IN_CONFIG "this kernel is configured without it: leave the file\
 out"
		return 2
	fi
	module=$(module_of_command)
	if [ -n "$module" ] && ! module_file "$module"; then
		refuse "$file" NOT_IN_CONFIG "it belongs to module $module, which '$modules' does\
 not have: this kernel has no such code"
		return 2
	fi
	compile_three "$file" "$stem"
	printf '%s %s\n' "$file" "$module" >"$stem.is"
	printf '%s\n' "$objtool_args" >"$stem.objtool"
}

compare_file()
{
	local number=$1 stem=$work/out/$1 file module

	read -r file module <"$stem.is"
	differ "$file" "$stem" "$module" "$number" || return $?
	objtool_args=$(cat "$stem.objtool")
	finish_object "$stem" "${module:-vmlinux}"
}

# objtool's command line, but for the object: as for a part of a module.
objtool_command()
{
	local options="$objtool_args --module"

	# What IBT needs to know, objtool only looks for in something linked.
	[[ $options != *--ibt* ]] || options+=' --link'
	printf '%s\n' "$objtree/tools/objtool/objtool $options"
}

# run_objtool OBJECT. SRCARCH: some distributions have one objtool for several architectures.
run_objtool()
{
	# shellcheck disable=SC2046 # they are several words
	SRCARCH=x86 run $(objtool_command) "$1" || die "objtool failed; see above"
}

# objtool adds what the kernel wants to know about code; it is not told to do less than
# for the kernel's own object, and knows that it is looking at a module.
finish_object()
{
	local stem=$1 owner=$2

	cp "$stem.diff.o" "$stem.objtool.o"
	run_objtool "$stem.objtool.o"
	run "$BUILDER/mend-differ" relocs --in "$stem.objtool.o" --syms "$stem.diff.o.syms" \
		--owner "$owner" --out "$stem.o" || die "mend-differ failed; see above"
	objects+=("$stem")
}

defined_in() { nm --defined-only "${@:2}" "$1" | awk '{ print $NF }' | LC_ALL=C sort -u; }

# What each file defines anew, and what it uses and does not define.
list_names()
{
	local stem

	for stem in "$work"/out/*.is; do
		[ -e "$stem" ] || continue
		stem=${stem%.is}
		LC_ALL=C comm -13 <(defined_in "$stem.before.o") <(defined_in "$stem.after.o" -g) \
			>"$stem.new"
		nm -u "$stem.after.o" | awk '{ print $NF }' | LC_ALL=C sort -u >"$stem.uses"
	done
}

# For each file the names that it shares with another one. What is new in a module can be
# used only there: it refers to that module, which may not be loaded.
share_names()
{
	local a b of_a of_b

	list_names
	for a in "$work"/out/*.is; do
		for b in "$work"/out/*.is; do
			read -r _ of_a <"$a" || true
			read -r _ of_b <"$b" || true
			[ "$a" != "$b" ] || continue	# or there are none
			[ -z "$of_a" ] || [ "$of_a" = "$of_b" ] || continue
			LC_ALL=C comm -12 "${a%.is}.new" "${b%.is}.uses" |
				tee -a "${a%.is}.shared" >>"${b%.is}.shared"
		done
	done
}

compile_all()
{
	local file status i number=0 worst=3 of_diff=${#files[@]}

	need make nm
	cc=$(compiler)
	need "${cc:?the configuration names no compiler}"
	include=$(find_include)
	symvers=$(find_symvers)
	[ -x "$objtree/tools/objtool/objtool" ] || die "the headers have no objtool"
	! grep -q '^CONFIG_LTO_CLANG=y' "$objtree/.config" ||
		die "${opt[kernel]} is optimized when it is linked (LTO): that is not supported"
	objects=()
	[ ${#changed_headers[@]} -eq 0 ] || header_users
	for file in "${files[@]}"; do
		compile_file "$file" "$number" || worst=2
		number=$((number + 1))
	done
	share_names
	for ((i = 0; i < number; i++)); do
		[ -e "$work/out/$i.is" ] || continue
		status=0
		compare_file "$i" || status=$?
		case $status in
		0)	;;
		2)	worst=2 ;;
		3)	[ "$i" -ge "$of_diff" ] || leave_out "${files[i]}" \
				"it makes no difference to the code of ${opt[kernel]}" ;;
		4)	worst=4
			compare_compilers ;;
		*)	exit "$status" ;;
		esac
	done
	[ "$worst" -eq 3 ] || exit "$worst"
	[ ${#objects[@]} -gt 0 ] || {
		say "nothing changes in ${opt[kernel]}: the diff makes no difference to its code"
		exit 3
	}
}
