#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The same hostile bundles through the program mend: it refuses them by itself,
# with the documented exit code, and the kernel is left as it was.
# shellcheck shell=dash

. "$(dirname "$0")/lib.sh"

# refused BUNDLE [REGEX...]: apply exits with 4; all of them match its output
refused()
{
	local bundle=$BUNDLES/$1.mend

	shift
	[ -e "$bundle" ] || fail "there is no bundle $bundle"
	expect_status 4 "$MEND" apply --keys "$KEYS" "$bundle"
	expect_output "$@"
	expect_untouched
}

# all_refused PATTERN: every bundle of that name
all_refused()
{
	local bundle nr=0

	for bundle in "$BUNDLES"/$1.mend; do
		diag "${bundle##*/}"
		refused "$(basename "$bundle" .mend)" .
		nr=$((nr + 1))
	done
	[ "$nr" -gt 1 ] || fail "there are no bundles $1"
}

expect_untouched()
{
	expect 0 "$(target plain)" "target_plain()"
	expect '' "$(patches)" "patches in sysfs"
	expect '' "$(grep '^mend_test' /proc/modules)" "payloads in /proc/modules"
}

setup()
{
	load_mend
	load_target
}

test_a_good_bundle_is_verified_applied_and_reverted()
{
	setup
	expect_status 0 "$MEND" verify --keys "$KEYS" "$BUNDLES/test-plain.1.mend"
	expect_status 0 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-plain.1.mend"
	expect 1 "$(target plain)" "target_plain() with the patch on"
	expect_status 0 "$MEND" status
	expect_output 'test-plain'
	expect_status 2 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-plain.1.mend"
	expect_status 0 "$MEND" revert test-plain
	expect 0 "$(target plain)" "target_plain() with the patch off"
	expect_status 2 "$MEND" revert test-plain
}

test_a_higher_generation_replaces_and_a_lower_one_is_refused()
{
	setup
	expect_status 0 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-plain.1.mend"
	expect_status 0 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-plain.2.mend"
	expect 2 "$(target plain)" "target_plain() with generation 2"
	expect_status 4 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-plain.1.mend"
	expect_output 'generation'
	expect 2 "$(target plain)" "target_plain() after the refusal"
}

test_an_untrusted_key_is_refused()
{
	setup
	refused wrong-key 'sign|trust'
}

test_verify_refuses_what_apply_refuses()
{
	local name

	setup
	for name in wrong-key flipped-manifest truncated-512 members-reordered; do
		expect_status 4 "$MEND" verify --keys "$KEYS" "$BUNDLES/$name.mend"
	done
}

test_an_expired_certificate_is_refused()
{
	setup
	refused expired-key 'expired|2020'
}

test_a_certificate_of_the_future_is_refused()
{
	setup
	refused future-key '2090|clock|valid'
}

test_an_expired_manifest_is_refused()
{
	setup
	refused manifest-expired 'expired|2020'
}

test_a_wrong_digest_is_refused()
{
	setup
	refused wrong-digest 'payload|digest|sha256'
}

# Not a matter of trust: verify has nothing against it, apply has.
test_a_bundle_for_another_kernel_is_incompatible()
{
	setup
	expect_status 0 "$MEND" verify --keys "$KEYS" "$BUNDLES/wrong-release.mend"
	expect_status 3 "$MEND" apply --keys "$KEYS" "$BUNDLES/wrong-release.mend"
	expect_output "$(uname -r)|9\\.9\\.9-other"
	expect_untouched
}

test_a_bundle_for_another_build_is_incompatible()
{
	setup
	expect_status 3 "$MEND" apply --keys "$KEYS" "$BUNDLES/wrong-build-id.mend"
	expect_output 'build'
	expect_untouched
}

test_flipped_bytes_are_refused()
{
	setup
	all_refused 'flipped-*'
}

test_truncated_bundles_are_refused()
{
	setup
	all_refused 'truncated-*'
}

test_extra_missing_and_reordered_members_are_refused()
{
	setup
	all_refused 'member*'
}

test_headers_in_another_form_are_refused()
{
	setup
	all_refused 'header-*'
}

test_oversized_bundles_and_bytes_behind_the_end_are_refused()
{
	setup
	refused manifest-oversized .
	refused trailing-byte .
	refused trailing-block .
	refused compressed .
}

test_a_file_of_300_megabytes_is_refused_without_reading_it()
{
	setup
	dd if=/dev/null of="$TMP/huge.mend" bs=1M seek=300 2>/dev/null
	expect_status 4 "$MEND" verify --keys "$KEYS" "$TMP/huge.mend"
	rm -f "$TMP/huge.mend"
}

test_no_such_file_is_an_error_and_wrong_usage_is_64()
{
	setup
	expect_status 1 "$MEND" apply --keys "$KEYS" "$TMP/none.mend"
	expect_status 64 "$MEND" apply
	expect_status 64 "$MEND" no-such-verb
	expect_status 1 "$MEND" revert no-such-patch
}

test_without_mend_ko_apply_says_so()
{
	load_target
	unload mend
	expect_status 1 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-plain.1.mend"
	expect_output 'mend.ko|modprobe|insmod|/dev/mend'
}

test_a_payload_that_cannot_be_applied_is_incompatible_and_unloaded_again()
{
	setup
	for name in missing dup0 notrace init self schedule badsym badplace; do
		diag "$name"
		expect_status 3 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-$name.1.mend"
		expect_untouched
	done
}

test_a_patch_for_a_module_that_is_not_there_is_applied_and_waits()
{
	setup
	expect_status 0 "$MEND" apply --keys "$KEYS" "$BUNDLES/test-noobject.1.mend"
	expect 1 "$(cat "$SYSFS/test-noobject.1/enabled")" enabled
	expect 0 "$(cat "$SYSFS/test-noobject.1/mend_no_such_module/patched")" patched
}

run_tests "$@"
