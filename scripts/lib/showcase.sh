# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What scripts/demo and scripts/screens show mend with: a key, mend.ko, the program,
# the example patches as signed bundles, and test modules that get in their way. All of
# it is made in one folder, for one kernel. Needs common.sh, kernels.sh, tree.sh,
# replay/sources.sh and builder.sh.
# shellcheck disable=SC2034 # much is for who sources this

bold='' dim='' plain=''
if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

# showcase_begin DIR: where everything goes; the log is DIR/build.log.
showcase_begin()
{
	SHOW=$1
	show_log=$SHOW/build.log
	mkdir -p "$SHOW"
	: >"$show_log"
}

# step TEXT COMMAND...: one line per step; the command's output goes to the log.
step()
{
	local text=$1 start=$SECONDS

	shift
	printf '  %-58s' "$text"
	if ! "$@" >>"$show_log" 2>&1; then
		printf 'FAILED\n\n'
		tail -20 "$show_log" >&2
		die "could not do it; the whole log is $show_log"
	fi
	printf '%s%3d s%s\n' "$dim" $((SECONDS - start)) "$plain"
}

build_loader()
{
	make -C "$MEND_ROOT/loader" -j"$(nproc)" O="$SHOW/loader" CC=gcc
}

make_keys()
{
	rm -rf "$SHOW/keys"
	"$SHOW/loader/mend" keygen --out "$SHOW/keys" --name "mend demo"
	mkdir "$SHOW/keys/trusted"
	cp "$SHOW/keys/mend.pem" "$SHOW/keys/trusted/"
}

# build_module HEADERS
build_module()
{
	rm -rf "$SHOW/src"
	shadow "$SHOW/src" kmod include
	make -C "$SHOW/src/kmod" -j"$(nproc)" KDIR="$1" MEND_KEYS="$SHOW/keys/mend.pem" modules
	strip --strip-debug -o "$SHOW/mend.ko" "$SHOW/src/kmod/mend.ko"
}

# build_payloads HEADERS
build_payloads()
{
	rm -rf "$SHOW/patches" "$SHOW/modules"
	make -C "$MEND_ROOT/patches" -j"$(nproc)" KDIR="$1" OUT="$SHOW/patches" \
		MEND_SYMVERS="$SHOW/src/kmod/Module.symvers"
	make -C "$MEND_ROOT/selftests/test_modules" -j"$(nproc)" KDIR="$1" \
		OUT="$SHOW/modules" MEND_SYMVERS="$SHOW/src/kmod/Module.symvers"
}

# build_diffs HEADERS SOURCE: an archive is unpacked once, which takes a minute.
build_diffs()
{
	local options

	make -C "$MEND_ROOT/builder" -j"$(nproc)" O="$SHOW/builder" CC=gcc
	builder_tree "$SHOW/builder-src" "$SHOW/builder/mend-differ"
	mapfile -t options < <(builder_options "$release" "$1" "$SHOW/src/kmod/Module.symvers" "$2")
	"$MEND_ROOT/patches/from-diffs" --out "$SHOW/patches" \
		--mend-build "$SHOW/builder-src/builder/mend-build" "${options[@]}"
}

# sign_bundles IMAGE
sign_bundles()
{
	rm -rf "$SHOW/bundles"
	"$MEND_ROOT/patches/bundle" --out "$SHOW/bundles" --mend "$SHOW/loader/mend" \
		--key "$SHOW/keys/mend.key" --cert "$SHOW/keys/mend.pem" "$SHOW/patches@$1"
	"$SHOW/loader/mend" pack -o "$SHOW/bundles/test-hold.1.mend" --name test-hold \
		--generation 1 --kind test --severity none \
		--title 'A function that a thread sleeps in' \
		--payload "$SHOW/modules/mend_test_hold.ko@$1" \
		--key "$SHOW/keys/mend.key" --cert "$SHOW/keys/mend.pem"
}

# Flip one bit in the middle of a bundle: in the payload's code.
tamper()
{
	local from=$SHOW/bundles/test-hold.1.mend to=$SHOW/bundles/tampered.mend offset byte

	cp "$from" "$to"
	offset=$(($(stat -c %s "$from") / 2))
	byte=$(od -An -tu1 -j "$offset" -N 1 "$from")
	printf '%b' "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$to" bs=1 seek="$offset" conv=notrunc status=none
}

# build_showcase KERNEL: all of that, but for what its source is not there for. Sets
# "release".
build_showcase()
{
	local headers image source

	step "Debian packages and the stock kernel $1" "$MEND_ROOT/scripts/deps"
	release=$(matrix_release "$1")
	headers=$(headers_of "$1")
	image=$(kernel_image "$1")
	step "mend, the loader" build_loader
	step "a signing key and its certificate" make_keys
	step "mend.ko for $release, trusting that certificate" build_module "$headers"
	step "an example patch that is written by hand" build_payloads "$headers"
	if source=$(source_of "$1"); then
		step "two that are diffs, by mend-build" build_diffs "$headers" "$source"
	else
		printf '  two that are diffs are left out: %s\n' "$source"
	fi
	step "signed bundles" sign_bundles "$image"
	step "a bit flipped in one of them" tamper
}

# showcase_files: what all of that is in a guest, as arguments of scripts/vm.
showcase_files()
{
	SHOWCASE_FILES=(-f "$SHOW/mend.ko:/demo/mend.ko" -f "$SHOW/loader/mend:/bin/mend"
			-f "$SHOW/keys/trusted:/etc/mend/keys" -f "$SHOW/bundles:/demo/bundles"
			-f "$SHOW/modules/mend_target.ko:/demo/mend_target.ko"
			-f "$MEND_ROOT/scripts/lib/show-guest:/demo/show")
}
