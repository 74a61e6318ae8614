# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What scripts/bench builds, below build/bench: the loader, a key, mend.ko as it
# is shipped (no test switches), the benchmark's modules, signed bundles, and
# the folder that the guest gets. Needs common.sh, kernels.sh, tree.sh, make.sh.

build_loader()
{
	make -C "$MEND_ROOT/loader" -j"$(nproc)" O="$BENCH/loader" CC=gcc
	make -C "$MEND_ROOT/bench/guest" OUT="$BENCH" CC=gcc
}

# Kept, so that mend.ko need not be built again.
build_key()
{
	[ ! -s "$BENCH/keys/mend.pem" ] || return 0
	rm -rf "$BENCH/keys"
	"$BENCH/loader/mend" keygen --out "$BENCH/keys" --name "mend benchmark"
}

# build_kmod NAME
build_kmod()
{
	local dir=$BENCH/$1

	shadow "$dir/src" kmod include
	kbuild "$1" -C "$dir/src/kmod" -j"$(nproc)" MEND_KEYS="$BENCH/keys/mend.pem" modules
	strip --strip-debug -o "$dir/mend.ko" "$dir/src/kmod/mend.ko"
}

# build_modules NAME
build_modules()
{
	local dir=$BENCH/$1

	kbuild "$1" -C "$MEND_ROOT/bench/modules" -j"$(nproc)" OUT="$dir/modules" \
		MEND_SYMVERS="$dir/src/kmod/Module.symvers"
}

# make_guest NAME: what will be /bench in the guest
make_guest()
{
	local dir=$BENCH/$1 guest=$BENCH/$1/guest image payload patch

	image=$(kernel_image "$1")
	rm -rf "$guest"
	mkdir -p "$guest"
	cp "$dir/mend.ko" "$dir/modules/mend_bench.ko" "$BENCH/bench" \
		"$MEND_ROOT/scripts/bench.d/guest" "$guest/"
	for payload in "$dir"/modules/mend_bench_*.ko; do
		patch=${payload##*/mend_}
		patch=${patch%.ko}
		"$BENCH/loader/mend" pack -o "$guest/${patch//_/-}.1.mend" \
			--name "${patch//_/-}" --generation 1 --kind test --severity none \
			--title "Benchmark" --payload "$payload@$image" \
			--key "$BENCH/keys/mend.key" --cert "$BENCH/keys/mend.pem"
	done
	find "$dir/modules" -maxdepth 1 -name 'klp_*.ko' -exec cp -t "$guest" {} +
}
