// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mend; see ctl.h.
 *
 * This file knows shapes: who may call, sizes, flags, reserved bytes, limits
 * of arrays. What a call means is decided behind it.
 *
 * Locking: none. Calls may run side by side.
 */
#define pr_fmt(fmt) "mend: " fmt

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include "authorize.h"
#include "buildid.h"
#include "ctl.h"
#include "integrity.h"
#include "ioctl.h"
#include "keyring.h"
#include "main.h"
#include "probation.h"
#include "report.h"
#include "rollback.h"
#include "switch.h"
#ifdef CONFIG_MEND_SELFTEST
#include "consistency.h"
#endif

static u32 info_flags(void)
{
	u32 flags = 0;

	if (mend_require_signature)
		flags |= MEND_INFO_REQUIRE_SIGNATURE;
#ifdef CONFIG_MEND_SELFTEST
	if (consistency_skip)
		flags |= MEND_INFO_CHECK_DISABLED;
#endif
	return flags;
}

static int ctl_info(void __user *user)
{
	struct mend_info info;
	const u8 *build_id;
	u32 size, len;
	int err;

	BUILD_BUG_ON(sizeof(info) != MEND_INFO_SIZE_V1);
	BUILD_BUG_ON(sizeof(info.version) < sizeof(MEND_VERSION));

	err = ioctl_get(&info, sizeof(info), MEND_INFO_SIZE_V1, user, &size, &info.report);
	if (err)
		return ioctl_put_report(user, size, offsetof(struct mend_info, report),
					&info.report, err);
	memset(&info, 0, sizeof(info));
	info.size = size;
	info.abi = MEND_ABI_VERSION;
	info.flags = info_flags();
	info.nr_keys = keyring_count();
	build_id = buildid_get(&len);
	memcpy(info.build_id, build_id, len);
	info.build_id_len = len;
	strscpy(info.release, init_uts_ns.name.release, sizeof(info.release));
	strscpy(info.version, MEND_VERSION, sizeof(info.version));
	return ioctl_put(user, size, &info, sizeof(info));
}

/* The descriptor is published last: nobody can close it before we are done. */
static int authorize_publish(void __user *user, struct mend_authorize *args, struct file *file)
{
	int err, fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0) {
		fput(file);
		return report_fail(&args->report, fd, MEND_R_RANGE,
				   "no file descriptor left: raise the limit or close some");
	}
	args->fd = fd;
	err = ioctl_put(user, args->size, args, sizeof(*args));
	if (err) {
		put_unused_fd(fd);
		fput(file);
		return err;
	}
	fd_install(fd, file);
	return 0;
}

static int ctl_authorize(void __user *user)
{
	struct mend_authorize args;
	struct file *file;
	u32 size;
	int err;

	BUILD_BUG_ON(sizeof(args) != MEND_AUTHORIZE_SIZE_V1);

	err = ioctl_get(&args, sizeof(args), MEND_AUTHORIZE_SIZE_V1, user, &size, &args.report);
	if (!err)
		err = ioctl_no_flags(args.flags, &args.report);
	if (!err)
		err = ioctl_reserved(args.reserved, sizeof(args.reserved), &args.report);
	if (!err) {
		file = authorization_open(&args, &args.report);
		err = PTR_ERR_OR_ZERO(file);
	}
	if (!err)
		err = authorize_publish(user, &args, file);
	if (err && err != -EFAULT && size >= MEND_AUTHORIZE_SIZE_V1 &&
	    put_user(-1, &((struct mend_authorize __user *)user)->fd))
		err = -EFAULT;
	if (!err)
		return 0;
	return ioctl_put_report(user, size, offsetof(struct mend_authorize, report),
				&args.report, err);
}

static bool name_is_padded(const char *name, size_t room)
{
	size_t len = strnlen(name, room);

	return len && len < room && !memchr_inv(name + len, 0, room - len);
}

static int check_op(const struct mend_op *op, u32 i, struct mend_report *report)
{
	if (!name_is_padded(op->name, sizeof(op->name)))
		return report_fail(report, -EINVAL, MEND_R_RANGE,
				   "op %u: the name must not be empty, end with a NUL and be padded with zeros",
				   i);
	if (op->action != MEND_OP_ON && op->action != MEND_OP_OFF)
		return report_fail(report, -EINVAL, MEND_R_RANGE, "op %u: unknown action %u", i,
				   op->action);
	if (op->action == MEND_OP_ON && !op->generation)
		return report_fail(report, -EINVAL, MEND_R_RANGE,
				   "op %u: switching on needs a generation", i);
	return ioctl_no_flags(op->flags, report);
}

