// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend.ko: load and unload.
 *
 * Unloading needs no check of its own: every payload depends on this module,
 * and an authorized file holds a reference, so the kernel refuses while any
 * of them is there.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "main.h"

#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/security.h>
#include "batch.h"
#include "buildid.h"
#include "compat/ksyms.h"
#include "consistency.h"
#include "ctl.h"
#include "custody.h"
#include "dirty.h"
#include "floor.h"
#include "integrity.h"
#include "keyring.h"
#include "notifier.h"
#include "plan_memory.h"
#include "redirect.h"
#include "rollback.h"
#include "rollcall.h"
#include "selftest.h"
#include "suspend.h"
#include "shadow.h"
#include "switch.h"
#include "sysfs.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

bool mend_require_signature = IS_ENABLED(CONFIG_MEND_REQUIRE_SIGNATURE);
module_param_named(require_signature, mend_require_signature, bool, 0444);
MODULE_PARM_DESC(require_signature, "Refuse payloads that were not authorized. 0 taints the kernel, is for development, and is impossible under lockdown.");

/*
 * The brake, for a machine that does not come up with its patches: mend.mode=off on the
 * kernel command line, which modprobe hands over. Without mend.ko nothing is switched on.
 */
static char *mode = "apply";
module_param(mode, charp, 0444);
MODULE_PARM_DESC(mode, "\"apply\"; or \"stage\" or \"off\": mend.ko refuses to be loaded, so that nothing is switched on.");

static int check_mode(void)
{
	if (sysfs_streq(mode, "apply"))
		return 0;
	if (!sysfs_streq(mode, "stage") && !sysfs_streq(mode, "off")) {
		pr_err("mode=%s is none: it must be apply, stage or off\n", mode);
		return -EINVAL;
	}
	pr_notice("mode=%s: not loaded, so nothing is switched on; see the kernel command line\n",
		  mode);
	return -EPERM;
}

static int check_set(const char *value, const struct kernel_param *param)
{
	if (sysfs_streq(value, "dirty"))
		WRITE_ONCE(switch_walk_all, false);
	else if (sysfs_streq(value, "walk"))
		WRITE_ONCE(switch_walk_all, true);
	else
		return -EINVAL;
	return 0;
}

static int check_get(char *buf, const struct kernel_param *param)
{
	return sysfs_emit(buf, "%s\n", READ_ONCE(switch_walk_all) ? "walk" : "dirty");
}

static const struct kernel_param_ops check_ops = {
	.set = check_set,
	.get = check_get,
};
module_param_cb(check, &check_ops, NULL, 0644);
MODULE_PARM_DESC(check, "How tasks are looked at: \"dirty\", outside, and in the stop window only those that ran since; or \"walk\", all of them in the window.");

static int seconds_set(const char *value, const struct kernel_param *param)
{
	int err = param_set_uint(value, param);

	/* Not while mend.ko is being loaded: integrity_init() comes. */
	if (!err && THIS_MODULE->state == MODULE_STATE_LIVE)
		integrity_changed();
	return err;
}

static const struct kernel_param_ops seconds_ops = {
	.set = seconds_set,
	.get = param_get_uint,
};
module_param_cb(verify_seconds, &seconds_ops, &integrity_seconds, 0644);
MODULE_PARM_DESC(verify_seconds, "How often running text is compared with what was switched on; 0: only on request.");

#ifdef MEND_HAVE_JUMPS
static int jump_set(const char *value, const struct kernel_param *param)
{
	int err = param_set_uint(value, param);

	if (!err && THIS_MODULE->state == MODULE_STATE_LIVE)
		batch_jump_changed();
	return err;
}

static const struct kernel_param_ops jump_ops = {
	.set = jump_set,
	.get = param_get_uint,
};
module_param_cb(jump_ms, &jump_ops, &batch_jump_ms, 0644);
MODULE_PARM_DESC(jump_ms, "How many milliseconds after a switch calls of patched functions become plain jumps; 0: they do not.");
#endif

#ifdef CONFIG_MEND_SELFTEST
module_param_named(test_no_memory, plan_test_no_memory, bool, 0644);
MODULE_PARM_DESC(test_no_memory, "Test builds only: taking back finds no memory but what was kept back.");
module_param_named(test_dirty_slots, dirty_test_slots, uint, 0644);
MODULE_PARM_DESC(test_dirty_slots, "Test builds only: size of the dirty set's table, 0: as needed.");
module_param_named(test_dirty_ring, dirty_test_ring, uint, 0644);
MODULE_PARM_DESC(test_dirty_ring, "Test builds only: size of the dirty set's rings, 0: as needed.");
module_param_named(test_no_probe, dirty_test_no_probe, bool, 0644);
MODULE_PARM_DESC(test_no_probe, "Test builds only: do not watch the scheduler. Unsafe.");
module_param_named(test_skip_check, consistency_skip, bool, 0644);
MODULE_PARM_DESC(test_skip_check, "Test builds only: switch without looking at any task. Unsafe.");
#endif

/* Without signatures root could run anything in the kernel: not under lockdown. */
static int check_policy(void)
{
	if (mend_require_signature)
		return 0;
	if (security_locked_down(LOCKDOWN_MODULE_SIGNATURE)) {
		pr_err("require_signature=0 is not possible: the kernel is locked down\n");
		return -EPERM;
	}
	pr_warn("require_signature=0: payloads are accepted unsigned; the kernel is tainted\n");
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	return 0;
}

static int __init mend_init(void)
{
	int err;

	err = check_mode();
	if (err)
		return err;
	err = check_policy();
	if (err)
		return err;
	err = ksyms_init();
	if (err)
		return err;
	err = custody_init();
	if (err)
		return err;
	err = dirty_init();
	if (err)
		return err;
	buildid_init();
	err = redirect_init();
	if (err)
		goto exit_dirty;
	batch_init();
	err = selftest_redirect();
	if (err)
		goto exit_batch;
	err = rollcall_init();
	if (err)
		goto exit_batch;
	err = rollback_init();
	if (err)
		goto exit_rollcall;
	err = keyring_init();
	if (err)
		goto exit_rollback;
	err = sysfs_init();
	if (err)
		goto exit_keyring;
	err = notifier_init();
	if (err)
		goto exit_sysfs;
	err = suspend_init();
	if (err)
		goto exit_notifier;
	err = ctl_init();
	if (err)
		goto exit_suspend;
	integrity_init();
	pr_info("version " MEND_VERSION " ready: %u keys%s\n", keyring_count(),
		mend_require_signature ? "" : ", signatures not required");
	return 0;

exit_suspend:
	suspend_exit();
exit_notifier:
	notifier_exit();
exit_sysfs:
	sysfs_exit();
exit_keyring:
	keyring_exit();
exit_rollback:
	rollback_exit();
exit_rollcall:
	rollcall_exit();
exit_batch:
	batch_exit();
	redirect_exit();
exit_dirty:
	dirty_exit();
	return err;
}

static void __exit mend_exit(void)
{
	integrity_exit();
	ctl_exit();
	suspend_exit();
	notifier_exit();
	sysfs_exit();
	floor_exit();
	keyring_exit();
	rollback_exit();
	rollcall_exit();
	dirty_exit();
	plan_memory_exit();
	batch_exit();
	redirect_exit();
	shadow_exit();
}

module_init(mend_init);
module_exit(mend_exit);
MODULE_DESCRIPTION("Live patching at one instant");
MODULE_LICENSE("GPL");
MODULE_VERSION(MEND_VERSION);
