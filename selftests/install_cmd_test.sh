#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mend install, uninstall and boot on a kernel that runs. Another boot is made of a mend.ko
# that is loaded anew and of a history that tells of another boot.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

STORE=/var/lib/mend
MODULES_DIR=/lib/modules/$(uname -r)

cleanup()
{
	umount "$STORE" 2>/dev/null || true
	rm -rf "$STORE"
	[ ! -e "$MODULES_DIR/of-a-test" ] || rm -rf "$MODULES_DIR"
	clean_modules
}

setup()
{
	load_mend
	load_target
}

install()
{
	"$MEND" install --keys "$KEYS" --timeout 5 "$@"
}

boot()
{
	"$MEND" boot --keys "$KEYS" --timeout 5
}

# As after a crash; shut_down does it in order.
crash()
{
	clean_modules
	unload mend
	sed -i 's/"boot_id": "[^"]*"/"boot_id": "another"/' "$STORE"/history/*.json
	load_target
}

shut_down()
{
	expect_status 0 "$MEND" boot --end
	crash
}

test_what_is_installed_is_on_after_each_boot()
{
	setup
	expect_status 0 install "$(bundle test-plain.1)" "$(bundle test-pair.1)"
	expect_output "^'test-plain' generation 1 is on" '^  installed '
	for _ in 1 2; do
		shut_down
		expect 0 "$(target plain)" "target_plain() before the boot is done"
		load_mend
		expect_status 0 boot
		expect_output "^'test-plain' generation 1: on$" "^'test-pair' generation 1: on$"
		expect 1 "$(target plain)" "target_plain() after it"
	done
	expect_status 0 install "$(bundle test-plain.2)"
	expect_status 0 "$MEND" uninstall test-pair --revert
	crash
	load_mend
	expect_status 0 boot
	expect 2 "$(target plain)" "target_plain() with what was installed last"
	expect test-plain.2 "$(patches)" "what is loaded"
}

# By the program itself, as modprobe does it
test_a_boot_loads_mend_ko()
{
	/bin/depmod --version 2>/dev/null | grep -q kmod || skip "there is no depmod of kmod's"
	[ ! -e "$MODULES_DIR" ] || skip "this machine has modules of its own"
	setup
	expect_status 0 install "$(bundle test-plain.1)"
	shut_down
	expect_status 1 boot
	expect_output "failed: mend.ko is not there for this kernel"
	mkdir -p "$MODULES_DIR/extra"
	cp "$MEND_KO" "$MODULES_DIR/extra"
	touch "$MODULES_DIR/of-a-test" "$MODULES_DIR/modules.order" "$MODULES_DIR/modules.builtin"
	/bin/depmod 2>/dev/null
	expect_status 0 boot
	expect_output "^'test-plain' generation 1: on$"
	expect 1 "$(target plain)" "target_plain() after the boot"
}

test_what_the_machine_went_down_with_is_held_back()
{
	setup
	expect_status 0 install "$(bundle test-plain.1)" --probation 1m
	expect_status 0 install "$(bundle test-dup1.1)"
	crash
	load_mend
	expect_status 4 boot
	expect_output "^'test-plain' generation 1: held back: .*went down before it was confirmed" \
		"^'test-dup1' generation 1: on$"
	expect 0 "$(target plain)" "target_plain(), which is held back"
	expect_status 1 "$MEND" status --exit-code
	expect_output "^held back: 'test-plain' generation 1: the machine went down"
	expect_status 4 install "$(bundle test-plain.1)"
	expect_status 0 install "$(bundle test-plain.1)" --retry --probation 1m
	shut_down
	load_mend
	expect_status 0 boot
	expect_output "^'test-plain' generation 1: on, on probation$"
	expect_status 0 "$MEND" confirm
	shut_down
	load_mend
	expect_status 0 boot
	expect_output "^'test-plain' generation 1: on$"
}

# room_cmd_test.sh has the other commands.
test_a_boot_without_a_record_does_what_was_proven()
{
	setup
	mkdir -p "$STORE"
	mount -t tmpfs -o size=8m none "$STORE"
	expect_status 0 install "$(bundle test-plain.1)"
	expect_status 0 install --no-apply "$(bundle test-dup1.1)"
	mount -o remount,ro "$STORE"
	expect_status 1 "$MEND" check --keys "$KEYS"
	expect_output '^  failed   disk '
	expect_status 1 "$MEND" uninstall test-plain
	expect_output 'Read-only file system'
	expect_status 0 "$MEND" revert test-plain
	expect_status 1 boot
	expect_output 'not recorded: ' "^'test-plain' generation 1: on$" \
		"^'test-dup1' generation 1: failed: .*read-only"
	expect 1 "$(target plain)" "target_plain() without a record"
}

run_tests "$@"