/* On and off in one switch would leave open which of them wins. */
static int check_twice(const struct mend_op *ops, u32 i, struct mend_report *report)
{
	u32 j;

	for (j = 0; j < i; j++)
		if (ops[i].generation == ops[j].generation && !strcmp(ops[i].name, ops[j].name))
			return report_fail(report, -EINVAL, MEND_R_DUPLICATE,
					   "ops %u and %u are for the same patch", j, i);
	return 0;
}

static int check_ops(const struct mend_op *ops, u32 nr, struct mend_report *report)
{
	u32 i;
	int err = 0;

	BUILD_BUG_ON(sizeof(*ops) != MEND_OP_SIZE_V1);

	for (i = 0; i < nr && !err; i++) {
		err = check_op(&ops[i], i, report);
		if (!err)
			err = check_twice(ops, i, report);
	}
	return err;
}

static int check_switch(const struct mend_switch *args, struct mend_report *report)
{
	int err = ioctl_no_flags(args->flags & ~MEND_SWITCH_FORCE, report);

	if (!err)
		err = ioctl_reserved(&args->reserved0, sizeof(args->reserved0), report);
	if (!err)
		err = ioctl_reserved(&args->reserved, sizeof(args->reserved), report);
	if (err)
		return err;
	if (args->probation_ms > MEND_PROBATION_MAX_MS)
		return report_fail(report, -EINVAL, MEND_R_RANGE,
				   "a probation of %u ms; at most %u", args->probation_ms,
				   MEND_PROBATION_MAX_MS);
	if (args->probation_ms && args->flags & MEND_SWITCH_FORCE)
		return report_fail(report, -EINVAL, MEND_R_FLAGS,
				   "a switch by force cannot be on probation: nothing could take it back safely");
	if (!args->nr_ops)
		return report_fail(report, -EINVAL, MEND_R_RANGE, "nr_ops is 0: nothing to do");
	if (args->nr_ops > MEND_SWITCH_OPS_MAX)
		return report_fail(report, -E2BIG, MEND_R_RANGE,
				   "%u ops in one switch; at most %u", args->nr_ops,
				   MEND_SWITCH_OPS_MAX);
	if (args->timeout_ms > MEND_TIMEOUT_MAX_MS)
		return report_fail(report, -EINVAL, MEND_R_RANGE,
				   "a timeout of %u ms; at most %u", args->timeout_ms,
				   MEND_TIMEOUT_MAX_MS);
	return 0;
}

static int switch_ops(struct mend_switch *args)
{
	struct switch_request request = {
		.nr_ops = args->nr_ops,
		.timeout_ms = args->timeout_ms,
		.force = args->flags & MEND_SWITCH_FORCE,
		.probation_ms = args->probation_ms,
	};
	struct mend_op *ops;
	int err;

	ops = memdup_user(u64_to_user_ptr(args->ops), array_size(args->nr_ops, sizeof(*ops)));
	if (IS_ERR(ops)) {
		if (ops == ERR_PTR(-ENOMEM))
			return report_fail(&args->report, -ENOMEM, MEND_R_NOMEM,
					   "out of memory for %u ops", args->nr_ops);
		return PTR_ERR(ops);
	}
	request.ops = ops;
	err = check_ops(ops, args->nr_ops, &args->report);
	if (!err)
		err = switch_run(&request, args);
	kfree(ops);
	return err;
}

/* What came out is of interest whether it succeeded or not. */
static int ctl_switch(void __user *user)
{
	struct mend_switch *args;
	u32 size;
	int err;

	BUILD_BUG_ON(sizeof(args->blocker) != MEND_BLOCKER_SIZE_V1);
	BUILD_BUG_ON(sizeof(*args) != MEND_SWITCH_SIZE_V1);

	args = kzalloc(sizeof(*args), GFP_KERNEL);
	if (!args)
		return -ENOMEM;
	err = ioctl_get(args, sizeof(*args), MEND_SWITCH_SIZE_V1, user, &size, &args->report);
	if (err) {
		err = ioctl_put_report(user, size, offsetof(struct mend_switch, report),
				       &args->report, err);
		goto free;
	}
	memset(&args->blocker, 0, sizeof(args->blocker));
	args->attempts = args->tasks = 0;
	args->pause_ns = args->rendezvous_ns = args->wait_ns = 0;
	err = check_switch(args, &args->report);
	if (!err)
		err = switch_ops(args);
	if (err != -EFAULT && ioctl_put(user, size, args, sizeof(*args)))
		err = -EFAULT;
free:
	kfree(args);
	return err;
}

