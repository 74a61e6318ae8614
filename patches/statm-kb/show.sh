#!/bin/sh
# SPDX-License-Identifier: MIT
# Reads /proc/PID/statm of a task and holds it against the size in
# /proc/PID/status, which the patch does not touch. With a number: that many
# times, printing only the last line. Without: PID 1, once.
#
# usage: show-statm-kb [PID [TIMES]]
# Exit status: 0 kB as the patch says, 1 pages as the kernel says, 2 neither:
# the number and the unit do not belong together.
set -u

pid=${1:-1}
times=${2:-1}
page_kb=4

# vm_size: in kB; nothing for a kernel thread or nobody.
vm_size() { sed -n 's/^VmSize:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$pid/status" 2>/dev/null; }

# judge LINE SIZE: sets $status, and $complaint if the line belongs to no unit.
# No subshell: the more often it reads, the more it would see.
judge()
{
	status=2
	case $1 in
	"$2 "*" kB") status=0 ;;
	*kB) complaint="pages called kB" ;;
	"$(($2 / page_kb)) "*) status=1 ;;
	*) complaint="kB taken for pages" ;;
	esac
}

status=2
line=
size=$(vm_size)
while [ "$times" -gt 0 ]; do
	line=
	{ read -r line < "/proc/$pid/statm"; } 2>/dev/null
	if [ -z "$size" ] || [ -z "$line" ]; then
		echo "PID $pid is no task with memory of its own" >&2
		exit 2
	fi
	judge "$line" "$size"
	if [ "$status" -ne 2 ]; then
		times=$((times - 1))
		continue
	fi

	# The task itself may have grown in between: then this says nothing.
	before=$size
	size=$(vm_size)
	if [ "$size" = "$before" ]; then
		echo "$complaint: '$line' for $size kB" >&2
		exit 2
	fi
done
echo "$line"
exit "$status"
