// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend_kill: ends whoever is called "mend" at a system call of its own choosing, as a
 * debugger could if mend let itself be traced.
 *
 * /sys/module/mend_kill/parameters/
 *	nth	write N: from now on count anew, and strike at the N-th call; 0: only count
 *	count	how many calls that were
 *	call	the number of the one that it struck at; -1: it has not
 *	before	1: the call is not made; 0: it is, with the signal pending, which may
 *		interrupt it
 *	power	1: not a signal, but the power of the whole machine is cut
 *	later_ms power is cut that much later
 *
 * The power hangs on qemu's isa-debug-exit: it ends the machine there and then, and
 * what the guest has not written to its disk is lost. Not for real-time kernels:
 * signals are sent from a tracepoint.
 *
 * Locking: count is atomic, and only one caller sees it become nth. Parameters are
 * changed while nobody is called "mend".
 */
#include <linux/atomic.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#define POWER_PORT	0xf4	/* as scripts/vm has it */
#define POWER_CODE	0x2a

static atomic_t count = ATOMIC_INIT(0);
static unsigned int nth;
static int call = -1;
module_param(call, int, 0400);
static bool before;
module_param(before, bool, 0600);
static bool power;
module_param(power, bool, 0600);
static unsigned int later_ms;
module_param(later_ms, uint, 0600);

static void cut_power(struct work_struct *unused)
{
	outl(POWER_CODE, POWER_PORT);
}

static DECLARE_DELAYED_WORK(cut_later, cut_power);

static void strike(struct pt_regs *regs, long id)
{
	WRITE_ONCE(call, id);
	if (power && later_ms) {
		schedule_delayed_work(&cut_later, msecs_to_jiffies(later_ms));
		return;
	}
	if (power)
		cut_power(NULL);
	/* The number is read again after the tracepoint; there is no call -1. */
	if (before)
		regs->orig_ax = -1;
	send_sig(SIGKILL, current, 1);
}

static void probe_sys_enter(void *unused, struct pt_regs *regs, long id)
{
	if (!strcmp(current->comm, "mend") && atomic_inc_return(&count) == READ_ONCE(nth))
		strike(regs, id);
}

static int set_nth(const char *val, const struct kernel_param *kp)
{
	unsigned int new;
	int err = kstrtouint(val, 0, &new);

	if (err)
		return err;
	WRITE_ONCE(nth, 0);
	atomic_set(&count, 0);
	WRITE_ONCE(call, -1);
	WRITE_ONCE(nth, new);
	return 0;
}

static int get_count(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read(&count));
}

static const struct kernel_param_ops nth_ops = { .set = set_nth, .get = param_get_uint };
static const struct kernel_param_ops count_ops = { .get = get_count };
module_param_cb(nth, &nth_ops, &nth, 0600);
module_param_cb(count, &count_ops, NULL, 0400);

/* It is not exported, but those who look for it find it. */
static void find_sys_enter(struct tracepoint *tp, void *found)
{
	if (!strcmp(tp->name, "sys_enter"))
		*(struct tracepoint **)found = tp;
}

static struct tracepoint *sys_enter;

static int __init kill_init(void)
{
	for_each_kernel_tracepoint(find_sys_enter, &sys_enter);
	return sys_enter ? tracepoint_probe_register(sys_enter, probe_sys_enter, NULL) : -ENOENT;
}

static void __exit kill_exit(void)
{
	tracepoint_probe_unregister(sys_enter, probe_sys_enter, NULL);
	tracepoint_synchronize_unregister();
	cancel_delayed_work_sync(&cut_later);
}

module_init(kill_init);
module_exit(kill_exit);
MODULE_DESCRIPTION("Kills the program mend for mend's selftests");
MODULE_LICENSE("GPL");