static int check_probation(const struct mend_probation *args, struct mend_report *report)
{
	int err = ioctl_no_flags(args->flags, report);

	if (!err)
		err = ioctl_reserved(&args->reserved, sizeof(args->reserved), report);
	if (err)
		return err;
	if (memchr_inv(args->name, 0, sizeof(args->name)) ?
	    !name_is_padded(args->name, sizeof(args->name)) : args->generation)
		return report_fail(report, -EINVAL, MEND_R_RANGE,
				   "the name must end with a NUL and be padded with zeros; empty, it goes with generation 0");
	if (args->action != MEND_PROBATION_CONFIRM && args->action != MEND_PROBATION_ROLLBACK)
		return report_fail(report, -EINVAL, MEND_R_RANGE, "unknown action %u",
				   args->action);
	if (args->reason != (args->action == MEND_PROBATION_ROLLBACK ? MEND_R_HEALTH : 0))
		return report_fail(report, -EINVAL, MEND_R_RANGE,
				   "%u is no reason for this action", args->reason);
	return 0;
}

static int ctl_probation(void __user *user)
{
	struct mend_probation args;
	u32 size;
	int err;

	BUILD_BUG_ON(sizeof(args) != MEND_PROBATION_SIZE_V1);

	err = ioctl_get(&args, sizeof(args), MEND_PROBATION_SIZE_V1, user, &size, &args.report);
	if (!err)
		err = check_probation(&args, &args.report);
	if (!err)
		err = args.action == MEND_PROBATION_CONFIRM ?
		      probation_confirm(args.name, args.generation, &args.report) :
		      rollback_now(args.name, args.generation, args.reason, &args.report);
	return ioctl_put_report(user, size, offsetof(struct mend_probation, report),
				&args.report, err);
}

static int ctl_verify(void __user *user)
{
	struct mend_verify args;
	u32 size;
	int err;

	BUILD_BUG_ON(sizeof(args) != MEND_VERIFY_SIZE_V1);

	err = ioctl_get(&args, sizeof(args), MEND_VERIFY_SIZE_V1, user, &size, &args.report);
	if (!err)
		err = ioctl_no_flags(args.flags, &args.report);
	if (err)
		return ioctl_put_report(user, size, offsetof(struct mend_verify, report),
					&args.report, err);
	args.reserved = 0;
	err = integrity_verify(&args);
	return ioctl_put(user, size, &args, sizeof(args)) ?: err;
}

/* In the initial user namespace: that is what capable() means. */
static bool ctl_permitted(void)
{
	return capable(CAP_SYS_MODULE);
}

static const struct {
	unsigned int cmd;
	int (*run)(void __user *user);
	size_t report;
} ctl_commands[] = {
	{ MEND_IOC_INFO, ctl_info, offsetof(struct mend_info, report) },
	{ MEND_IOC_AUTHORIZE, ctl_authorize, offsetof(struct mend_authorize, report) },
	{ MEND_IOC_SWITCH, ctl_switch, offsetof(struct mend_switch, report) },
	{ MEND_IOC_PROBATION, ctl_probation, offsetof(struct mend_probation, report) },
	{ MEND_IOC_VERIFY, ctl_verify, offsetof(struct mend_verify, report) },
};

/* The caller has a descriptor that somebody else has opened. */
static int ctl_refuse(void __user *user, size_t offset)
{
	struct mend_report report;
	u32 size;
	int err;

	if (get_user(size, (const u32 __user *)user))
		return -EFAULT;
	err = report_fail(&report, -EPERM, MEND_R_CAPABILITY,
			  "CAP_SYS_MODULE in the initial user namespace is needed: run as root, outside containers");
	return ioctl_put_report(user, size, offset, &report, err);
}

static long ctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	u32 i;

	BUILD_BUG_ON(sizeof(struct mend_report) != MEND_REPORT_SIZE_V1);

	for (i = 0; i < ARRAY_SIZE(ctl_commands); i++) {
		if (ctl_commands[i].cmd != cmd)
			continue;
		if (!ctl_permitted())
			return ctl_refuse(user, ctl_commands[i].report);
		return ctl_commands[i].run(user);
	}
	return -ENOTTY;
}

static int ctl_open(struct inode *inode, struct file *file)
{
	return ctl_permitted() ? 0 : -EPERM;
}

static const struct file_operations ctl_fops = {
	.owner = THIS_MODULE,
	.open = ctl_open,
	.unlocked_ioctl = ctl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice ctl_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mend",
	.fops = &ctl_fops,
	.mode = 0600,
};

int ctl_init(void)
{
	return misc_register(&ctl_device);
}

void ctl_exit(void)
{
	misc_deregister(&ctl_device);
}
