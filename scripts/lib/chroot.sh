# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A chroot that looks like this machine and keeps what is done in it to itself: an overlay
# over all of /, whose upper layer is in memory. Needs common.sh, root, and a mount
# namespace of its own, with which it goes:
#
#	chroot_apart "$@"	# runs the script again, in such a namespace
#	chroot_make DIR		# DIR/root is what is seen inside
#	in_chroot COMMAND...

CHROOT_ROOT=

# The script as a whole, since a namespace is entered by processes and not by functions.
# Returns in there, or with 1 where no namespace can be had.
chroot_apart()
{
	[ -z "${MEND_APART:-}" ] || return 0
	need unshare
	unshare --mount true || return 1
	MEND_APART=1 exec unshare --mount --propagation private "$0" "$@"
}

# Not on the disk: an overlay's upper layer cannot be on another overlay, which / may be.
chroot_make()
{
	mkdir -p "$1/layer" "$1/root"
	mount -t tmpfs -o mode=755 mend "$1/layer" || return 1
	mkdir "$1/layer/upper" "$1/layer/work"
	mount -t overlay -o "lowerdir=/,upperdir=$1/layer/upper,workdir=$1/layer/work" mend \
		"$1/root" || return 1
	mount --rbind /dev "$1/root/dev" || return 1
	mount --rbind /proc "$1/root/proc" || return 1
	CHROOT_ROOT=$1/root
}

in_chroot()
{
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 chroot "$CHROOT_ROOT" "$@"
}

# chroot_headers RELEASE: /usr and /lib/modules as the packages with its headers, and the
# lists of the kernel's own modules, would have left them.
chroot_headers()
{
	local headers=$MEND_CACHE/headers/$1 modules=$CHROOT_ROOT/lib/modules/$1 folder

	mkdir -p "$modules" || return 1
	cp -a "$headers/lib/modules/$1/." "$(kernel_dir "$1")/lib/modules/$1"/modules.{order,builtin*} \
		"$modules/" || return 1
	for folder in "$headers"/usr/src/* "$headers"/usr/lib/*; do
		if [ -L "$folder" ]; then
			cp -a "$folder" "$CHROOT_ROOT${folder#"$headers"}"
		else
			mkdir -p "$CHROOT_ROOT${folder#"$headers"}" &&
				mount --bind "$folder" "$CHROOT_ROOT${folder#"$headers"}"
		fi || return 1
	done
}
