// SPDX-License-Identifier: MIT
/*
 * Applying and reverting on a fake machine: what is asked of the kernel and in
 * which order, and that failures leave nothing behind.
 */
#include "common.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "fake.h"
#include "lib/apply.h"
#include "lib/sysfs.h"

static struct signer signer;
static struct bundle bundle;
static char digest[65];

static int group_setup(void **state)
{
	(void)state;
	test_bundle_open(&signer, &bundle, TEST_NOW - 1000);
	hex_encode(digest, bundle.manifest.payloads[0].sha256, MEND_DIGEST_LEN);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	test_bundle_close(&signer, &bundle);
	return 0;
}

static struct err e;
static struct switch_wait patience;
static struct apply_patch result;
static struct apply request;
static struct revert_patch reverted;
static struct revert back;
static atomic_int stop;
static unsigned int told, nulls;
static struct waiting last;

static void on_signal(int number)
{
	stop = number;
}

static void tell(const struct waiting *w, void *data)
{
	assert_ptr_equal(data, &told);
	if (w) {
		last = *w;
		told++;
	} else {
		nulls++;
	}
}

static int setup(void **state)
{
	(void)state;
	fake_start();
	fake.bundles[0] = &bundle;
	patience = (struct switch_wait){ .timeout_ms = 2500 };
	stop = 0;
	told = nulls = 0;
	return 0;
}

/* 0 or the reason */
static uint32_t apply(void)
{
	result = (struct apply_patch){ .path = "b.mend", .bundle = &bundle };
	request = (struct apply){ .on = &result, .nr_on = 1, .wait = &patience };
	return apply_run(&fake.mc, &request, &e) ? e.reason : 0;
}

static uint32_t revert(const char *name, bool unload)
{
	reverted = (struct revert_patch){ .name = name };
	back = (struct revert){
		.off = &reverted, .nr_off = 1, .unload = unload, .wait = &patience,
	};
	return revert_run(&fake.mc, &back, &e) ? e.reason : 0;
}

static void loads_and_switches(void **state)
{
	(void)state;
	assert_int_equal(apply(), 0);
	assert_string_equal(fake.calls, "oals");
	assert_true(result.loaded);
	assert_int_equal(result.replaced, 0);
	assert_int_equal(request.sw.pause_ns, 12345);
	assert_int_equal(fake.sw_args.nr_ops, 1);
	assert_string_equal(fake.ops[0].name, "test-patch");
	assert_int_equal(fake.ops[0].generation, 7);
	assert_int_equal(fake.ops[0].action, MEND_OP_ON);
	assert_int_equal(fake.sw_args.timeout_ms, 2500);
	assert_int_equal(fake.sw_args.flags, 0);
	assert_int_equal(fake.sw_args.probation_ms, 0);
}

static void does_not_load_what_is_there(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, false);
	assert_int_equal(apply(), 0);
	assert_string_equal(fake.calls, "os");
	assert_false(result.loaded);
}

static void on_already_is_nothing_to_do(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	assert_int_equal(apply(), ERR_NOTHING);
	assert_int_equal(e.code, EXIT_CODE_NOTHING);
	assert_string_equal(fake.calls, "o");
}

static void another_payload_of_that_generation_is_an_error(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "other_module", "00", false);
	assert_int_equal(apply(), MEND_R_DUPLICATE);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	test_contains(e.message, "other_module");
	assert_string_equal(fake.calls, "o");
}

static void tells_what_it_replaced(void **state)
{
	(void)state;
	fake_patch("test-patch", 3, "mend_test_patch_3", "33", true);
	fake_patch("other", 9, "mend_other_9", "99", true);
	assert_int_equal(apply(), 0);
	assert_int_equal(result.replaced, 3);
}

static void a_refused_authorization_tells_the_kernels_reason(void **state)
{
	(void)state;
	fake.authorize = EKEYREJECTED;
	fake.reason = MEND_R_SIGNATURE;
	assert_int_equal(apply(), MEND_R_SIGNATURE);
	assert_int_equal(e.code, EXIT_CODE_REFUSED);
	assert_int_equal(e.errnum, EKEYREJECTED);
	assert_string_equal(e.message, "the kernel's text 33");
	assert_string_equal(fake.calls, "oa");
	assert_int_equal(fake_nr_patches(), 0);
}

