// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kprobe on target_plain(). With post=1 it has a post_handler, and the
 * kprobe then owns the function's fentry site as livepatch would.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static bool post;
module_param(post, bool, 0444);

static unsigned long hits;
module_param(hits, ulong, 0444);

static int mend_kprobe_pre(struct kprobe *p, struct pt_regs *regs)
{
	WRITE_ONCE(hits, hits + 1);
	return 0;
}

static void mend_kprobe_post(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = {
	.symbol_name = "target_plain",
	.pre_handler = mend_kprobe_pre,
};

static int __init mend_kprobe_init(void)
{
	if (post)
		probe.post_handler = mend_kprobe_post;
	return register_kprobe(&probe);
}

static void __exit mend_kprobe_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(mend_kprobe_init);
module_exit(mend_kprobe_exit);
MODULE_DESCRIPTION("A kprobe in the way of mend's selftests");
MODULE_LICENSE("GPL");
