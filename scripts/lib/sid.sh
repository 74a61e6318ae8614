# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A kernel of Debian's unstable release, "sid", by name ("7.2-cloud"): newer than the
# matrix's, and not one of it, since sid moves on. Its headers come with programs that
# need sid's libraries, and its modules want the compiler that it was built with. So
# there is a root with all of that beside its image in the cache, unpacked and never
# configured, and modules are built inside it. Needs common.sh, kernels.sh.
#
# apt has a configuration of its own for this, with lists of its own; what the
# machine uses stays as it is.

SID=$MEND_CACHE/sid

# Where this machine has its own packages from; MEND_SID_MIRROR says otherwise.
sid_mirror()
{
	local mirror=${MEND_SID_MIRROR:-}

	# shellcheck disable=SC2016 # for apt to replace
	[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p)
	[ -n "$mirror" ] || die "apt knows no source of Debian's packages: 'apt-get update'," \
				"or name one in MEND_SID_MIRROR"
	printf '%s\n' "$mirror"
}

# sid_apt_config: make it, and have apt use it from here on.
sid_apt_config()
{
	local mirror

	mirror=$(sid_mirror) || exit 1
	mkdir -p "$SID/apt/lists/partial" "$SID/apt/cache/archives/partial" "$SID/apt/none"
	: >"$SID/apt/status"
	printf 'deb [signed-by=%s] %s sid main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "$mirror" \
		>"$SID/apt/sources.list"
	cat >"$SID/apt/apt.conf" <<-END
		Dir::Etc::sourcelist "$SID/apt/sources.list";
		Dir::Etc::sourceparts "$SID/apt/none";
		Dir::Etc::preferencesparts "$SID/apt/none";
		Dir::State "$SID/apt";
		Dir::State::lists "$SID/apt/lists";
		Dir::State::status "$SID/apt/status";
		Dir::Cache "$SID/apt/cache";
		APT::Install-Recommends "false";
	END
	export APT_CONFIG=$SID/apt/apt.conf
}

# All packages that these need, themselves included, in a root that has none.
sid_closure()
{
	apt_get -s install "$@" | awk '$1 == "Inst" { print $2 }'
}

# What maintainers' scripts would have made. /usr is merged, and the kernel calls its
# compiler by its full name; makefiles of ours do not.
sid_finish_root()
{
	local dir gcc

	for dir in bin sbin lib lib64; do
		[ -e "$1/$dir" ] || ln -s "usr/$dir" "$1/$dir" || return 1
	done
	[ -e "$1/usr/src/linux-headers-$2/Module.symvers" ] || return 1
	gcc=$(find "$1/usr/bin" -name 'x86_64-linux-gnu-gcc-[0-9]*' -printf '%f\n' | sort -V |
	      tail -1)
	[ -n "$gcc" ] || return 1
	mkdir -p "$1/usr/local/bin"
	ln -s "../../bin/$gcc" "$1/usr/local/bin/gcc" || return 1
	ln -s gcc "$1/usr/local/bin/cc" || return 1
	[ -e "$1/usr/bin/awk" ] || ln -s mawk "$1/usr/bin/awk" || return 1
	mkdir -p "$1/dev" "$1/proc" "$1/tmp"
}

sid_root() { printf '%s/root/%s\n' "$SID" "$1"; }

# sid_fetch RELEASE: its image, and the root to build for it in.
sid_fetch()
{
	local packages

	kernel_fetch "$1" || return 1
	[ ! -e "$(sid_root "$1")" ] || return 0
	mapfile -t packages < <(sid_closure '?essential' binutils libc6-dev make openssl \
			    "linux-headers-$1")
	[ ${#packages[@]} -gt 0 ] || { say "sid's packages do not fit each other today"; return 1; }
	unpack_packages "$(sid_root "$1")" sid_finish_root "${packages[@]}"
}

# sid_run RELEASE COMMAND...: in its root, which sees this tree in its place.
sid_run()
{
	local root map=()

	root=$(sid_root "$1")
	shift
	need unshare chroot
	[ "$(id -u)" -eq 0 ] || map=(--map-root-user)
	mkdir -p "$root$MEND_ROOT"
	# shellcheck disable=SC2016 # for the shell inside
	unshare "${map[@]}" --mount /bin/sh -euc '
		root=$1 tree=$2
		shift 2
		mount --rbind /dev "$root/dev"
		mount --rbind /proc "$root/proc"
		mount --bind "$tree" "$root$tree"
		cd "$tree"
		exec chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C TERM=dumb \
			PATH=/usr/local/bin:/usr/bin:/usr/sbin /bin/sh -c "cd \"\$0\"; exec \"\$@\"" \
			"$tree" "$@"' sh "$root" "$MEND_ROOT" "$@"
}