static void a_refused_load_asks_mend_first(void **state)
{
	(void)state;
	fake.load = EINVAL;
	fake.reason = MEND_R_NO_FENTRY;
	assert_int_equal(apply(), MEND_R_NO_FENTRY);
	assert_int_equal(e.code, EXIT_CODE_INCOMPATIBLE);
	assert_string_equal(fake.calls, "oalr");
}

static void otherwise_the_module_loaders_errno_decides(void **state)
{
	static const struct { int errnum; uint32_t reason; enum exit_code code; } cases[] = {
		{ EKEYREJECTED, ERR_MODULE_SIGNATURE, EXIT_CODE_REFUSED },
		{ ENOKEY, ERR_MODULE_SIGNATURE, EXIT_CODE_REFUSED },
		{ EPERM, MEND_R_LOCKDOWN, EXIT_CODE_REFUSED },
		{ EEXIST, ERR_LOAD, EXIT_CODE_ERROR },
		{ ENOEXEC, ERR_LOAD, EXIT_CODE_ERROR },
		{ ENOENT, ERR_LOAD, EXIT_CODE_ERROR },
		{ ENOMEM, ERR_LOAD, EXIT_CODE_ERROR },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake.load = cases[i].errnum;
		assert_int_equal(apply(), cases[i].reason);
		assert_int_equal(e.code, cases[i].code);
		assert_int_equal(e.errnum, cases[i].errnum);
		assert_false(result.loaded);
	}
}

static void a_load_that_registers_nothing_is_no_success(void **state)
{
	(void)state;
	fake.silent_load = true;
	assert_int_equal(apply(), ERR_LOAD);
	assert_string_equal(fake.calls, "oal");
	test_contains(e.message, "does not know it");
}

static void a_busy_switch_unloads_what_it_loaded(void **state)
{
	(void)state;
	fake.sw = EBUSY;
	fake.reason = MEND_R_BUSY;
	assert_int_equal(apply(), MEND_R_BUSY);
	assert_int_equal(e.code, EXIT_CODE_BUSY);
	assert_string_equal(fake.calls, "oalsu");
	assert_int_equal(request.sw.blocker.pid, 123);
	assert_true(result.unloaded);
	assert_int_equal(fake_nr_patches(), 0);
}

static void a_busy_switch_keeps_what_was_there(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, false);
	fake.sw = EBUSY;
	fake.reason = MEND_R_UNRELIABLE;
	assert_int_equal(apply(), MEND_R_UNRELIABLE);
	assert_string_equal(fake.calls, "os");
	assert_int_equal(fake_nr_patches(), 1);
}

static void it_says_when_the_payload_could_not_be_unloaded(void **state)
{
	(void)state;
	fake.sw = EBUSY;
	fake.reason = MEND_R_BUSY;
	fake.unload = EAGAIN;
	assert_int_equal(apply(), MEND_R_BUSY);
	assert_false(result.unloaded);
	test_contains(e.message, "stays loaded and off");
}

static void the_owner_of_a_function_is_named(void **state)
{
	(void)state;
	fake.sw = EBUSY;
	fake.reason = MEND_R_FTRACE_OWNER;
	test_file(fake.dir, "livepatch/klp_x/vmlinux/first,1/.keep", "");
	assert_int_equal(apply(), MEND_R_FTRACE_OWNER);
	assert_int_equal(e.code, EXIT_CODE_INCOMPATIBLE);
	test_contains(e.message, "first belongs to the kernel livepatch 'klp_x'");
}

static void without_mend_nothing_is_tried(void **state)
{
	(void)state;
	fake.open = ENOENT;
	assert_int_equal(apply(), ERR_DEVICE);
	test_contains(e.hint, "modprobe mend");
	fake.open = EACCES;
	assert_int_equal(apply(), MEND_R_CAPABILITY);
	fake.open = EPERM;
	assert_int_equal(apply(), MEND_R_CAPABILITY);
	assert_string_equal(fake.calls, "ooo");
}

static int other_uname(char release[MEND_RELEASE_LEN])
{
	memset(release, 0, MEND_RELEASE_LEN);
	memcpy(release, "6.1.0-other", 11);
	return 0;
}

