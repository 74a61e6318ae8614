# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A disk with Debian 12 and systemd for qemu, made once and kept in the cache: a kernel
# that is not the newest that Debian has, its headers and DKMS, and beside the disk the
# packages of the newest one. Needs common.sh, kernels.sh, and root.

MACHINE=$MEND_CACHE/machine

# What our packages depend on is part of the image: it is not what is being tried.
MACHINE_PACKAGES=(systemd-sysv udev dbus initramfs-tools kmod dkms make gcc binutils patch
		  openssl xz-utils jq libbpf1 libdw1 libelf1 libinih1 libjansson4 libkmod2
		  libssl3 zlib1g)

# machine_kernels: the versions of Debian's cloud kernel that can be had, oldest first.
machine_kernels()
{
	apt-cache madison linux-image-cloud-amd64 | awk '{ print $3 }' | sort -uV
}

# Where this machine has Debian's packages from, as a list for apt.
machine_sources()
{
	local key=/usr/share/keyrings/debian-archive-keyring.gpg

	# shellcheck disable=SC2016 # for apt to replace
	apt-get indextargets --format '$(CODENAME) $(REPO_URI) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' 'Architecture: amd64' |
		awk -v key="$key" '$1 ~ /^bookworm(-|$)/ {
			printf "deb [signed-by=%s] %s %s %s\n", key, $2, $1, $3 }' | sort -u
}

# machine_root DIR OLD: DIR/root and DIR/upgrade.
machine_root()
{
	local packages=("${MACHINE_PACKAGES[@]}" "linux-image-cloud-amd64=$2"
			"linux-headers-cloud-amd64=$2")

	machine_sources >"$1/sources"
	[ -s "$1/sources" ] || die "apt knows no source of Debian 12: 'apt-get update'"
	mmdebstrap --mode=root --variant=minbase --aptopt='APT::Install-Recommends "false"' \
		--essential-hook="$MEND_ROOT/scripts/lib/machine/essential \"\$1\"" \
		--customize-hook="$MEND_ROOT/scripts/lib/machine/customize \"\$1\" '$1/upgrade'" \
		--include="$(IFS=,; printf '%s' "${packages[*]}")" \
		bookworm "$1/root" - <"$1/sources" >&2
}

# machine_image OLD NEW: the folder with the disk, and with the packages of NEW.
machine_image()
{
	local key dir tmp

	need mmdebstrap mke2fs
	key=$(cat "${BASH_SOURCE[0]}" "$MEND_ROOT"/scripts/lib/machine/{essential,customize} |
	      sha256sum | cut -c1-12)
	dir=$MACHINE/$1-$2-$key
	if [ ! -e "$dir" ]; then
		say "making the image of a machine with Debian 12 in $MACHINE"
		mkdir -p "$MACHINE"
		tmp=$(mktemp -d "$MACHINE/.tmp.XXXXXX")
		chmod 755 "$tmp"
		# Every step by itself: bash ignores set -e in front of ||.
		if ! machine_root "$tmp" "$1" || ! truncate -s 5G "$tmp/disk" ||
		   ! mke2fs -q -t ext4 -d "$tmp/root" "$tmp/disk"; then
			rm -rf "$tmp"
			return 1
		fi
		rm -rf "$tmp/root" "$tmp/sources"
		mv "$tmp" "$dir"
	fi
	printf '%s\n' "$dir"
}

# machine_boot_file DISK LINK FILE: what /vmlinuz or /initrd.img leads to, out of the disk.
machine_boot_file()
{
	local target

	target=$(debugfs -R "stat $2" "$1" 2>/dev/null | sed -n 's/^Fast link dest: "\(.*\)"$/\1/p')
	[ -n "$target" ] || die "there is no $2 in $1"
	rm -f "$3"
	debugfs -R "dump /${target#/} $3" "$1" >&2
	[ -s "$3" ] || die "there is no $target in $1"
	printf '%s\n' "${target##*/}"
}