static void another_kernel_is_incompatible(void **state)
{
	(void)state;
	fake.mc.uname = other_uname;
	assert_int_equal(apply(), MEND_R_RELEASE);
	assert_int_equal(e.code, EXIT_CODE_INCOMPATIBLE);
	fake.mc.uname = NULL;
	assert_string_equal(fake.calls, "");
}

static void a_kernel_without_build_id_is_told(void **state)
{
	(void)state;
	test_file(fake.dir, "notes", "");
	assert_int_equal(apply(), MEND_R_BUILD_ID);
	fake.mc.notes = "/no/such/file";
	assert_int_equal(apply(), ERR_IO);
}

static void an_old_mend_is_told_apart(void **state)
{
	(void)state;
	fake.authorize = ENOTTY;
	assert_int_equal(apply(), MEND_R_SIZE);
	fake.authorize = EFAULT;	/* the one errno without a report */
	assert_int_equal(apply(), MEND_R_INTERNAL);
	fake.authorize = EBUSY;
	fake.reason = 4000;		/* a reason from a newer mend.ko */
	assert_int_equal(apply(), 4000);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	test_contains(e.message, "the kernel's text 4000");
}

static void reverts_the_one_that_is_on(void **state)
{
	(void)state;
	fake_patch("test-patch", 6, "mend_test_patch_6", "66", false);
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	assert_int_equal(revert("test-patch", false), 0);
	assert_int_equal(reverted.generation, 7);
	assert_int_equal(back.unloaded, 0);
	assert_string_equal(fake.calls, "os");
	assert_int_equal(fake.ops[0].generation, 0);
	assert_int_equal(fake.ops[0].action, MEND_OP_OFF);
	assert_int_equal(fake_nr_patches(), 2);
}

static void reverting_what_is_off_is_nothing_to_do(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, false);
	assert_int_equal(revert("test-patch", false), ERR_NOTHING);
	assert_int_equal(e.code, EXIT_CODE_NOTHING);
	assert_string_equal(fake.calls, "");
}

static void reverting_what_is_not_there_is_an_error(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	assert_int_equal(revert("test", false), MEND_R_NO_PATCH);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
}

static void unload_removes_all_that_are_off(void **state)
{
	(void)state;
	fake_patch("test-patch", 6, "mend_test_patch_6", "66", false);
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	fake_patch("other", 1, "mend_other_1", "11", false);
	assert_int_equal(revert("test-patch", true), 0);
	assert_int_equal(back.unloaded, 2);
	assert_string_equal(fake.calls, "osuu");
	assert_int_equal(fake_nr_patches(), 1);
}

static void unload_works_when_all_is_off(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, false);
	assert_int_equal(revert("test-patch", true), 0);
	assert_int_equal(reverted.generation, 0);
	assert_int_equal(back.unloaded, 1);
	assert_string_equal(fake.calls, "u");
}

static void unload_tells_what_the_author_has_not_allowed(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	fake.unload = EBUSY;
	assert_int_equal(revert("test-patch", true), ERR_UNLOAD);
	test_contains(e.message, "is off, but");
	test_contains(e.message, "has not declared");
	assert_int_equal(reverted.generation, 7);
	fake_attr("test-patch", 7, "unloadable", "1");
	assert_int_equal(revert("test-patch", true), ERR_UNLOAD);
	test_contains(e.message, "Device or resource busy");
	fake_attr("test-patch", 7, "forced", "1");
	assert_int_equal(revert("test-patch", true), ERR_UNLOAD);
	test_contains(e.message, "switched by force");
}

static void a_busy_revert_unloads_nothing(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	fake.sw = EBUSY;
	fake.reason = MEND_R_BUSY;
	assert_int_equal(revert("test-patch", true), MEND_R_BUSY);
	assert_string_equal(fake.calls, "os");
	assert_int_equal(back.sw.blocker.tgid, 120);
}

static void already_in_the_wanted_state_is_nothing_to_do(void **state)
{
	(void)state;
	fake_patch("test-patch", 7, "mend_test_patch_7", digest, true);
	fake.sw = EALREADY;	/* somebody else was quicker */
	fake.reason = MEND_R_STATE;
	assert_int_equal(revert("test-patch", false), MEND_R_STATE);
	assert_int_equal(e.code, EXIT_CODE_NOTHING);
}

static void who_is_in_the_way_is_told_while_it_waits(void **state)
{
	(void)state;
	test_file(fake.dir, "mend/waiting", "2100 178 mend_target:target_hold my cat\n");
	patience.tell = tell;
	patience.data = &told;
	fake.sw_ms = 1400;
	assert_int_equal(apply(), 0);
	assert_in_range(told, 1, 2);
	assert_int_equal(nulls, 1);
	assert_int_equal(last.pid, 178);
	assert_string_equal(last.comm, "my cat");
}

static void nothing_is_told_of_a_switch_that_does_not_wait(void **state)
{
	(void)state;
	test_file(fake.dir, "mend/waiting", "");
	patience.tell = tell;
	patience.data = &told;
	fake.sw_ms = 700;
	assert_int_equal(apply(), 0);
	assert_int_equal(told, 0);
}

static void an_interrupted_switch_unloads_what_it_loaded(void **state)
{
	(void)state;
	fake.sw = EINTR;
	fake.reason = MEND_R_INTERRUPTED;
	fake.unload_eintr = 1;	/* Ctrl-C once more */
	assert_int_equal(apply(), MEND_R_INTERRUPTED);
	assert_int_equal(e.code, EXIT_CODE_ERROR);
	assert_string_equal(e.message, "interrupted; nothing was changed");
	assert_string_equal(fake.calls, "oalsuu");
	assert_int_equal(fake_nr_patches(), 0);
}

static void a_signal_before_anything_is_loaded_counts(void **state)
{
	(void)state;
	patience.stop = &stop;
	stop = SIGUSR1;
	assert_int_equal(apply(), MEND_R_INTERRUPTED);
	assert_string_equal(fake.calls, "o");
}

static void a_signal_before_the_switch_counts(void **state)
{
	(void)state;
	patience.stop = &stop;
	fake.load_stop = &stop;
	assert_int_equal(apply(), MEND_R_INTERRUPTED);
	assert_string_equal(fake.calls, "oalu");
	assert_int_equal(fake_nr_patches(), 0);
}

/* The handler has run, the ioctl begins: nothing is pending that could end it. */
static void a_signal_just_before_the_ioctl_is_not_lost(void **state)
{
	struct sigaction action = { .sa_handler = on_signal }, old;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
	patience.stop = &stop;
	fake.stop = &stop;
	fake.sw_ms = 20000;
	assert_int_equal(apply(), MEND_R_INTERRUPTED);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
	assert_string_equal(fake.calls, "oalsu");
	assert_int_equal(fake_nr_patches(), 0);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loads_and_switches),
		TEST(does_not_load_what_is_there),
		TEST(on_already_is_nothing_to_do),
		TEST(another_payload_of_that_generation_is_an_error),
		TEST(tells_what_it_replaced),
		TEST(a_refused_authorization_tells_the_kernels_reason),
		TEST(a_refused_load_asks_mend_first),
		TEST(otherwise_the_module_loaders_errno_decides),
		TEST(a_load_that_registers_nothing_is_no_success),
		TEST(a_busy_switch_unloads_what_it_loaded),
		TEST(a_busy_switch_keeps_what_was_there),
		TEST(it_says_when_the_payload_could_not_be_unloaded),
		TEST(the_owner_of_a_function_is_named),
		TEST(without_mend_nothing_is_tried),
		TEST(another_kernel_is_incompatible),
		TEST(a_kernel_without_build_id_is_told),
		TEST(an_old_mend_is_told_apart),
		TEST(reverts_the_one_that_is_on),
		TEST(reverting_what_is_off_is_nothing_to_do),
		TEST(reverting_what_is_not_there_is_an_error),
		TEST(unload_removes_all_that_are_off),
		TEST(unload_works_when_all_is_off),
		TEST(unload_tells_what_the_author_has_not_allowed),
		TEST(a_busy_revert_unloads_nothing),
		TEST(already_in_the_wanted_state_is_nothing_to_do),
		TEST(who_is_in_the_way_is_told_while_it_waits),
		TEST(nothing_is_told_of_a_switch_that_does_not_wait),
		TEST(an_interrupted_switch_unloads_what_it_loaded),
		TEST(a_signal_before_anything_is_loaded_counts),
		TEST(a_signal_before_the_switch_counts),
		TEST(a_signal_just_before_the_ioctl_is_not_lost),
	};

	return cmocka_run_group_tests_name("apply", tests, group_setup, group_teardown);
}
